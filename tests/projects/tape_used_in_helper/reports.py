import tensorflow as tf


def steepness(tape, loss, weights):
    slopes = tape.gradient(loss, weights)  # use
    return tf.linalg.global_norm(slopes)
