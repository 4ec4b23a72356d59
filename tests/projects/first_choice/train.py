import tensorflow as tf

from energy import energy

net = tf.keras.layers.Dense(4)
x = tf.random.normal((10, 3))
sgd = tf.keras.optimizers.SGD(0.1)
for _ in range(3):
    with tf.GradientTape() as tape:
        logits = net(x)
        loss = tf.reduce_mean(energy(logits, tf.nn.softmax(logits)))
    sgd.apply_gradients(zip(tape.gradient(loss, net.trainable_variables), net.trainable_variables))
print(float(loss))
