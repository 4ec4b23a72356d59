import tensorflow as tf

from similarity import attraction
from towers import mapper, maps, tower, update

with tf.GradientTape() as tape:
    one, other = tower(maps), tower(maps + 0.1)
    loss = attraction(mapper(one), other) + attraction(mapper(other), one)
update(tape, loss)
