import tensorflow as tf

from similarity import attraction
from towers import mapper, maps, tower, update

for _ in range(2):
    with tf.GradientTape() as tape:
        one, other = tower(maps), tower(maps + 0.1)
        loss = attraction(other, mapper(one))  # cut: stop-gradient-on-loss-path
    update(tape, loss)
