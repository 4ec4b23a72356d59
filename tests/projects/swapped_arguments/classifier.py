import tensorflow as tf


class Classifier(tf.keras.Model):
    def __init__(self, classes):
        super().__init__()
        self.hidden = tf.keras.layers.Dense(8, activation="relu")
        self.scores = tf.keras.layers.Dense(classes, activation="softmax")

    def call(self, x):
        return self.scores(self.hidden(x))
