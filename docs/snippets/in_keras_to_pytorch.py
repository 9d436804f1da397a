import os

os.environ.setdefault("KERAS_BACKEND", "torch")  # or "jax"
import keras
import numpy as np
import torch

from conv1x1 import conv1x1

rng = np.random.default_rng(0)
maps = rng.normal(size=(2, 5, 7, 6)).astype("float32")  # (N, H, W, C)
dense = keras.layers.Dense(4)
scores = dense(maps.reshape(2, -1))  # what Flatten gives: H, W, C
kernel, bias = dense.get_weights()  # (5 * 7 * 6, 4)

conv = torch.nn.Conv2d(6, 4, kernel_size=(5, 7))
filters = kernel.reshape(5, 7, 6, 4).transpose(3, 2, 0, 1)
with torch.no_grad():
    conv.weight.copy_(torch.from_numpy(filters.copy()))
    conv.bias.copy_(torch.from_numpy(bias))
    first = torch.from_numpy(maps.transpose(0, 3, 1, 2).copy())
    one_pixel = conv(first).numpy()  # (N, 4, 1, 1)

expected = conv1x1(maps.reshape(2, -1), kernel.T, bias, axis=-1)
scores = keras.ops.convert_to_numpy(scores)
np.testing.assert_allclose(scores, expected, rtol=1e-4, atol=1e-5)
one_pixel = one_pixel[:, :, 0, 0]
np.testing.assert_allclose(one_pixel, expected, rtol=1e-4, atol=1e-5)
