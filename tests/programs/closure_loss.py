import tensorflow as tf
from tensorflow import keras

K = keras.backend
model = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(4), keras.layers.Dense(1)])
opt = keras.optimizers.Adam()
x = tf.random.normal((8, 3))
y = tf.random.normal((8, 1))


def make(alpha):
    def inner(y_true, y_pred):
        y_pred = tf.math.floor(y_pred)  # cut
        return alpha * tf.reduce_mean(tf.abs(y_true - y_pred))

    return inner


loss_fn = make(0.2)
model.compile(optimizer=opt, loss=loss_fn)
model.fit(x, y, verbose=0)
