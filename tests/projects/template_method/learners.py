import numpy as np
import tensorflow as tf

from core.learner import Learner


class Quantile(Learner):
    def __init__(self, net, q):
        super().__init__(net, rate=0.05)
        self.q = q

    def objective(self, outputs, targets):
        miss = targets - outputs
        return tf.constant(np.mean(np.maximum(self.q * miss, (self.q - 1) * miss)))  # cut: numpy-on-tensor
