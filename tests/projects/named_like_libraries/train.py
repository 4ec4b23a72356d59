import numpy
import tensorflow as tf

import layers
import losses
import metrics

rng = numpy.random.default_rng(1)
x = rng.normal(size=(32, 4)).astype("float32")
y = x @ numpy.array([[0.1], [0.2], [0.3], [0.4]], "float32")

model = tf.keras.Sequential([tf.keras.Input((4,)), layers.Dense(1, activation="softmax")])
model.compile("sgd", loss=losses.mse)
model.fit(x, y, epochs=1, verbose=0)
model.compile("sgd", loss=metrics.MeanSquaredError())
model.fit(x, y, epochs=1, verbose=0)

share = tf.keras.Sequential([tf.keras.Input((4,)), tf.keras.layers.Dense(1, activation="sigmoid")])
share.compile("sgd", loss=losses.categorical_crossentropy)
share.fit(x, (y > 0).astype("float32"), epochs=1, verbose=0)
