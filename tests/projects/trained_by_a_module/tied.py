import tensorflow as tf


class Tied(tf.Module):
    def __init__(self, table):
        super().__init__()
        self.table = table

    def __call__(self, hidden):
        return tf.matmul(hidden, self.table, transpose_b=True)
