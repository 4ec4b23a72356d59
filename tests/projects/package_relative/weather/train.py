"""python -m weather.train"""
from __future__ import annotations

import tensorflow as tf

from . import losses
from .data import batches
from .models import Rainfall


def main() -> None:
    model = Rainfall()
    optimizer = tf.keras.optimizers.Adam(1e-2)
    for readings, rain in batches():
        with tf.GradientTape() as tape:
            loss = losses.gauge_error(rain, model(readings, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)  # use
        optimizer.apply_gradients(
            (g, v) for g, v in zip(gradients, model.trainable_variables) if g is not None
        )
        print(f"{float(loss):.3f}")


if __name__ == "__main__":
    main()
