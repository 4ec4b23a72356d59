import tensorflow as tf

net = tf.keras.Sequential([tf.keras.layers.Dense(3), tf.keras.layers.Dense(1)])
x = tf.random.normal((4, 2))
tape = tf.GradientTape(persistent=True)
with tape:
    hidden = net.layers[0](x)
middle = tf.nn.relu(hidden)  # cut
with tape:
    loss = tf.reduce_mean(tf.square(net.layers[1](middle)))
print(tape.gradient(loss, net.layers[0].trainable_variables))
