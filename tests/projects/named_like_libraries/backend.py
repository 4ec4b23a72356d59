import tensorflow.experimental.numpy as np

np.experimental_enable_numpy_behavior()
