import tensorflow as tf


def grain_loss(labels, logits):
    """Cross-entropy of the kinds of grain."""
    return tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels=labels, logits=logits))


def smoothed(labels, logits, amount=0.1):
    return grain_loss((1.0 - amount) * labels + amount / 3.0, logits)
