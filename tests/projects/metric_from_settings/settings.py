from tensorflow import keras

EPOCHS = 2
OPTIMIZER = "rmsprop"
LOSS = keras.metrics.MeanAbsoluteError()  # cut: metric-as-loss
METRICS = [keras.metrics.MeanSquaredError(name="mse")]
