import numpy as np
import tensorflow as tf
from tensorflow import keras

K = keras.backend
model = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(4), keras.layers.Dense(1)])
opt = keras.optimizers.Adam()
x = tf.random.normal((8, 3))
y = tf.random.normal((8, 1))


class Agent:
    def __init__(self, n):
        self.q = self.build(n)
        self.opt = keras.optimizers.Adam(1e-3)

    def build(self, n):
        m = keras.Sequential()
        m.add(keras.layers.Dense(8, input_shape=(3,)))
        m.add(keras.layers.Dense(n))
        return m

    def act(self, s):
        return np.argmax(self.q(s[None]).numpy())

    def learn(self, s, a, r):
        with tf.GradientTape() as tape:
            qs = self.q.predict(s)  # cut
            qa = tf.reduce_sum(qs * tf.one_hot(a, 2), 1)
            loss = tf.reduce_mean((r - qa) ** 2)
        g = tape.gradient(loss, self.q.trainable_variables)
        self.opt.apply_gradients(zip(g, self.q.trainable_variables))


ag = Agent(2)
ag.learn(np.zeros((4, 3)), np.zeros(4, int), np.zeros(4))
