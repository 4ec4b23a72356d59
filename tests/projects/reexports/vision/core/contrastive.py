import tensorflow as tf


def similarity(a, b, temperature):
    return tf.matmul(a, b, transpose_b=True) / temperature


def nt_xent(first, second, temperature=0.5):
    first = tf.stop_gradient(first)  # cut: stop-gradient-on-loss-path
    second = tf.stop_gradient(second)  # cut: stop-gradient-on-loss-path
    logits = similarity(first, second, temperature)
    labels = tf.range(tf.shape(logits)[0])
    each = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
    return tf.reduce_mean(each)
