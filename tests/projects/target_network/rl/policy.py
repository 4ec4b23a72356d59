import numpy as np
import tensorflow as tf


def q_net():
    return tf.keras.Sequential([tf.keras.Input((3,)), tf.keras.layers.Dense(8, "relu"), tf.keras.layers.Dense(2)])


def act(net, states):
    return np.argmax(net(states).numpy(), axis=-1)
