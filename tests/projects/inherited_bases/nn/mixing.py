import keras

from nn.base import Block


class Mixer(Block):
    def __init__(self, channels: int) -> None:  # cut: missing-super-init
        self.channels = channels
        self.across = keras.layers.Dense(channels, activation="gelu")

    def call(self, x):
        return x + self.across(x)
