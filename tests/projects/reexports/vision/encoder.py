import tensorflow as tf
from tensorflow.keras import layers


class Encoder(tf.keras.Model):
    def __init__(self, dim):
        super().__init__()
        self.conv = layers.Conv2D(4, 3, activation="relu")
        self.pool = layers.GlobalAveragePooling2D()
        self.project = layers.Dense(dim)

    def call(self, images):
        return tf.math.l2_normalize(self.project(self.pool(self.conv(images))), axis=-1)
