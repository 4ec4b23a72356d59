"""Two functional models of the customers of a shop, with `compile` and `fit`: who leaves, and who spends how much.

As it stands the program does not train; `gradfix --diff examples/customers.py` shows why.
"""

import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

FEATURES = ["visits", "months", "complaints", "basket", "discount"]


def make_customers(count, seed=3):
    """Return the features, whether each customer left, and what each spent."""
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(count, len(FEATURES))).astype("float32")
    risk = 1.5 * features[:, 2] - features[:, 0] - 0.5 * features[:, 1]
    left = (risk + rng.logistic(scale=0.5, size=count) > 0).astype("float32")[:, None]
    spent = np.exp(0.4 * features[:, 3] + 0.3 * features[:, 0]) + rng.normal(0, 0.1, count)
    return features, left, spent.astype("float32")[:, None]


class Importance(layers.Layer):
    """One learned factor for each feature."""

    def __init__(self, width, name=None):
        self.width = width

    def build(self, input_shape):
        self.factors = self.add_weight(shape=(self.width,), initializer="ones", name="factors")

    def call(self, inputs):
        return inputs * self.factors


def quantile_loss(quantile):
    """Make a loss under which the model learns a quantile instead of the mean."""

    def loss(y_true, y_pred):
        error = y_true - y_pred
        return np.mean(np.maximum(quantile * error, (quantile - 1.0) * error), axis=-1)

    return loss


def churn_model():
    inputs = keras.Input(shape=(len(FEATURES),), name="customer")
    x = Importance(len(FEATURES), name="importance")(inputs)
    x = layers.Dense(16, activation="relu")(x)
    x = layers.Dropout(0.1)(x)
    leaves = layers.Dense(1, activation="sigmoid", name="leaves")(x)
    model = keras.Model(inputs, leaves, name="churn")
    model.compile(
        optimizer=keras.optimizers.Adam(0.01),
        loss="categorical_crossentropy",  # stays, or leaves
        metrics=["binary_accuracy"],
    )
    return model


def spending_model():
    inputs = keras.Input(shape=(len(FEATURES),), name="customer")
    x = Importance(len(FEATURES), name="importance")(inputs)
    x = layers.Dense(16, activation="tanh")(x)
    amount = layers.Dense(1, name="amount")(x)
    model = keras.Model(inputs, amount, name="spending")
    model.compile(optimizer=keras.optimizers.Adam(0.01), loss=quantile_loss(0.8))
    return model


def report(model, history):
    losses = history.history["loss"]
    print(f"{model.name} loss: {losses[0]:.5f} -> {losses[-1]:.5f}")


def main():
    tf.random.set_seed(3)
    features, left, spent = make_customers(800)

    churn = churn_model()
    report(churn, churn.fit(features, left, epochs=6, batch_size=32, verbose=0))

    spending = spending_model()
    report(spending, spending.fit(features, spent, epochs=6, batch_size=32, verbose=0))

    sure = np.mean(churn.predict(features, verbose=0) > 0.5)
    print(f"expected to leave: {sure:.0%}, left: {np.mean(left):.0%}")


if __name__ == "__main__":
    main()
