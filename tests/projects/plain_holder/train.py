import tensorflow as tf
from tensorflow import keras

from stack import Stack


class Tower(keras.Model):
    def __init__(self):
        super().__init__()
        self.floors = Stack([keras.layers.Dense(3, activation="relu") for _ in range(2)])
        self.roof = keras.layers.Dense(1)

    def call(self, x):
        for floor in self.floors:
            x = floor(x)
        return self.roof(x)


winds = tf.random.normal((16, 3), seed=2)
tower, adam = Tower(), keras.optimizers.Adam()
tower(winds)
for _ in range(2):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((tower(winds) - winds[:, :1]) ** 2)
    adam.apply_gradients(zip(tape.gradient(loss, tower.trainable_variables), tower.trainable_variables))
