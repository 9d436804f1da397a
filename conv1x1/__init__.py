"""The 1×1 convolution, computed and checked.

>>> import numpy as np
>>> from conv1x1 import conv1x1
>>> x = np.array([[[1, 2], [3, 4]], [[5, 6], [7, 8]]])  # 2 maps of 2×2
>>> conv1x1(x, np.array([[10, 1]]))    # 1 filter: 10·first + 1·second
array([[[15, 26],
        [37, 48]]])
"""

from conv1x1.cost import Cost, conv_cost, linear_cost, receptive_field
from conv1x1.operation import Gradients, conv1x1, conv1x1_backward

__version__ = "0.1.0"

__all__ = [
    "Cost",
    "Gradients",
    "conv1x1",
    "conv1x1_backward",
    "conv_cost",
    "linear_cost",
    "receptive_field",
]
