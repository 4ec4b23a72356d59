import tensorflow as tf
from tensorflow import keras

from friction import Friction


class Pendulum(keras.Model):
    def __init__(self):
        super().__init__()
        self.angle = keras.layers.Dense(1)
        self.length = tf.Variable(0.8, name="length")
        self.friction = Friction()

    def call(self, t):
        swing = tf.cos(t / tf.sqrt(self.length))
        return self.friction.damp(t) * swing * self.angle(t)
