import os

os.environ.setdefault("KERAS_BACKEND", "torch")  # or "jax"
import keras
import numpy as np
from keras import layers

from conv1x1 import conv1x1

rng = np.random.default_rng(0)
x = rng.normal(size=(2, 5, 7, 6)).astype("float32")  # (N, H, W, C)
dense = layers.Dense(4)
conv = layers.Conv2D(4, kernel_size=1)
last = keras.ops.convert_to_numpy(dense(x))  # builds the layers
conv(x)

kernel, bias = dense.get_weights()  # (6, 4) and (4,)
conv.set_weights([kernel[None, None], bias])  # (1, 1, 6, 4)
convolved = keras.ops.convert_to_numpy(conv(x))

expected = conv1x1(x, kernel.T, bias, axis=-1)
np.testing.assert_allclose(last, expected, rtol=1e-4, atol=1e-5)
np.testing.assert_allclose(convolved, expected, rtol=1e-4, atol=1e-5)
