import tensorflow as tf
from tensorflow import keras

from losses import wrong

mails = tf.random.normal((16, 4), seed=3)
spam = tf.cast(mails[:, :1] > 0.0, tf.float32)
judge, adam = keras.Sequential([keras.layers.Dense(1)]), keras.optimizers.Adam()
for _ in range(2):
    with tf.GradientTape() as tape:
        loss = wrong(spam, judge(mails))
    grads = tape.gradient(loss, judge.trainable_variables)  # use
    adam.apply_gradients(zip(grads, judge.trainable_variables))
