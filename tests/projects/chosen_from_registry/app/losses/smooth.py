import tensorflow as tf

from ..registry import register


@register("crossentropy")
def crossentropy(labels, scores):
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=scores))
