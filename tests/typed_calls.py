"""What an editor's user is told: calls that mypy checks, and that nothing runs."""

from typing import Any, assert_type

import numpy as np
from numpy.typing import NDArray

from conv1x1 import Gradients, conv1x1, conv1x1_backward

Single = NDArray[np.float32]


class Tensor:
    """An array of another library."""

    dtype: Any
    shape: tuple[int, ...]


def calls(x: Single, weight: Single, unknown: NDArray[Any], tensor: Tensor) -> None:
    """The result has the type of the operands; what is no array is refused."""
    assert_type(conv1x1(x, weight), Single)
    assert_type(conv1x1(x, weight, weight[:, 0], axis=-1, groups=2), Single)
    assert_type(conv1x1(tensor, tensor), Tensor)
    assert_type(conv1x1_backward(x, weight, x), Gradients[Single])
    assert_type(conv1x1_backward(x, weight, x).bias, Single)
    assert_type(conv1x1(x, unknown), NDArray[Any])
    # These are wrong on purpose. Were one accepted, mypy would call its "ignore" unused, and fail.
    conv1x1([[1.0]], weight)  # type: ignore[type-var]
    conv1x1(x, weight, axis="channels")  # type: ignore[arg-type]
    conv1x1(x, weight, None, 0)  # type: ignore[call-arg]
