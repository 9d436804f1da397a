import torch
from torch import nn

from conv1x1 import conv1x1

maps = torch.randn(2, 6, 5, 7)  # (N, C, H, W)
dense = nn.Linear(6 * 5 * 7, 4)  # after nn.Flatten()
conv = nn.Conv2d(6, 4, kernel_size=(5, 7))

with torch.no_grad():
    # Flatten lays the channels out one after the other: C, H, W.
    conv.weight.copy_(dense.weight.reshape(4, 6, 5, 7))
    conv.bias.copy_(dense.bias)

    scores = dense(maps.flatten(1))  # (N, 4)
    one_pixel = conv(maps)  # (N, 4, 1, 1)
    flat = maps.flatten(1)[:, :, None, None]
    expected = conv1x1(flat, dense.weight, dense.bias)

torch.testing.assert_close(one_pixel, expected)
torch.testing.assert_close(scores, expected[:, :, 0, 0])
