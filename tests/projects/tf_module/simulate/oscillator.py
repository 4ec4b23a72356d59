"""A damped oscillator whose constants are learnt."""
import tensorflow as tf


class Oscillator(tf.Module):
    def __init__(self):
        super().__init__()
        self.log_stiffness = tf.Variable(0.0, name="log_stiffness")
        self.damping = tf.Variable(0.1, name="damping")
        self.stiffness = tf.exp(self.log_stiffness)  # cut: weights-transformed-once

    def acceleration(self, position, speed):
        return -self.stiffness * position - self.damping * speed
