from tensorflow import keras


def binary_head():
    return keras.layers.Dense(1, activation="softmax")  # cut: softmax-on-single-unit


def build_model(cfg):
    model = keras.Sequential(name=cfg["name"])
    model.add(keras.Input((cfg["features"],)))
    for units in cfg["hidden"]:
        model.add(keras.layers.Dense(units, activation="relu"))
    model.add(binary_head())
    return model
