import tensorflow as tf

from spectra.objective import spectral
from spectra.trainer import Trainer

noisy = tf.random.normal((16, 32))
clean = tf.sin(tf.range(32.0) / 3.0)[None] + 0.1 * noisy
dataset = tf.data.Dataset.from_tensor_slices((noisy, clean)).batch(8)

denoiser = tf.keras.Sequential([tf.keras.layers.Dense(24, "relu"), tf.keras.layers.Dense(32)])
denoiser.build((None, 32))
trainer = Trainer(denoiser, loss_fn=spectral, optimizer=tf.keras.optimizers.Adam(1e-3))
trainer.fit(dataset, epochs=2)
print(trainer.history[-1])
