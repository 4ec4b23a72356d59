from tensorflow.keras import layers, models


def hourly(hours):
    return models.Sequential([layers.Input((hours,)), layers.Dense(16, activation="relu"), layers.Dense(hours)])
