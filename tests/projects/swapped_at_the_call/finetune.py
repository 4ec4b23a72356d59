import tensorflow as tf

from grains import load, sieve
from objectives import grain_loss, smoothed

sizes, kinds = load(2)
model = sieve()
opt = tf.keras.optimizers.SGD(0.01)
with tf.GradientTape() as tape:
    scores = model(sizes)
    loss = grain_loss(kinds, scores) + smoothed(kinds, scores)
opt.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))
