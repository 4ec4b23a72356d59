import tensorflow as tf


class Spline(tf.Module):
    def __init__(self, knots, name=None):
        super().__init__(name=name)
        self.knots = tf.Variable(tf.random.normal((knots, 2)), name="knots")

    def __call__(self, times):
        first = tf.cast(tf.floor(times), tf.int32)
        share = (times - tf.floor(times))[:, None]
        return (1 - share) * tf.gather(self.knots, first) + share * tf.gather(self.knots, first + 1)
