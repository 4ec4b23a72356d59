import numpy as np
import tensorflow as tf

from wind import evaluate
from wind.losses import pinball

speed = np.random.default_rng(9).weibull(2.0, size=(40, 5)).astype("float32")
power = np.minimum(speed.mean(axis=1, keepdims=True) ** 3, 1.0)

model = tf.keras.Sequential([tf.keras.Input((5,)), tf.keras.layers.Dense(6, "relu"), tf.keras.layers.Dense(1)])
model.compile("adam", loss=pinball)
model.fit(speed, power, epochs=2, verbose=0)
for _ in range(2):
    with tf.GradientTape() as tape:
        loss = pinball(power, model(speed, training=True))
    gradients = tape.gradient(loss, model.trainable_variables)
    model.optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    print(evaluate.validate(model, speed, power))
print(evaluate.table(model, speed, power))
