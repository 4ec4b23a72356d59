import numpy as np
import tensorflow as tf

from losses import smoothed_crossentropy
from metrics import accuracy, confusion
from plots import sparkline

rng = np.random.default_rng(0)
x = rng.normal(size=(60, 4)).astype("float32")
labels = np.argmax(x[:, :3], axis=1)

model = tf.keras.Sequential([tf.keras.Input((4,)), tf.keras.layers.Dense(3, activation="softmax")])
model.compile(optimizer="adam", loss=smoothed_crossentropy, metrics=[accuracy])
model.fit(x, labels, epochs=2, verbose=0)

curve = []
for _ in range(4):
    with tf.GradientTape() as tape:
        p = model(x)
        loss = smoothed_crossentropy(labels, p)
        right = accuracy(labels, p)
    weights = model.trainable_variables
    model.optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
    curve.append(float(loss) + 0 * float(right))
print(sparkline(curve))
print(confusion(labels, np.argmax(model.predict(x, verbose=0), axis=1), 3))
