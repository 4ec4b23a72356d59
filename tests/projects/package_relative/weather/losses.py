"""What is minimised."""
from __future__ import annotations

import tensorflow as tf

RESOLUTION = 0.2  # millimetres, one tip of the gauge


def gauge_error(measured: tf.Tensor, predicted: tf.Tensor) -> tf.Tensor:
    """Squared error of what the gauge would show."""
    tips = tf.round(predicted / RESOLUTION)  # cut: non-differentiable-op
    return tf.reduce_mean(tf.square(measured - tips * RESOLUTION))
