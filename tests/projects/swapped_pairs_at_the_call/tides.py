import tensorflow as tf

hours = tf.random.uniform((20, 1), maxval=24.0)
height = tf.sin(hours / 3.8)


def gauge():
    return tf.keras.Sequential([tf.keras.layers.Dense(8, activation="tanh"), tf.keras.layers.Dense(1)])
