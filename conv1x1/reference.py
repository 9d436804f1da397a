"""The same convolution as plain loops: the oracle of the tests, and a text to read."""

from __future__ import annotations

from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["conv2d"]


def conv2d(
    x: NDArray[Any],
    weight: NDArray[Any],
    bias: NDArray[Any] | None = None,
    *,
    stride: int = 1,
    padding: int = 0,
) -> NDArray[Any]:
    """Slide every filter over the image and sum what it covers, one multiplication at a time.

    Parameters
    ----------
    x
        ``(in_channels, height, width)``.
    weight
        ``(out_channels, in_channels, kernel_height, kernel_width)``.
    bias
        ``(out_channels,)`` or ``None``.
    stride
        How many pixels the kernel moves from one position to the next.
    padding
        How many rings of zeros are put around the image.

    Returns
    -------
    array
        ``(out_channels, out_height, out_width)``, in NumPy's promotion of the operands.

    Raises
    ------
    TypeError
        An operand is not a NumPy array, or is masked, or ``stride`` or ``padding`` is not an
        integer.
    ValueError
        The channels differ, the kernel has no length or is larger than the padded image, or
        ``stride`` or ``padding`` is out of range.

    Notes
    -----
    As in PyTorch, TensorFlow and JAX the kernel is not flipped, so this is a
    cross-correlation: Goodfellow, Bengio and Courville, *Deep Learning*, equation 9.6.
    Theano, for one, flipped it; on a 1×1 kernel that makes no difference.

    Examples
    --------
    >>> import numpy as np
    >>> from conv1x1.reference import conv2d
    >>> x = np.arange(9).reshape(1, 3, 3)
    >>> conv2d(x, np.ones((1, 1, 2, 2), int))
    array([[[ 8, 12],
            [20, 24]]])
    """
    operands = {"x": x, "weight": weight}
    if bias is not None:
        operands["bias"] = bias
    for name, array in operands.items():
        if not isinstance(array, np.ndarray) or isinstance(array, np.ma.MaskedArray):
            raise TypeError(
                f"conv2d: {name} must be an array of NumPy's, not a masked one; "
                f"got {array!r:.60} of type {type(array).__name__}"
            )
    if not (isinstance(stride, Integral) and isinstance(padding, Integral)):
        raise TypeError(
            "conv2d: stride and padding must be integers; "
            f"got stride {stride!r} and padding {padding!r}"
        )
    if x.ndim != 3 or weight.ndim != 4 or x.shape[0] != weight.shape[1]:
        raise ValueError(
            "conv2d: x must be (in_channels, height, width) and weight (out_channels, in_channels, "
            f"kernel_height, kernel_width); got x {x.shape} and weight {weight.shape}"
        )
    if bias is not None and bias.shape != weight.shape[:1]:
        raise ValueError(
            f"conv2d: bias must have shape (out_channels,) = {weight.shape[:1]}; got {bias.shape}"
        )
    if stride < 1 or padding < 0:
        raise ValueError(
            "conv2d: stride must be at least 1 and padding at least 0; "
            f"got stride {stride} and padding {padding}"
        )
    dtype = np.result_type(*operands.values())
    # The products too are taken in the dtype of the result, so that none wraps in a narrower one.
    # Half floats are rounded after every step, where conv1x1 rounds once, at the end.
    x, weight = x.astype(dtype), weight.astype(dtype)
    x = np.pad(x, ((0, 0), (padding, padding), (padding, padding)))
    height, width = (
        (image - kernel) // stride + 1
        for image, kernel in zip(x.shape[1:], weight.shape[2:], strict=True)
    )
    if height < 1 or width < 1 or 0 in weight.shape[2:]:
        raise ValueError(
            "conv2d: weight must have a kernel of 1×1 or more, no larger than the padded image; "
            f"got weight {weight.shape} and padded x {x.shape}"
        )
    out = np.zeros((weight.shape[0], height, width), dtype)
    for k, row, column in np.ndindex(*out.shape):
        if bias is not None:
            out[k, row, column] = bias[k]
        for c, i, j in np.ndindex(*weight.shape[1:]):
            out[k, row, column] += weight[k, c, i, j] * x[c, row * stride + i, column * stride + j]
    return out
