import tensorflow as tf

from learners import Quantile
from nets import small

x = tf.random.normal((40, 2))
y = tf.reduce_sum(x, axis=1, keepdims=True) + tf.random.normal((40, 1))
learner = Quantile(small(8), q=0.9)
for _ in range(4):
    error = learner.step(x, y)
print(float(error))
