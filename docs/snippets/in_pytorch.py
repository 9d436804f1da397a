import torch
from torch import nn

from conv1x1 import conv1x1

x = torch.randn(2, 6, 5, 7)  # (N, C, H, W)
linear = nn.Linear(6, 4)  # weight (4, 6)
conv = nn.Conv2d(6, 4, kernel_size=1)  # weight (4, 6, 1, 1)

with torch.no_grad():
    conv.weight.copy_(linear.weight[:, :, None, None])
    conv.bias.copy_(linear.bias)  # back: conv.weight.flatten(1)

    first = conv(x)
    last = linear(x.movedim(1, -1))  # reads (N, H, W, C)
    expected = conv1x1(x, linear.weight, linear.bias)

torch.testing.assert_close(first, expected)
torch.testing.assert_close(last.movedim(-1, 1), expected)
