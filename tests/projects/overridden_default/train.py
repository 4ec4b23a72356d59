import tensorflow as tf

from tasks import Growth

times = tf.linspace(0.0, 1.0, 11)
sizes = tf.exp(0.7 * times)
growth = Growth(0.2)
for _ in range(3):
    print(float(growth.step(times, sizes)))
print(growth.report(times, sizes), growth.rate.numpy())
