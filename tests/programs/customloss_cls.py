import tensorflow as tf
from tensorflow import keras

K = keras.backend
model = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(4), keras.layers.Dense(1)])
opt = keras.optimizers.Adam()
x = tf.random.normal((8, 3))
y = tf.random.normal((8, 1))


class L(keras.losses.Loss):
    def __init__(self, w=1.0):
        super().__init__()
        self.w = w

    def call(self, y_true, y_pred):
        return self._inner(y_true, y_pred)

    def _inner(self, t, q):
        q = q.numpy()  # cut
        return tf.reduce_mean((t - q) ** 2)


model.compile("adam", L(2.0), run_eagerly=True)
model.fit(x, y, verbose=0)
