import tensorflow as tf
from tensorflow.keras import backend as K

PREFIX = "near_"


def apart(features):
    own, near = {}, {}
    for name, value in features.items():
        if name.startswith(PREFIX):
            near[name] = value
        else:
            own[name] = value
    return own, near


def dense(table):
    if K.is_sparse(table):
        table = tf.sparse.to_dense(table)
    return table


def longest(tables):
    most = None
    for table in tables:
        if most is None or table.shape[-1] > most:
            most = table.shape[-1]
    return most
