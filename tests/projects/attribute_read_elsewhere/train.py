import tensorflow as tf

from noise import Noise

noise = Noise()
with tf.GradientTape() as tape:
    loss = noise.misfit(tf.ones(3))
print(tape.gradient(loss, noise.trainable_variables))  # use
print(noise.scale.numpy())
