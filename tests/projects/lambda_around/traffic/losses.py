import numpy


def weighted(y_true, y_pred, weights):
    """Squared error of each hour, times its weight."""
    return numpy.sum(weights * numpy.square(y_true - y_pred), axis=-1)  # cut: numpy-on-tensor
