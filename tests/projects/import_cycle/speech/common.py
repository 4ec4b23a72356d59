import tensorflow as tf


class Named(tf.keras.layers.Layer):
    def describe(self):
        from . import model  # here, because model imports blocks, and blocks this

        return f"{self.name} of a {model.Listener.__name__}"
