import tensorflow as tf

from gate import Gate
from losses import position_loss

gate = Gate()
rows, labels = tf.random.normal((8, 4)), tf.zeros((8,))
with tf.GradientTape() as tape:
    loss = position_loss(labels, gate(rows))
gradients = tape.gradient(loss, gate.trainable_variables)  # use
tf.keras.optimizers.SGD(0.1).apply_gradients(zip(gradients, gate.trainable_variables))
