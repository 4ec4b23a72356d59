import tensorflow as tf


class Model(tf.keras.Model):
    def __init__(self, classes):
        super().__init__()
        self.out = tf.keras.layers.Dense(classes)

    def call(self, x):
        return self.out(x)
