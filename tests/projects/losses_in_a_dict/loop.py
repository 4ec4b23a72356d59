import tensorflow as tf


class Loop:
    def __init__(self, tuner, rate):
        self.tuner = tuner
        self.adam = tf.keras.optimizers.Adam(rate)

    def step(self, waves):
        with tf.GradientTape() as tape:
            _, losses = self.tuner(waves, with_losses=True, training=True)
        gradients = tape.gradient(losses["total"], self.tuner.trainable_variables)
        gradients, _ = tf.clip_by_global_norm(gradients, 5.0)
        self.adam.apply_gradients(zip(gradients, self.tuner.trainable_variables))
        return losses
