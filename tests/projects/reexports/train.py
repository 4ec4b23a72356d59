import tensorflow as tf

from vision import *
from vision import Encoder

encoder = Encoder(6)
sgd = tf.keras.optimizers.SGD(0.05)
images = tf.random.uniform((12, 10, 10, 1))


def step(batch):
    a, b = two_views(batch)
    with tf.GradientTape() as tape:
        loss = contrastive_loss(encoder(a), encoder(b))
    grads = tape.gradient(loss, encoder.trainable_variables)  # use
    if all(g is not None for g in grads):
        sgd.apply_gradients(zip(grads, encoder.trainable_variables))
    return loss


for epoch in range(3):
    print(epoch, float(step(images)))
