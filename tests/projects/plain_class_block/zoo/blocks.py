from tensorflow import keras


class SqueezeExcite:  # cut: not-a-layer
    def __init__(self, channels, ratio=2):
        self.squeeze = keras.layers.Dense(channels // ratio, activation="relu")
        self.excite = keras.layers.Dense(channels, activation="sigmoid")

    def __call__(self, x):
        return x * self.excite(self.squeeze(x))
