import torch
from torch import nn

from conv1x1 import conv1x1

torch.manual_seed(0)
linear = nn.Linear(6, 4)
torch.manual_seed(0)
conv = nn.Conv2d(6, 4, kernel_size=1)

# The same distribution, and so from the same seed the same numbers.
assert torch.equal(conv.weight.flatten(1), linear.weight)
assert torch.equal(conv.bias, linear.bias)

x = torch.randn(2, 6, 5, 7)
expected = conv1x1(x, linear.weight, linear.bias).detach()
torch.testing.assert_close(conv(x).detach(), expected)
