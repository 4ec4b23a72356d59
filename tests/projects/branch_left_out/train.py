import tensorflow as tf

from nets import build

leaves = tf.random.normal((24, 3), seed=6)
trees = build(3)
trees.compile("sgd", "mse")
trees.fit(leaves, tf.reduce_mean(leaves, axis=1, keepdims=True), verbose=0)
