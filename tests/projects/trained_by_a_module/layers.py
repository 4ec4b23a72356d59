import tensorflow as tf
from tensorflow import keras


class Table(keras.layers.Layer):
    def __init__(self, count, width):
        super().__init__()
        self.table = tf.Variable(tf.random.normal([count, width], seed=1), name="table")

    @property
    def spread(self):
        return tf.reduce_max(self.table) - tf.reduce_min(self.table)

    def call(self, ids):
        return tf.nn.embedding_lookup(self.table, ids)
