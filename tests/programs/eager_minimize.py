import tensorflow as tf
from tensorflow import keras

K = keras.backend
model = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(4), keras.layers.Dense(1)])
opt = keras.optimizers.Adam()
x = tf.random.normal((8, 3))
y = tf.random.normal((8, 1))

w = tf.Variable(2.0)
loss = w * w  # cut
tf.compat.v1.train.GradientDescentOptimizer(0.1).minimize(lambda: loss, var_list=[w])
