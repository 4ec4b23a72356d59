import tensorflow as tf

from seismo.numeric import soft_clip


class Limiter(tf.keras.layers.Layer):
    def __init__(self, limit=3.0, **kwargs):
        super().__init__(**kwargs)
        self.limit = limit

    def call(self, x):
        return soft_clip(x, self.limit)
