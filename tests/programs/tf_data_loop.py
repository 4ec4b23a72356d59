import tensorflow as tf
from tensorflow import keras

K = keras.backend
model = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(4), keras.layers.Dense(1)])
opt = keras.optimizers.Adam()
x = tf.random.normal((8, 3))
y = tf.random.normal((8, 1))

ds = tf.data.Dataset.from_tensor_slices((x, y)).batch(2)
for step, (xb, yb) in enumerate(ds):
    with tf.GradientTape() as tape:
        logits = model(xb, training=True)
        pred = tf.argmax(logits, axis=1)  # cut
        loss = keras.losses.SparseCategoricalCrossentropy()(yb, tf.one_hot(pred, 3))
    opt.apply_gradients(zip(tape.gradient(loss, model.trainable_weights), model.trainable_weights))
