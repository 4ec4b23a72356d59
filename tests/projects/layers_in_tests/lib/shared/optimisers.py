import tensorflow as tf


class Partitioned:
    def __init__(self, name):
        self.inner = tf.keras.optimizers.get(name)

    def minimize(self, loss, first, second, tape):
        self.inner.apply_gradients(zip(tape.gradient(loss, [first, second]), [first, second]))


def get(name):
    return Partitioned(name)
