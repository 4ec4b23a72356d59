import tensorflow as tf

from config import Config
from losses import get_loss
from unet import unet

images = tf.random.uniform((6, Config.size, Config.size, 1))
masks = tf.cast(images > 0.6, tf.float32)
network = unet(Config.size)
loss_fn = get_loss(Config.loss)

for i in range(Config.steps):
    with tf.GradientTape() as tape:
        value = loss_fn(masks, network(images), Config.smooth)
    grads = tape.gradient(value, network.trainable_weights)  # use
    for w, g in zip(network.trainable_weights, grads):
        if g is not None:
            w.assign_sub(0.05 * g)
    print(i, value.numpy())
