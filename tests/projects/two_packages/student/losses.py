import tensorflow as tf


def loss(wanted, logits, temperature=2.0):
    each = tf.nn.softmax_cross_entropy_with_logits(labels=wanted, logits=logits / temperature)
    return tf.reduce_mean(each)
