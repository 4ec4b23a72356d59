import numpy as np
import tensorflow as tf


def accuracy(y_true, y_pred):
    """A metric for compile: labels against the likeliest class."""
    guess = tf.argmax(y_pred, axis=-1, output_type=tf.int32)
    hits = tf.equal(tf.cast(tf.reshape(y_true, [-1]), tf.int32), guess)
    return tf.reduce_mean(tf.cast(hits, tf.float32))


def confusion(labels, guesses, classes):
    table = np.zeros((classes, classes), dtype=int)
    for label, guess in zip(labels, guesses):
        table[int(label), int(guess)] += 1
    return table
