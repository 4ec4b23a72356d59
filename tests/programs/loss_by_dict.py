import tensorflow as tf
from tensorflow.keras import backend as K
from tensorflow.keras.layers import Dense, Input
from tensorflow.keras.models import Model


def hits(y_true, y_pred):
    return 1.0 - K.mean(K.cast(K.equal(y_true, K.round(y_pred)), "float32"))  # cut


inputs = Input((3,))
trunk = Dense(4, activation="tanh")(inputs)
model = Model(inputs, [Dense(1, name="price")(trunk), Dense(1, activation="sigmoid", name="sold")(trunk)])
model.compile("adam", loss={"price": "mse", "sold": hits})
x, y = tf.random.normal((8, 3)), tf.cast(tf.random.uniform((8, 1)) > 0.5, tf.float32)
model.fit(x, {"price": y, "sold": y}, verbose=0)
