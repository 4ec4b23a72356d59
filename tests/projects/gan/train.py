import math

import tensorflow as tf

from discriminator import make_discriminator
from gan_losses import discriminator_loss, generator_loss
from generator import make_generator, sample

NOISE = 4
generator, discriminator = make_generator(NOISE), make_discriminator()
g_opt, d_opt = tf.keras.optimizers.Adam(1e-3), tf.keras.optimizers.Adam(1e-3)


def ring(count):
    angle = tf.random.uniform([count, 1], maxval=2 * math.pi)
    return tf.concat([tf.cos(angle), tf.sin(angle)], axis=1)


def train_step(real):
    with tf.GradientTape() as g_tape, tf.GradientTape() as d_tape:
        fake = sample(generator, 16, NOISE)
        fake_score = discriminator(fake, training=True)
        real_score = discriminator(real, training=True)
        g_loss = generator_loss(fake_score)
        d_loss = discriminator_loss(real_score, fake_score)
    g_grads = g_tape.gradient(g_loss, generator.trainable_variables)  # use
    d_grads = d_tape.gradient(d_loss, discriminator.trainable_variables)
    if None not in g_grads:
        g_opt.apply_gradients(zip(g_grads, generator.trainable_variables))
    d_opt.apply_gradients(zip(d_grads, discriminator.trainable_variables))
    return g_loss, d_loss


for step in range(3):
    print(*(float(loss) for loss in train_step(ring(16))))
