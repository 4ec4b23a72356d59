import tensorflow as tf

criterion = tf.keras.losses.CategoricalCrossentropy()
regulariser = tf.keras.regularizers.L2(1e-4)
