"""The 1×1 convolution and its gradients, each as one matrix product."""

from __future__ import annotations

import operator
from math import prod
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Gradients", "conv1x1", "conv1x1_backward"]

Array = NDArray[Any]


class Gradients(NamedTuple):
    """The gradients of a loss with respect to the three operands of :func:`conv1x1`.

    >>> from conv1x1 import Gradients
    >>> Gradients._fields
    ('x', 'weight', 'bias')
    """

    #: In the shape of ``x``.
    x: Array
    #: In the shape of ``weight``.
    weight: Array
    #: In the shape ``(out_channels,)``, whether or not there was a bias.
    bias: Array


def conv1x1(
    x: Array, weight: Array, bias: Array | None = None, *, axis: int = -3, groups: int = 1
) -> Array:
    """Replace the channels of every pixel by weighted sums of the channels of that pixel.

    One axis of ``x`` holds the channels. It is contracted with the weights; every other
    axis is left alone, so one function serves images, batches, signals and volumes.

    Parameters
    ----------
    x
        Any number of axes, such as ``(C, H, W)``, ``(N, C, H, W)``, or ``(N, H, W, C)``
        with ``axis=-1``. ``axis`` has length ``in_channels``; the others may have any
        length, 0 included.
    weight
        ``(out_channels, in_channels // groups)``, optionally followed by kernel axes of
        length 1, as PyTorch and ONNX store it: ``(out_channels, in_channels // groups, 1, 1)``.
        Row ``k`` is the filter that makes output channel ``k``.
    bias
        ``(out_channels,)``, added to every pixel of its output channel; or ``None``.
    axis
        The axis of ``x`` that holds the channels.
    groups
        How many groups the channels are split into. An output channel reads the input
        channels of its own group only.

    Returns
    -------
    array
        The shape of ``x``, with ``axis`` of length ``out_channels``. The dtype is NumPy's
        promotion of the operands, and the sums are taken in it. Object arrays
        (``Fraction``, ``Decimal``, SymPy symbols) work. The inputs are never written to.

    Raises
    ------
    TypeError
        An operand is not a NumPy array of numbers, or ``axis`` or ``groups`` is not an integer.
    ValueError
        The shapes, ``axis`` and ``groups`` do not fit together.

    Notes
    -----
    ``out[k] = sum(weight[k, c] * x[c] for c in channels) + bias[k]`` at every pixel: the
    "cascaded cross channel parametric pooling" of Lin, Chen and Yan, *Network In Network*,
    arXiv:1312.4400, section 3.1, before its nonlinearity.

    Examples
    --------
    Three feature maps of 1×2 pixels become one:

    >>> import numpy as np
    >>> from conv1x1 import conv1x1
    >>> x = np.array([[[1, 4]], [[3, 3]], [[1, 3]]])        # (C, H, W) = (3, 1, 2)
    >>> weight = np.array([[1, 2, 4]])                      # (out_channels, in_channels)
    >>> conv1x1(x, weight)
    array([[[11, 22]]])

    The same with the channels last, and with weights as PyTorch stores them:

    >>> conv1x1(x.transpose(1, 2, 0), weight.reshape(1, 3, 1, 1), axis=-1).shape
    (1, 2, 1)
    """
    x, weight = _check_operands("conv1x1", x, weight)
    axis, groups = _check_groups("conv1x1", x, weight, axis, groups)
    out_channels = weight.shape[0]
    operands = [x, weight]
    if bias is not None:
        bias = _check_array("conv1x1", "bias", bias)
        if bias.shape != (out_channels,):
            raise ValueError(
                f"conv1x1: bias must have shape (out_channels,) = ({out_channels},); "
                f"got bias {bias.shape} with weight {weight.shape}"
            )
        operands.append(bias)
    shape = (*x.shape[:axis], out_channels, *x.shape[axis + 1 :])
    out = np.empty(shape, np.result_type(*operands))
    _product(_filters(weight, groups), _matrices(x, axis, groups), out=_matrices(out, axis, groups))
    if bias is not None:
        out += bias.reshape(-1, *[1] * (out.ndim - 1 - axis))
    return out


def conv1x1_backward(
    x: Array, weight: Array, grad_output: Array, *, axis: int = -3, groups: int = 1
) -> Gradients:
    """Carry the gradient of a loss back through :func:`conv1x1`.

    Parameters
    ----------
    x, weight, axis, groups
        What :func:`conv1x1` was called with.
    grad_output
        The gradient of the loss with respect to the output, in the output's shape.

    Returns
    -------
    Gradients
        ``x``, ``weight`` and ``bias``: the gradients in the shapes of ``x``, ``weight`` and
        ``(out_channels,)``. The dtype is NumPy's promotion of the operands. For complex
        operands it is the direction of steepest ascent of a real loss, as in PyTorch.

    Raises
    ------
    TypeError, ValueError
        As :func:`conv1x1` does, and ``ValueError`` where ``grad_output`` has another shape
        than the output.

    Notes
    -----
    The forward pass is ``Y = W X`` on matrices with one column a pixel, so
    ``grad_X = Wᵀ grad_Y``, ``grad_W = grad_Y Xᵀ``, and the bias collects the sum over pixels.

    Examples
    --------
    The loss is the sum of the output. Each weight's gradient is then the sum of the feature
    map that it multiplies, and each pixel's gradient is the sum of its channel's weights:

    >>> import numpy as np
    >>> from conv1x1 import conv1x1_backward
    >>> x = np.array([[[1, 4]], [[3, 3]], [[1, 3]]])
    >>> gradients = conv1x1_backward(x, np.array([[1, 2, 4]]), np.ones((1, 1, 2), int))
    >>> gradients.weight
    array([[5, 6, 4]])
    >>> gradients.x[:, 0, 0]
    array([1, 2, 4])
    >>> gradients.bias
    array([2])
    """
    caller = "conv1x1_backward"
    x, weight = _check_operands(caller, x, weight)
    axis, groups = _check_groups(caller, x, weight, axis, groups)
    grad_output = _check_array(caller, "grad_output", grad_output)
    out_channels = weight.shape[0]
    shape = (*x.shape[:axis], out_channels, *x.shape[axis + 1 :])
    if grad_output.shape != shape:
        raise ValueError(
            f"{caller}: grad_output must have the shape of the output, {shape}; "
            f"got grad_output {grad_output.shape} with x {x.shape} and weight {weight.shape}"
        )
    dtype = np.result_type(x, weight, grad_output)
    grad = _matrices(grad_output, axis, groups)
    grad_x = np.empty(x.shape, dtype)
    filters = _conjugate(_filters(weight, groups)).swapaxes(-1, -2)
    _product(filters, grad, out=_matrices(grad_x, axis, groups))
    pixels = _conjugate(_matrices(x, axis, groups)).swapaxes(-1, -2)
    grad_weight = _product(grad, pixels, dtype=dtype).sum(axis=0, dtype=dtype)
    others = tuple(other for other in range(x.ndim) if other != axis)
    grad_bias = grad_output.sum(axis=others, dtype=dtype)
    return Gradients(grad_x, grad_weight.reshape(weight.shape), grad_bias)


def _matrices(array: Array, axis: int, groups: int) -> Array:
    """View ``array`` as ``(batch, groups, channels of a group, pixels)``, one column a pixel."""
    channels = array.shape[axis] // groups
    batch, pixels = prod(array.shape[:axis]), prod(array.shape[axis + 1 :])
    if pixels == 1:
        # Channels last: the batch axes hold the pixels. A transposed view, so still no copy,
        # and still one matrix product instead of one for every pixel.
        return array.reshape(batch, groups, channels).transpose(1, 2, 0)[None]
    return array.reshape(batch, groups, channels, pixels)


def _filters(weight: Array, groups: int) -> Array:
    """View ``weight`` as ``(groups, out_channels of a group, in_channels of a group)``."""
    out_channels, in_channels = weight.shape[:2]
    return weight.reshape(groups, out_channels // groups, in_channels)


def _product(left: Array, right: Array, *, out: Array | None = None, dtype: Any = None) -> Array:
    """Multiply stacks of matrices in the dtype of the result, so that nothing wraps early."""
    dtype = out.dtype if out is not None else dtype
    product: Array = np.matmul(left, right, out=out, dtype=dtype)
    return product


def _conjugate(array: Array) -> Array:
    # Only for complex dtypes: on object arrays it would rewrite SymPy symbols.
    return array.conj() if array.dtype.kind == "c" else array


def _check_array(caller: str, name: str, value: Any) -> Array:
    # A masked array is one too, but the mask would be lost without a word.
    if not isinstance(value, np.ndarray) or isinstance(value, np.ma.MaskedArray):
        raise TypeError(
            f"{caller}: {name} must be a NumPy array; got {value!r:.60} of type "
            f"{type(value).__name__}"
        )
    holds_text = value.dtype.kind == "O" and any(
        isinstance(entry, (str, bytes, type(None))) for entry in value.flat
    )
    if value.dtype.kind not in "biufcO" or holds_text:
        raise TypeError(
            f"{caller}: {name} must hold numbers; got an array of dtype {value.dtype} "
            f"and shape {value.shape}" + (" with text or None in it" if holds_text else "")
        )
    return np.asarray(value)


def _check_operands(caller: str, x: Any, weight: Any) -> tuple[Array, Array]:
    x, weight = _check_array(caller, "x", x), _check_array(caller, "weight", weight)
    if weight.ndim < 2 or prod(weight.shape[2:]) != 1:
        raise ValueError(
            f"{caller}: weight must have shape (out_channels, in_channels // groups), followed "
            f"by kernel axes of length 1 only; got weight {weight.shape} with x {x.shape}"
        )
    return x, weight


def _check_groups(caller: str, x: Array, weight: Array, axis: Any, groups: Any) -> tuple[int, int]:
    """Return ``axis`` counted from the front, and ``groups``, both as ``int``."""
    shapes = f"x {x.shape} and weight {weight.shape}"
    axis = _check_integer(caller, "axis", axis)
    if not -x.ndim <= axis < x.ndim:
        raise ValueError(
            f"{caller}: axis must name one of the {x.ndim} axes of x; got axis {axis} with {shapes}"
        )
    groups = _check_integer(caller, "groups", groups)
    in_channels, out_channels = x.shape[axis], weight.shape[0]
    if groups < 1 or in_channels % groups or out_channels % groups:
        raise ValueError(
            f"{caller}: groups must be a positive divisor of in_channels ({in_channels}) and "
            f"out_channels ({out_channels}); got groups {groups} with {shapes}"
        )
    if weight.shape[1] * groups != in_channels:
        raise ValueError(
            f"{caller}: weight must have in_channels // groups = {in_channels // groups} columns, "
            f"as x has {in_channels} channels along axis {axis}; "
            f"got {weight.shape[1]} in weight {weight.shape}, with x {x.shape} and groups {groups}"
        )
    return axis % x.ndim, groups


def _check_integer(caller: str, name: str, value: Any) -> int:
    try:
        return operator.index(value)
    except TypeError:
        raise TypeError(
            f"{caller}: {name} must be an integer; got {value!r:.60} of type {type(value).__name__}"
        ) from None
