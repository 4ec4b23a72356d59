from tensorflow import keras

wrong = keras.metrics.BinaryCrossentropy(from_logits=True)  # cut: metric-as-loss
