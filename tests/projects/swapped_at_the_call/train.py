import tensorflow as tf

from grains import load, sieve
from objectives import smoothed

sizes, kinds = load(1)
model = sieve()
opt = tf.keras.optimizers.SGD(0.1)
for _ in range(2):
    with tf.GradientTape() as tape:
        loss = smoothed(model(sizes), kinds)  # cut: swapped-loss-arguments
    grads = tape.gradient(loss, model.trainable_variables)
    opt.apply_gradients(zip(grads, model.trainable_variables))
