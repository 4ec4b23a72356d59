import tensorflow as tf
from tensorflow import keras


class Tuner(keras.Model):
    def __init__(self, units=4):
        super().__init__()
        self.dense = keras.layers.Dense(units)
        self.parts = {}

    def __call__(self, *args, with_losses=False, **kwargs):
        self.parts = {}
        sound = super().__call__(*args, **kwargs)
        if not with_losses:
            return sound
        return sound, {**self.parts, "total": tf.add_n(list(self.parts.values()))}

    def call(self, waves, training=False):
        sound = self.dense(waves)
        self.parts["spectrum"] = tf.reduce_mean(tf.square(sound - waves))
        self.parts["level"] = tf.reduce_mean(tf.abs(tf.reduce_sum(sound - waves, axis=1)))
        return sound
