import tensorflow as tf

import counts


class Quantiser(tf.keras.layers.Layer):
    def __init__(self, count=False, **kwargs):
        super().__init__(**kwargs)
        self.count = count

    def build(self, shape):
        if self.count:
            self.flips = counts.Flips(name="flips")
        super().build(shape)


@tf.custom_gradient
def straight_sign(x):
    return tf.sign(x), lambda upstream: upstream


class Sign(Quantiser):
    def __init__(self, slope=1.0, **kwargs):
        super().__init__(**kwargs)
        self.slope = slope

    def call(self, x):
        return straight_sign(x * self.slope)
