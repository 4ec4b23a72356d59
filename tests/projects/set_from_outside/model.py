from tensorflow import keras

from layers import Penalty, Standardize


class Quakes(keras.Model):
    def __init__(self):
        super().__init__()
        self.scale = Standardize(3)
        self.stations = keras.layers.Dense(6, activation="tanh")
        self.stations.trainable = False
        self.penalty = Penalty()
        self.depth = keras.layers.Dense(1)

    def call(self, x):
        return self.depth(self.penalty(self.stations(self.scale(x))))
