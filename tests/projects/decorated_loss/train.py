import tensorflow as tf

import instruments
import losses

cloud = tf.random.normal((20, 3)) + 1.0
moved = tf.Variable(tf.random.normal((12, 3)), name="moved")

for step in range(4):
    with tf.GradientTape() as tape:
        distance = losses.chamfer(moved, cloud)
    grad = tape.gradient(distance, moved)  # use
    if grad is not None:
        moved.assign_sub(0.2 * grad)
    print(step, float(distance), instruments.spent["chamfer"] >= 0)
