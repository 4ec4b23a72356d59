import keras


class Block(keras.layers.Layer):
    """Everything that can be stacked."""

    def stack(self, x, times):
        for _ in range(times):
            x = self(x)
        return x
