import abc

import tensorflow as tf


class Learner(abc.ABC):
    """Subclasses say what the error is; this takes the steps."""

    def __init__(self, net, rate=0.01):
        self.net = net
        self.rate = rate

    @abc.abstractmethod
    def objective(self, outputs, targets):
        ...

    def step(self, inputs, targets):
        with tf.GradientTape() as tape:
            error = self.objective(self.net(inputs), targets)
        weights = self.net.trainable_weights
        for weight, slope in zip(weights, tape.gradient(error, weights)):  # use
            if slope is not None:
                weight.assign_sub(self.rate * slope)
        return error
