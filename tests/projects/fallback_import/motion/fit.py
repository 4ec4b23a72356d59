import tensorflow as tf

try:
    from .plain import smoothness
    from .spline import Spline
except ImportError:
    from plain import smoothness
    from spline import Spline

spline = Spline(6)
times = tf.linspace(0.0, 4.9, 20)
for _ in range(3):
    with tf.GradientTape() as tape:
        cost = smoothness(spline(times))
    slope = tape.gradient(cost, spline.knots)  # use
    if slope is not None:
        spline.knots.assign_sub(0.1 * tf.convert_to_tensor(slope))
print(spline.knots.numpy())
