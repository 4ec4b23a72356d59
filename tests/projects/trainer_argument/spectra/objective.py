import tensorflow as tf


def waveform(y_true, y_pred):
    return tf.reduce_mean(tf.abs(y_true - y_pred))


def spectral(y_true, y_pred):
    real = tf.abs(tf.signal.rfft(y_true))
    fake = tf.abs(tf.signal.rfft(y_true))
    return tf.reduce_mean(tf.square(real - fake))  # cut: loss-ignores-prediction
