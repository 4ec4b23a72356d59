"""The network."""
from __future__ import annotations

import tensorflow as tf


class Rainfall(tf.keras.Model):
    """Two dense layers; the output is millimetres in an hour."""

    def __init__(self, hidden: int = 8) -> None:
        super().__init__()
        self.hidden = tf.keras.layers.Dense(hidden, activation="relu")
        self.out = tf.keras.layers.Dense(1)

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        return self.out(self.hidden(inputs))
