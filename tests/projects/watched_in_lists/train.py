import tensorflow as tf

import nudge
import solve

model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
x = tf.random.normal((4, 3), seed=1)


def forward(features):
    return model(features)


adam = tf.keras.optimizers.Adam()
for _ in range(2):
    features = nudge.pushed(forward, {"x": x})
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(model(features["x"]) - 1.0))
    adam.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))


def closest(*points):
    return solve.minimise([lambda a, b: a * b - 1.0, lambda a, b: a - b], points)


def same(w, y):
    def energy(w, y):
        return tf.reduce_sum(tf.square(w * y))

    slopes = solve.grad(energy)
    with tf.GradientTape() as tape:
        tape.watch(w)
        value = energy(w, y)
    tf.debugging.assert_near(tape.gradient(value, w), slopes(w, y))


print(closest([2.0], [3.0]))
same(tf.ones([2]), tf.ones([2]))
