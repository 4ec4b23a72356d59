import numpy as np
import tensorflow as tf


class Regressor(tf.keras.Model):
    def __init__(self):
        super().__init__()
        self.head = tf.keras.layers.Dense(1)

    def call(self, values):
        return self.head(values)

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = self.measure(y, self(x, training=True))
        weights = self.trainable_variables
        self.optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
        return {"loss": loss}

    def measure(self, truth, guess):
        return tf.reduce_mean(np.square(truth - guess))  # cut


model = Regressor()
model.compile("adam", run_eagerly=True)
model.fit(tf.random.normal((8, 3)), tf.random.normal((8, 1)), verbose=0)
