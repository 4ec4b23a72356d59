import tensorflow as tf

import signs
from shared import optimisers


def test_sign_passes_the_gradient():
    x = tf.Variable([1.5, -2.0])
    with tf.GradientTape() as tape:
        y = signs.Sign()(x)
    assert tape.gradient(y, x) is not None
    with tf.GradientTape() as tape:
        y = signs.Sign(slope=3.0)(x)
    assert tape.gradient(y, x) is not None


def test_softmax_passes_the_gradient():
    x = tf.random.normal((4, 3))

    def scores(values):
        return tf.nn.softmax(tf.keras.layers.Dense(5, use_bias=False)(values))

    with tf.GradientTape() as tape:
        tape.watch(x)
        y = scores(x)[:, 0]
    assert tape.gradient(y, x) is not None


def test_partitioned():
    adam = optimisers.get("adam")
    first, second = tf.Variable([[1.0, 2.0]]), tf.Variable([[3.0, 4.0]])
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(first * second)
    adam.minimize(loss, first, second, tape)


if __name__ == "__main__":
    test_sign_passes_the_gradient()
    test_softmax_passes_the_gradient()
    test_partitioned()
