"""The 1×1 convolution and its gradients, as matrix products on arrays of any library."""

from __future__ import annotations

from functools import lru_cache
from itertools import zip_longest
from math import prod
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

import numpy as np
from array_api_compat import array_namespace, is_dask_namespace

from conv1x1.arrays import arithmetic, check_arrays, check_integer

__all__ = ["Gradients", "conv1x1", "conv1x1_backward"]


class _Array(Protocol):
    """What an editor asks of an array, whatever its library."""

    @property
    def dtype(self) -> Any: ...
    @property
    def shape(self) -> tuple[Any, ...]: ...


_ArrayT = TypeVar("_ArrayT", bound=_Array)

# A product on few filters writes its result several times. In slices of this many numbers, and
# pixels at least, they wait in the cache: 50 to 20 maps of 600×600 then take a fifth less time.
_SLICE_NUMBERS, _SLICE_PIXELS = 2**20, 2**14

# How the pixels are summed up for the gradient of a bias: so many layers at once, as NumPy is fast
# at that, then by pairs, and the last few rows in a dtype with more digits, where NumPy has one.
_FOLDS, _FEW = 16, 2**10
_WIDER = {
    np.dtype(narrow): np.dtype(wide)
    for narrow, wide in (("f", "d"), ("d", "g"), ("F", "D"), ("D", "G"))
    if np.finfo(wide).eps < np.finfo(narrow).eps
}


class Gradients(NamedTuple, Generic[_ArrayT]):
    """The gradients of a loss with respect to the three operands of :func:`conv1x1`.

    >>> from conv1x1 import Gradients
    >>> Gradients._fields
    ('x', 'weight', 'bias')
    """

    #: In the shape of ``x``.
    x: _ArrayT
    #: In the shape of ``weight``.
    weight: _ArrayT
    #: In the shape ``(out_channels,)``, whether or not there was a bias.
    bias: _ArrayT


def conv1x1(
    x: _ArrayT, weight: _ArrayT, bias: _ArrayT | None = None, *, axis: int = -3, groups: int = 1
) -> _ArrayT:
    """Replace the channels of every pixel by weighted sums of the channels of that pixel.

    One axis of ``x`` holds the channels. It is contracted with the weights; every other
    axis is left alone, so one function serves images, batches, signals and volumes.

    Parameters
    ----------
    x
        An array of NumPy, PyTorch, JAX, CuPy, Dask, or another library of the array API
        standard, on any device. Any number of axes, such as ``(C, H, W)``, ``(N, C, H, W)``,
        or ``(N, H, W, C)`` with ``axis=-1``. ``axis`` has length ``in_channels``; the others
        may have any length, 0 included.
    weight
        ``(out_channels, in_channels // groups)``, optionally followed by kernel axes of
        length 1, as PyTorch and ONNX store it: ``(out_channels, in_channels // groups, 1, 1)``.
        Row ``k`` is the filter that makes output channel ``k``. An array of the library of ``x``;
        with a Dask ``x``, weights and bias may be NumPy's.
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
        The shape of ``x``, with ``axis`` of length ``out_channels``, of the library and on the
        device of ``x``. The dtype is the library's promotion of the operands, and the sums are
        taken in it; those of float16 and bfloat16 are taken in float32, and rounded once. The
        inputs are never written to. With PyTorch and JAX, derivatives go through. A Dask
        array stays lazy, and keeps its chunks along every axis but the channels'. With NumPy,
        object arrays (``Fraction``, ``Decimal``, SymPy symbols) and booleans work too.

    Raises
    ------
    TypeError
        An operand is not an array of numbers or not of the library of ``x``, its objects do not
        multiply or add, or ``axis`` or ``groups`` is not an integer.
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
    >>> x = np.array([[[1, 4]], [[3, 3]], [[1, 3]]])    # (C, H, W)
    >>> weight = np.array([[1, 2, 4]])    # (out_channels, in_channels)
    >>> conv1x1(x, weight)
    array([[[11, 22]]])

    The same with the channels last, and with weights as PyTorch stores them:

    >>> last, weight = x.transpose(1, 2, 0), weight.reshape(1, 3, 1, 1)
    >>> conv1x1(last, weight, axis=-1).shape
    (1, 2, 1)
    """
    if (
        type(x) is type(weight) is np.ndarray
        and x.dtype is weight.dtype
        and x.dtype.char in "fd"
        and type(axis) is type(groups) is int
        and groups == 1
        and bias is None
    ):
        # The everyday call: its checks may not take longer than a small product does.
        layout = _layout("conv1x1", x.shape, weight.shape, axis, groups)
        if layout.pixels <= layout.slice:
            left: Any = weight  # NumPy's, which mypy does not conclude for a type variable
            right: Any = x
            left, right = left.reshape(layout.weight), right.reshape(layout.x)
            product: _ArrayT = (right @ left.T if layout.last else left @ right).reshape(layout.out)
            return product
    given = {"x": x, "weight": weight} if bias is None else {"x": x, "weight": weight, "bias": bias}
    xp, dtype, arrays = check_arrays("conv1x1", **given)
    layout = _check_layout("conv1x1", x, weight, axis, groups)
    out_channels = layout.out[layout.axis]
    if bias is not None and tuple(bias.shape) != (out_channels,):
        raise ValueError(
            f"conv1x1: bias must have shape (out_channels,) = ({out_channels},); "
            f"got bias {tuple(bias.shape)} with weight {tuple(weight.shape)}"
        )
    with arithmetic("conv1x1"):
        out = _product(xp, arrays[0], arrays[1], layout)
        if bias is not None:
            pixel_axes = [1] * (len(layout.out) - 1 - layout.axis)
            out += xp.reshape(arrays[2], (out_channels, *pixel_axes))
    result: _ArrayT = xp.astype(out, dtype, copy=False)
    return result


def conv1x1_backward(
    x: _ArrayT, weight: _ArrayT, grad_output: _ArrayT, *, axis: int = -3, groups: int = 1
) -> Gradients[_ArrayT]:
    """Carry the gradient of a loss back through :func:`conv1x1`.

    Parameters
    ----------
    x
        The ``x`` that :func:`conv1x1` was called with.
    weight
        The weights that it was called with.
    grad_output
        The gradient of the loss with respect to the output, in the output's shape.
    axis
        The ``axis`` that it was called with.
    groups
        The ``groups`` that it was called with.

    Returns
    -------
    Gradients
        ``x``, ``weight`` and ``bias``: the gradients in the shapes of ``x``, ``weight`` and
        ``(out_channels,)``, in the dtype that :func:`conv1x1` would give to these operands.
        Where it is complex, they are the direction of steepest ascent of a real loss, as in
        PyTorch; in object arrays nothing is conjugated.

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
    >>> weight, ones = np.array([[1, 2, 4]]), np.ones((1, 1, 2), int)
    >>> gradients = conv1x1_backward(x, weight, ones)
    >>> gradients.weight
    array([[5, 6, 4]])
    >>> gradients.x[:, 0, 0]
    array([1, 2, 4])
    >>> gradients.bias
    array([2])
    """
    caller = "conv1x1_backward"
    xp, dtype, arrays = check_arrays(caller, x=x, weight=weight, grad_output=grad_output)
    layout = _check_layout(caller, x, weight, axis, groups)
    pixels, filters, grad = arrays
    # A length that Dask does not know is NaN, the one number that differs from itself.
    pairs = zip_longest(grad.shape, layout.out)
    if any(its != wanted and (its == its or wanted == wanted) for its, wanted in pairs):
        raise ValueError(
            f"{caller}: grad_output must have the shape of the output, {layout.out}; "
            f"got grad_output {tuple(grad.shape)} with x {tuple(x.shape)} "
            f"and weight {tuple(weight.shape)}"
        )
    axis, groups = layout.axis, layout.groups
    back = _layout(caller, layout.out, (x.shape[axis], weight.shape[0] // groups), axis, groups)
    filters = xp.matrix_transpose(xp.reshape(_conjugate(xp, filters), layout.weight))
    filters = xp.reshape(filters, (x.shape[axis], weight.shape[0] // groups))
    with arithmetic(caller):
        grad_weight = _correlation(xp, grad, _conjugate(xp, pixels), axis, groups)
        gradients = (
            _product(xp, grad, filters, back),
            xp.reshape(grad_weight, tuple(weight.shape)),
            _total(xp, grad, axis),
        )
    return Gradients(*(xp.astype(gradient, dtype, copy=False) for gradient in gradients))


class _Layout(NamedTuple):
    """The shapes in which an operation is one product of matrices, or of stacks of them."""

    axis: int  # counted from the front
    groups: int
    weight: tuple[int, ...]  # (groups, out_channels of a group, in_channels of a group)
    x: tuple[int, ...]  # (images, groups, channels of a group, pixels); or, with the channels
    last: bool  #         last, (pixels, groups, channels of a group)
    pixels: int
    slice: int  # so many pixels at a time
    out: tuple[int, ...]


@lru_cache
def _layout(
    caller: str, x: tuple[int, ...], weight: tuple[int, ...], axis: int, groups: int
) -> _Layout:
    """Check the shapes against each other, and lay out the product. One image or group: no axis."""
    shapes = f"x {x} and weight {weight}"
    if len(weight) < 2 or prod(weight[2:]) != 1:
        raise ValueError(
            f"{caller}: weight must have shape (out_channels, in_channels // groups), followed "
            f"by kernel axes of length 1 only; got weight {weight} with x {x}"
        )
    if not -len(x) <= axis < len(x):
        raise ValueError(
            f"{caller}: axis must name one of the {len(x)} axes of x; got axis {axis} with {shapes}"
        )
    in_channels, out_channels = x[axis], weight[0]
    if groups < 1 or in_channels % groups or out_channels % groups:
        raise ValueError(
            f"{caller}: groups must be a positive divisor of in_channels ({in_channels}) and "
            f"out_channels ({out_channels}); got groups {groups} with {shapes}"
        )
    if weight[1] * groups != in_channels:
        raise ValueError(
            f"{caller}: weight must have in_channels // groups = {in_channels // groups} columns, "
            f"as x has {in_channels} channels along axis {axis}; "
            f"got {weight[1]} in weight {weight}, with x {x} and groups {groups}"
        )
    axis %= len(x)
    images, pixels = prod(x[:axis]), prod(x[axis + 1 :])
    split = () if groups == 1 else (groups,)
    channels = (*split, weight[1])
    matrices = (*channels, pixels) if images == 1 else (images, *channels, pixels)
    return _Layout(
        axis,
        groups,
        weight=(*split, out_channels // groups, weight[1]),
        x=(images, *channels) if pixels == 1 else matrices,
        last=pixels == 1,
        pixels=images if pixels == 1 else pixels,
        slice=max(_SLICE_PIXELS, _SLICE_NUMBERS // max(1, out_channels // groups)),
        out=(*x[:axis], out_channels, *x[axis + 1 :]),
    )


def _product(xp: Any, x: Any, weight: Any, layout: _Layout) -> Any:
    """Multiply the filters by the channels of every pixel."""
    axis, groups = layout.axis, layout.groups
    if is_dask_namespace(xp):
        # A reshape would merge the chunks of the pixels.
        filters = _split(xp.reshape(weight, weight.shape[:2]), 0, groups)
        pairs = zip(filters, _split(x, axis, groups), strict=True)
        maps = [xp.moveaxis(xp.tensordot(w, g, axes=((1,), (axis,))), 0, axis) for w, g in pairs]
        return xp.concat(maps, axis=axis, allow_unknown_chunksizes=True)
    left, right = xp.reshape(weight, layout.weight), xp.reshape(x, layout.x)
    if isinstance(x, np.ndarray):
        out = np.empty(layout.out, x.dtype)
        if layout.last:
            columns = np.moveaxis(out.reshape(*right.shape[:-1], left.shape[-2]), 0, -1)
            right = np.moveaxis(right, 0, -1)
        else:
            columns = out.reshape(*right.shape[:-2], left.shape[-2], layout.pixels)
        # With one channel there is nothing to sum, and broadcasting is several times as fast.
        multiply = np.multiply if left.shape[-1] == 1 else np.matmul
        for start in range(0, layout.pixels, layout.slice):
            some = (..., slice(start, start + layout.slice))
            multiply(left, right[some], out=columns[some])
        return out
    if layout.last:
        out = xp.moveaxis(xp.moveaxis(right, 0, -2) @ xp.matrix_transpose(left), -2, 0)
    else:
        out = left @ right
    return xp.reshape(out, layout.out)


def _correlation(xp: Any, grad: Any, x: Any, axis: int, groups: int) -> Any:
    """Multiply the channels of ``grad`` by those of ``x``, summed over the pixels."""
    if is_dask_namespace(xp):
        others = tuple(other for other in range(x.ndim) if other != axis)
        pairs = zip(_split(grad, axis, groups), _split(x, axis, groups), strict=True)
        return xp.concat([xp.tensordot(g, p, axes=(others, others)) for g, p in pairs], axis=0)

    def rows(array: Any) -> Any:
        """Return ``(groups, channels of a group, pixels of all images)``."""
        images, channels = prod(array.shape[:axis]), array.shape[axis] // groups
        pixels = prod(array.shape[axis + 1 :])
        array = xp.reshape(array, (images, groups, channels, pixels))
        array = xp.permute_dims(array, (1, 2, 0, 3))
        return xp.reshape(array, (groups, channels, images * pixels))

    return rows(grad) @ xp.matrix_transpose(rows(x))


def _total(xp: Any, grad: Any, axis: int) -> Any:
    """Sum over every axis but one, as exactly wherever that one is.

    A library's own sum may add the pixels one after the other: in float32 a sum of ones then stops
    at 2**24. Here each number goes into few sums, whose errors are of all signs.
    """
    others = tuple(other for other in range(grad.ndim) if other != axis)
    if not xp.isdtype(grad.dtype, ("real floating", "complex floating")):
        return xp.sum(grad, axis=others)
    if is_dask_namespace(xp):

        def chunk(some: Any, axis: tuple[int, ...], keepdims: bool) -> Any:
            (kept,) = set(range(some.ndim)) - set(axis)
            total = _total(array_namespace(some), some, kept)
            shape = [-1 if other == kept else 1 for other in range(some.ndim)]
            return total.reshape(shape) if keepdims else total

        return xp.reduction(grad, chunk, chunk, axis=others, dtype=grad.dtype)
    shape = prod(grad.shape[:axis]), grad.shape[axis], prod(grad.shape[axis + 1 :])
    wider = _WIDER.get(grad.dtype) if isinstance(grad, np.ndarray) else None
    few = 1 if wider is None else _FEW
    if shape[0] * shape[2] > few:
        grad, others = _rows(xp, xp.reshape(grad, shape), few), (0,)
    return xp.astype(xp.sum(grad, axis=others, dtype=wider), grad.dtype, copy=False)


def _rows(xp: Any, grad: Any, few: int) -> Any:
    """Sum ``(images, channels, pixels)`` up to so few rows, of one number for each channel."""
    images, channels, pixels = grad.shape
    if images * pixels > _FEW:
        grad = _fold(xp, _fold(xp, grad, 0), 2)
    rows = xp.reshape(xp.permute_dims(grad, (0, 2, 1)), (-1, channels))
    while rows.shape[0] > few:
        half = rows.shape[0] // 2
        pairs = rows[:half, :] + rows[half : 2 * half, :]
        rows = xp.concat([pairs, rows[2 * half :, :]])
    return rows


def _fold(xp: Any, array: Any, axis: int) -> Any:
    """Lay an axis in ``_FOLDS`` layers at most, as evenly as it goes, and add them up."""
    length = array.shape[axis]
    if length < 2:
        return array
    kept = -(-length // _FOLDS)
    layers = length // kept
    before, shape = (slice(None),) * axis, array.shape
    whole = array[(*before, slice(layers * kept), ...)]
    whole = xp.reshape(whole, (*shape[:axis], layers, kept, *shape[axis + 1 :]))
    rest = array[(*before, slice(layers * kept, None), ...)]
    return xp.concat([xp.sum(whole, axis=axis), rest], axis=axis)


def _split(array: Any, axis: int, groups: int) -> list[Any]:
    """Return the part of every group along an axis."""
    size = array.shape[axis] // groups
    before = (slice(None),) * axis
    return [array[(*before, slice(g * size, (g + 1) * size))] for g in range(groups)]


def _conjugate(xp: Any, array: Any) -> Any:
    # Only for complex dtypes: on object arrays it would rewrite SymPy symbols.
    return xp.conj(array) if xp.isdtype(array.dtype, "complex floating") else array


def _check_layout(caller: str, x: Any, weight: Any, axis: Any, groups: Any) -> _Layout:
    axis, groups = check_integer(caller, "axis", axis), check_integer(caller, "groups", groups)
    return _layout(caller, tuple(x.shape), tuple(weight.shape), axis, groups)
