import tensorflow as tf
from tensorflow import keras

K = keras.backend
model = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(4), keras.layers.Dense(1)])
opt = keras.optimizers.Adam()
x = tf.random.normal((8, 3))
y = tf.random.normal((8, 1))

G = keras.Sequential([keras.layers.Dense(3)])
D = keras.Sequential([keras.layers.Dense(1)])
bce = keras.losses.BinaryCrossentropy(from_logits=True)


def train_step(images):
    noise = tf.random.normal([8, 2])
    generated = G(noise, training=True)  # cut
    with tf.GradientTape() as gt, tf.GradientTape() as dt:
        ro = D(images, training=True)
        fo = D(generated, training=True)
        gl = bce(tf.ones_like(fo), fo)
        dl = bce(tf.ones_like(ro), ro) + bce(tf.zeros_like(fo), fo)
    gg = gt.gradient(gl, G.trainable_variables)
    gd = dt.gradient(dl, D.trainable_variables)


for e in range(2):
    train_step(x)
