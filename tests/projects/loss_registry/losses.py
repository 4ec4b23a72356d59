import tensorflow as tf


def dice(y_true, y_pred, smooth):
    mask = tf.cast(y_pred > 0.5, tf.float32)  # cut: non-differentiable-op
    overlap = tf.reduce_sum(y_true * mask)
    return 1.0 - (2.0 * overlap + smooth) / (tf.reduce_sum(y_true) + tf.reduce_sum(mask) + smooth)


def soft_jaccard(y_true, y_pred, smooth):
    overlap = tf.reduce_sum(y_true * y_pred)
    union = tf.reduce_sum(y_true) + tf.reduce_sum(y_pred) - overlap
    return 1.0 - (overlap + smooth) / (union + smooth)


LOSSES = {
    "dice": dice,
    "jaccard": soft_jaccard,
}


def get_loss(name):
    return LOSSES[name]
