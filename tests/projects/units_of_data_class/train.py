import tensorflow as tf
from tensorflow import keras

from settings import Settings

settings = Settings()
calls = tf.random.normal((6, 4), seed=3)
birds = tf.cast(calls[:, :1] > 0.0, tf.float32)
inputs = keras.Input((4,))
classes = keras.layers.Dense(settings.head.classes, activation="softmax")(inputs)  # cut: softmax-on-single-unit
model = keras.Model(inputs, classes)
model.compile(keras.optimizers.SGD(settings.rate), "mse")
model.fit(calls, birds, verbose=0)
