import tensorflow as tf
from tensorflow import keras


class Agent:
    def __init__(self, settings):
        self.net = keras.Sequential([keras.layers.Dense(settings.node), keras.layers.Dense(1)])

    def update(self, states, goals):
        with tf.GradientTape() as tape:
            loss = self.loss(states, goals)
        return tape.gradient(loss, self.net.trainable_variables)  # use
