import tensorflow as tf

from layers import Table
from tied import Tied

table = Table(5, 3)
head, mix = Tied(table.table), tf.keras.layers.Dense(3)
ids = tf.constant([0, 1, 2])
mix(table(ids))
print(table.spread)
for _ in range(2):
    with tf.GradientTape() as tape:
        scores = head(mix(table(ids)))
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(ids, scores))
    weights = mix.trainable_variables + list(head.trainable_variables)
    for weight, gradient in zip(weights, tape.gradient(loss, weights)):
        weight.assign(weight - 0.1 * tf.convert_to_tensor(gradient))
