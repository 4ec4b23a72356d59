import tensorflow as tf

from seismo.layers import Limiter


def picker(samples):
    inputs = tf.keras.Input((samples,))
    x = tf.keras.layers.Dense(12, activation="relu")(inputs)
    x = tf.keras.layers.Dense(1)(x)
    outputs = Limiter()(x)
    return tf.keras.Model(inputs, outputs)
