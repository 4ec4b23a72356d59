import tensorflow as tf
from tensorflow import keras

K = keras.backend
model = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(4), keras.layers.Dense(1)])
opt = keras.optimizers.Adam()
x = tf.random.normal((8, 3))
y = tf.random.normal((8, 1))

inp = keras.Input((4,))
h = keras.layers.Dense(3)(inp)
h = keras.layers.Lambda(lambda t: K.round(t))(h)  # cut
o = keras.layers.Dense(1)(h)
mm = keras.Model(inp, o)
mm.compile("adam", "mse")
mm.fit(tf.random.normal((8, 4)), y, verbose=0)
