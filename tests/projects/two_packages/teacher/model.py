import numpy as np


class Model:
    def __init__(self, classes):
        self.means = np.zeros((classes, 2))

    def fit(self, x, labels):
        for c in range(len(self.means)):
            self.means[c] = np.mean(x[labels == c], axis=0)

    def __call__(self, x):
        apart = np.sum((x[:, None] - self.means) ** 2, axis=-1)
        scores = np.exp(-apart)
        return scores / np.sum(scores, axis=1, keepdims=True)
