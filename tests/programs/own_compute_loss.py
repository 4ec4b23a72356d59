import tensorflow as tf
from tensorflow import keras


class Counter(keras.Model):
    def __init__(self):
        super().__init__()
        self.head = keras.layers.Dense(1)

    def call(self, values):
        return self.head(values)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, **kwargs):
        whole = tf.round(y_pred)  # cut
        return tf.reduce_mean(tf.abs(y - whole))


model = Counter()
model.compile("adam")
model.fit(tf.random.normal((8, 3)), tf.random.normal((8, 1)), verbose=0)
