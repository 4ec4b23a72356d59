import numpy as np
import tensorflow as tf


def bootstrap(target_net, reward, after, done, discount=0.9):
    best = tf.reduce_max(target_net(after), axis=-1)
    return tf.stop_gradient(reward + discount * (1.0 - done) * best)


def to_array(values):
    return np.asarray(values.numpy(), dtype="float32")


def copy_weights(source, goal):
    for s, g in zip(source.variables, goal.variables):
        g.assign(s)
