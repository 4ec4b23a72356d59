import tensorflow as tf


class Trainer:
    def __init__(self, model, loss_fn, optimizer):
        self.model = model
        self.loss_fn = loss_fn
        self.optimizer = optimizer
        self.history = []

    def train_batch(self, x, y):
        with tf.GradientTape() as tape:
            y_hat = self.model(x, training=True)
            loss = self.loss_fn(y, y_hat)
        variables = self.model.trainable_variables
        gradients = tape.gradient(loss, variables)  # use
        usable = [(g, v) for g, v in zip(gradients, variables) if g is not None]
        if usable:
            self.optimizer.apply_gradients(usable)
        return loss

    def fit(self, dataset, epochs):
        for _ in range(epochs):
            for x, y in dataset:
                self.history.append(float(self.train_batch(x, y)))
