import numpy as np
from flax import nnx

from conv1x1 import conv1x1

rng = np.random.default_rng(0)
x = rng.normal(size=(2, 5, 7, 6)).astype("float32")  # (N, H, W, C)
linear = nnx.Linear(6, 4, rngs=nnx.Rngs(0))  # kernel (6, 4)
conv = nnx.Conv(6, 4, (1, 1), rngs=nnx.Rngs(1))  # (1, 1, 6, 4)

conv.kernel[...] = linear.kernel[None, None]
conv.bias[...] = linear.bias[...]

kernel, bias = np.asarray(linear.kernel), np.asarray(linear.bias)
expected = conv1x1(x, kernel.T, bias, axis=-1)
np.testing.assert_allclose(linear(x), expected, rtol=1e-4, atol=1e-5)
np.testing.assert_allclose(conv(x), expected, rtol=1e-4, atol=1e-5)
