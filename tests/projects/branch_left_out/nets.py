from tensorflow import keras


def build(features):
    inputs = keras.Input((features,))
    hidden = keras.layers.Dense(6, activation="relu")(inputs)  # cut: layer-output-dropped
    hidden = keras.layers.Dense(6, activation="relu")(inputs)
    height = keras.layers.Dense(1, name="height")(hidden)
    age = keras.layers.Dense(1, name="age")(hidden)  # cut: disconnected-branch
    return keras.Model(inputs, height)
