from tensorflow import keras

LOSSES = {
    "mse": keras.losses.MeanSquaredError,
    "mae": keras.metrics.MeanAbsoluteError,  # cut: metric-as-loss
}


def make(table, name):
    return table[name]()
