"""Forecast the water level of a harbour: a subclassed model with a training loop of its own.

The level is a sum of tides with different periods, plus wind. The model sees one day and tells the next hour.
As it stands the program does not train; `gradfix --diff examples/tides.py` shows why.
"""

import numpy as np
import tensorflow as tf
from tensorflow import keras

HOURS = 24
BATCH = 64
EPOCHS = 7
PERIODS = (12.42, 12.0, 25.82)  # hours: moon, sun, and the moon's declination


def water_levels(days, rng):
    """Return one level for each hour, in metres."""
    hours = np.arange(24 * days)
    level = np.zeros(len(hours))
    for period in PERIODS:
        level += rng.uniform(0.3, 1.2) * np.sin(2 * np.pi * hours / period + rng.uniform(0, np.pi))
    return level + rng.normal(0, 0.05, len(hours))


def windows(levels):
    """Cut the series into days, each with the hour that follows it."""
    starts = np.arange(len(levels) - HOURS)
    days = np.stack([levels[start : start + HOURS] for start in starts])
    return days.astype("float32"), levels[starts + HOURS].astype("float32")[:, None]


class Waves(keras.layers.Layer):
    """Sines and cosines of a learned projection."""

    def __init__(self, count, **kwargs):
        self.count = count

    def build(self, input_shape):
        self.kernel = self.add_weight(
            shape=(int(input_shape[-1]), self.count), initializer="glorot_uniform", name="kernel"
        )

    def call(self, inputs):
        angles = tf.matmul(inputs, self.kernel)
        # both halves of the circle, so that the phase is free
        return tf.concat([np.sin(angles), np.cos(angles)], axis=-1)


class Forecaster(keras.Model):
    def __init__(self, waves=16):
        super().__init__()
        self.waves = Waves(waves)
        self.mix = keras.layers.Dense(24, activation="tanh")
        self.level = keras.layers.Dense(1)

    def call(self, inputs):
        return self.level(self.mix(self.waves(inputs)))


def smooth_error(difference):
    """Quadratic for small differences, linear for large ones."""
    return np.mean(np.sqrt(1.0 + np.square(difference)) - 1.0)


def train(model, inputs, targets, rng):
    """Train the model and return the mean loss of each epoch."""
    optimizer = keras.optimizers.Adam(0.005)
    history = []
    for _ in range(EPOCHS):
        order = rng.permutation(len(inputs))
        total = 0.0
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            with tf.GradientTape() as tape:
                forecast = model(inputs[batch], training=True)
            # the error of the whole batch
            loss = smooth_error(targets[batch] - forecast)
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
            total += float(loss) * len(batch)
        history.append(total / len(order))
    return history


def main():
    rng = np.random.default_rng(7)
    tf.random.set_seed(7)
    inputs, targets = windows(water_levels(40, rng))
    model = Forecaster()
    history = train(model, inputs, targets, rng)
    print(f"loss: {history[0]:.5f} -> {history[-1]:.5f}")
    forecast = model(inputs[-3:]).numpy()
    print("last hours:", np.round(forecast[:, 0], 2), "measured:", np.round(targets[-3:, 0], 2))


if __name__ == "__main__":
    main()
