import tensorflow as tf

maps = tf.random.normal((10, 6))
tower = tf.keras.Sequential([tf.keras.layers.Dense(4)])
mapper = tf.keras.Sequential([tf.keras.layers.Dense(4)])


def update(tape, loss):
    weights = tower.trainable_variables + mapper.trainable_variables
    slopes = tape.gradient(loss, weights)
    for weight, slope in zip(weights, slopes):
        if slope is not None:
            weight.assign_sub(0.1 * slope)
