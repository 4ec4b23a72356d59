import tensorflow as tf

from ..registry import register


@register("errors")
def errors(labels, scores):
    wrong = tf.not_equal(tf.cast(labels, tf.int64), tf.argmax(scores, axis=-1))
    return tf.reduce_mean(tf.cast(wrong, tf.float32))
