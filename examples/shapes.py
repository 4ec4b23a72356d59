"""A variational autoencoder for small drawings, its encoder and its decoder trained through two tapes.

As it stands the program does not train; `gradfix --diff examples/shapes.py` shows why.
"""

import numpy as np
import tensorflow as tf

SIDE = 8
LATENT = 3
BATCH = 50
EPOCHS = 6


def draw(count, seed=11):
    """Return pictures with one bright spot each, as rows of pixels between 0 and 1."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[0:SIDE, 0:SIDE]
    pictures = []
    for _ in range(count):
        y, x = rng.uniform(1, SIDE - 2, size=2)
        spread = rng.uniform(1.0, 2.5)
        pictures.append(np.exp(-((rows - y) ** 2 + (columns - x) ** 2) / spread).ravel())
    return np.stack(pictures).astype("float32")


class Encoder(tf.keras.Model):
    def __init__(self, latent):
        self.hidden = tf.keras.layers.Dense(48, activation="relu")
        self.mean = tf.keras.layers.Dense(latent)
        self.log_variance = tf.keras.layers.Dense(latent)

    def call(self, pictures):
        hidden = self.hidden(pictures)
        return self.mean(hidden), self.log_variance(hidden)


class Decoder(tf.keras.Model):
    def __init__(self, pixels):
        super(Decoder, self).__init__()
        self.hidden = tf.keras.layers.Dense(48, activation="relu")
        self.pixels = tf.keras.layers.Dense(pixels)

    def call(self, codes):
        return self.pixels(self.hidden(codes))


def sample(mean, log_variance):
    """Draw a code around the mean; the noise stands beside the path of the gradient."""
    noise = tf.random.normal(tf.shape(mean))
    return mean + np.exp(0.5 * log_variance) * noise


def divergence(mean, log_variance):
    """How far the codes are from a standard normal distribution, for each picture."""
    return -0.5 * np.sum(1.0 + log_variance - np.square(mean) - np.exp(log_variance), axis=1)


class Trainer:
    def __init__(self, encoder, decoder):
        self.encoder = encoder
        self.decoder = decoder
        self.encoder_optimizer = tf.keras.optimizers.Adam(0.003)
        self.decoder_optimizer = tf.keras.optimizers.Adam(0.003)

    def step(self, pictures):
        with tf.GradientTape() as encoder_tape, tf.GradientTape() as decoder_tape:
            mean, log_variance = self.encoder(pictures)
            logits = self.decoder(sample(mean, log_variance))
            pixel_loss = tf.nn.sigmoid_cross_entropy_with_logits(labels=pictures, logits=logits)

        reconstruction = tf.reduce_mean(tf.reduce_sum(pixel_loss, axis=1))
        # a small weight, or the codes collapse
        loss = reconstruction + 0.1 * tf.reduce_mean(divergence(mean, log_variance))

        for tape, network, optimizer in (
            (encoder_tape, self.encoder, self.encoder_optimizer),
            (decoder_tape, self.decoder, self.decoder_optimizer),
        ):
            gradients = tape.gradient(loss, network.trainable_variables)
            optimizer.apply_gradients(zip(gradients, network.trainable_variables))
        return loss


def main():
    np.random.seed(11)
    tf.random.set_seed(11)
    pictures = draw(600)
    trainer = Trainer(Encoder(LATENT), Decoder(SIDE * SIDE))
    history = []
    for _ in range(EPOCHS):
        order = np.random.permutation(len(pictures))
        losses = [
            float(trainer.step(pictures[order[start : start + BATCH]]))
            for start in range(0, len(order), BATCH)
        ]
        history.append(np.mean(losses))
    print(f"loss: {history[0]:.4f} -> {history[-1]:.4f}")


if __name__ == "__main__":
    main()
