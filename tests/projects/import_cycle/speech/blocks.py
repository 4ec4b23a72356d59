import tensorflow as tf

from . import common


class Gate(common.Named):
    def __init__(self, width):
        super().__init__(name="gate")
        self.width = width

    def call(self, x):
        openness = tf.keras.layers.Dense(self.width, activation="sigmoid")(x)  # cut: created-in-call
        return x * openness
