import tensorflow as tf

import utils


class Autoencoder(tf.keras.Model):
    def __init__(self, width, code):
        super().__init__()
        self.encoder = tf.keras.layers.Dense(code, activation="tanh")
        self.decoder = tf.keras.layers.Dense(width)

    def call(self, x):
        return self.decoder(self.encoder(x))

    def train_step(self, data):
        x, _ = data
        with tf.GradientTape() as tape:
            error = tf.convert_to_tensor(utils.l2(self(x, training=True) - x))
        weights = self.trainable_variables
        gradients = tape.gradient(error, weights)  # use
        for weight, gradient in zip(weights, gradients):
            if gradient is not None:
                weight.assign_sub(0.01 * gradient)
        return {"error": error}
