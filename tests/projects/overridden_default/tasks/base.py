import numpy as np
import tensorflow as tf


class Task:
    def __init__(self, start):
        self.rate = tf.Variable(start, name="rate")

    def predict(self, times):
        return np.exp(self.rate.numpy() * times)

    def loss(self, times, sizes):
        return float(np.mean((self.predict(times) - sizes) ** 2))

    def step(self, times, sizes, lr=0.01):
        with tf.GradientTape() as tape:
            loss = self.loss(times, sizes)
        self.rate.assign_sub(lr * tape.gradient(loss, self.rate))
        return loss
