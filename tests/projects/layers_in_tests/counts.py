import tensorflow as tf


class Flips(tf.keras.metrics.Metric):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seen = self.add_weight(name="seen", initializer="zeros")

    def update_state(self, values, sample_weight=None):
        self.seen.assign_add(tf.reduce_sum(tf.cast(values > 0, tf.float32)))

    def result(self):
        return self.seen
