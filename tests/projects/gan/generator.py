import tensorflow as tf
from tensorflow.keras import layers


def make_generator(noise_dim):
    return tf.keras.Sequential([
        layers.Input((noise_dim,)),
        layers.Dense(16, activation='relu'),
        layers.Dense(2),
    ])


def sample(generator, count, noise_dim):
    points = generator(tf.random.normal([count, noise_dim]), training=True)
    return tf.convert_to_tensor(points.numpy())  # cut: tensor-converted
