"""Exact rewrites of a 1×1 convolution: merged, folded, widened, and factored into two."""

from __future__ import annotations

from math import prod
from typing import Any, TypeVar

from array_api_compat import device

from conv1x1.arrays import arithmetic, check_arrays, check_integer

__all__ = ["compose", "fold_batch_norm", "low_rank", "to_kernel"]

# An array of any library, as in conv1x1.operation; what is asked of it is checked at run time.
_ArrayT = TypeVar("_ArrayT")


def compose(
    second: _ArrayT | tuple[_ArrayT, _ArrayT | None],
    first: _ArrayT | tuple[_ArrayT, _ArrayT | None],
) -> tuple[_ArrayT, _ArrayT | None]:
    """Merge two convolutions with nothing between them into one.

    Parameters
    ----------
    second, first
        Each a weight, or a weight and a bias; ``first`` is applied first. Weights are
        ``(out_channels, in_channels)``, optionally followed by kernel axes, and one of the two
        kernels at least is 1×1.

    Returns
    -------
    tuple
        The weight and the bias of the one convolution; the weight has the kernel axes of the
        larger kernel, and the bias is ``None`` where neither has one.

    Raises
    ------
    TypeError
        An operand is not an array of numbers, or not of the library of ``second``.
    ValueError
        The shapes do not fit, both kernels are larger than 1×1, or a larger one follows a bias:
        zero padding then stands where the bias would be, so that no single layer is exact.

    Examples
    --------
    >>> import numpy as np
    >>> from conv1x1.rewrite import compose
    >>> first = np.array([[1, 2], [3, 4]]), np.array([5, 6])
    >>> compose(np.array([[1, 1]]), first)
    (array([[4, 6]]), array([11]))
    """
    (w2, b2), (w1, b1) = _layer("second", second), _layer("first", first)
    operands = {"second": w2, "first": w1, "second's bias": b2, "first's bias": b1}
    given = {name: operand for name, operand in operands.items() if operand is not None}
    xp, dtype, arrays = check_arrays("compose", **given)
    checked = dict(zip(given, arrays, strict=True))
    w2, w1 = checked["second"], checked["first"]
    b2, b1 = checked.get("second's bias"), checked.get("first's bias")
    for name, weight, bias in (("second", w2, b2), ("first", w1, b1)):
        _check_weight("compose", name, weight)
        if bias is not None:
            _check_length("compose", f"{name}'s bias", bias, "out_channels", weight.shape[0])
    shapes = f"second {tuple(w2.shape)} and first {tuple(w1.shape)}"
    kernels = [tuple(weight.shape[2:]) for weight in (w2, w1)]
    if w2.shape[1] != w1.shape[0]:
        raise ValueError(
            f"compose: second must read the {w1.shape[0]} channels that first makes; got {shapes}"
        )
    if 1 not in map(prod, kernels) or (all(kernels) and len(kernels[0]) != len(kernels[1])):
        raise ValueError(
            "compose: second and first must have as many kernel axes, and one of them a kernel of "
            f"length 1; got {shapes}"
        )
    if b1 is not None and prod(kernels[0]) != 1:
        raise ValueError(
            "compose: first must have no bias where second has a larger kernel, as second's zero "
            "padding has not seen that bias; pad the maps between the two with the bias, or pad "
            "nothing: then compose the weights alone, and add the bias times the sum of the "
            f"kernel to the second's; got first's bias {tuple(b1.shape)} with {shapes}"
        )
    kernel = kernels[0] if prod(kernels[0]) != 1 else kernels[1] or kernels[0]
    size = prod(kernel)
    with arithmetic("compose"):
        # One of the two has a single position, so a position of the result is a product of both.
        if prod(kernels[0]) == 1:
            flat = xp.reshape(w1, (w1.shape[0], w1.shape[1] * size))
            weight = xp.reshape(w2, tuple(w2.shape[:2])) @ flat
            weight = xp.reshape(weight, (w2.shape[0], w1.shape[1], *kernel))
        else:
            last = xp.permute_dims(xp.reshape(w2, (*w2.shape[:2], size)), (0, 2, 1))
            weight = last @ xp.reshape(w1, tuple(w1.shape[:2]))
            weight = xp.reshape(xp.permute_dims(weight, (0, 2, 1)), (*weight.shape[::2], *kernel))
        bias = b2
        if b1 is not None:
            carried = xp.reshape(w2, tuple(w2.shape[:2])) @ b1
            bias = carried if b2 is None else carried + b2
    return xp.astype(weight, dtype), None if bias is None else xp.astype(bias, dtype)


def fold_batch_norm(
    weight: _ArrayT,
    bias: _ArrayT | None,
    *,
    mean: _ArrayT,
    var: _ArrayT,
    gamma: _ArrayT | None = None,
    beta: _ArrayT | None = None,
    eps: Any = 1e-5,
    before: bool = False,
) -> tuple[_ArrayT, _ArrayT]:
    """Fold a batch normalisation into the convolution before it, or after it.

    In use a batch normalisation is ``gamma * (x - mean) / sqrt(var + eps) + beta``, with the mean
    and the variance that training has stored: a scale and a shift of each channel.

    Parameters
    ----------
    weight, bias
        ``(out_channels, in_channels)``, optionally followed by kernel axes; ``(out_channels,)`` or
        ``None``.
    mean, var, gamma, beta
        One number for each channel that is normalised; without ``gamma`` and ``beta``, 1 and 0.
    eps
        What is added to the variance.
    before
        Whether the normalisation stands before the convolution, on its input channels.

    Returns
    -------
    tuple
        The weight, in the shape it came in, and the bias of the convolution that does both.

    Raises
    ------
    TypeError
        An operand is not an array of numbers, or not of the library of ``weight``.
    ValueError
        The shapes do not fit, ``eps`` is negative, or a larger kernel than 1×1 stands after the
        normalisation: its zero padding has not seen the shift, so that no single layer is exact.

    Notes
    -----
    Ioffe and Szegedy, *Batch Normalization*, arXiv:1502.03167, algorithm 2.

    Examples
    --------
    >>> import numpy as np
    >>> from conv1x1.rewrite import fold_batch_norm
    >>> norm = {"mean": np.array([1.0]), "var": np.array([4.0]), "eps": 0}
    >>> fold_batch_norm(np.array([[2.0, 4.0]]), None, **norm)
    (array([[1., 2.]]), array([-0.5]))
    """
    caller = "fold_batch_norm"
    operands = {"weight": weight, "bias": bias, "mean": mean, "var": var}
    operands |= {"gamma": gamma, "beta": beta}
    # A missing bias is none, but a missing mean is an error.
    optional = {"bias", "gamma", "beta"}
    given = {n: its for n, its in operands.items() if its is not None or n not in optional}
    xp, dtype, arrays = check_arrays(caller, **given)
    dtype, arrays = _floats(xp, dtype, arrays)
    checked = dict(zip(given, arrays, strict=True))
    layer = checked["weight"]
    _check_weight(caller, "weight", layer)
    channels = "in_channels" if before else "out_channels"
    for name, array in list(checked.items())[1:]:
        where = "out_channels" if name == "bias" else channels
        _check_length(caller, name, array, where, layer.shape[where == "in_channels"])
    if before and prod(layer.shape[2:]) != 1:
        raise ValueError(
            f"{caller}: weight must have a kernel of length 1 where the normalisation stands "
            "before it, as zero padding has not seen the shift; fold the normalisation into the "
            f"layer before it, or do without padding; got weight {tuple(layer.shape)}"
        )
    if isinstance(eps, (int, float)) and not eps >= 0:
        raise ValueError(f"{caller}: eps must not be negative; got {eps}")
    with arithmetic(caller):
        scale = 1 / (checked["var"] + eps) ** 0.5
        if "gamma" in checked:
            scale = checked["gamma"] * scale
        shift = -checked["mean"] * scale
        if "beta" in checked:
            shift = checked["beta"] + shift
        ones = (1,) * (len(layer.shape) - 2)
        if before:
            folded = layer * xp.reshape(scale, (1, layer.shape[1], *ones))
            shift = xp.reshape(layer, tuple(layer.shape[:2])) @ shift
            total = shift + checked["bias"] if "bias" in checked else shift
        else:
            folded = layer * xp.reshape(scale, (layer.shape[0], 1, *ones))
            total = checked["bias"] * scale + shift if "bias" in checked else shift
    return xp.astype(folded, dtype), xp.astype(total, dtype)


def to_kernel(weight: _ArrayT, kernel_size: int) -> _ArrayT:
    """Widen a 1×1 kernel to k×k, with zeros around it.

    Parameters
    ----------
    weight
        ``(out_channels, in_channels)``, optionally followed by kernel axes of length 1.
    kernel_size
        An odd number, so that the kernel has a middle.

    Returns
    -------
    array
        ``(out_channels, in_channels, kernel_size, kernel_size)``. With a padding of
        ``kernel_size // 2`` it computes what the 1×1 does.

    Raises
    ------
    TypeError
        ``weight`` is not an array of numbers, or ``kernel_size`` is not an integer.
    ValueError
        ``weight`` has a larger kernel, or ``kernel_size`` is even or not positive.

    Examples
    --------
    >>> import numpy as np
    >>> from conv1x1.rewrite import to_kernel
    >>> to_kernel(np.array([[7]]), 3)
    array([[[[0, 0, 0],
             [0, 7, 0],
             [0, 0, 0]]]])
    """
    xp, _, _ = check_arrays("to_kernel", weight=weight)
    array: Any = weight
    _check_weight("to_kernel", "weight", array, pointwise=True)
    size = check_integer("to_kernel", "kernel_size", kernel_size)
    if size < 1 or size % 2 == 0:
        raise ValueError(f"to_kernel: kernel_size must be positive and odd; got {size}")
    rows, columns = array.shape[:2]
    # Read row by row, the middle of the kernel is the middle of its numbers.
    around = xp.zeros((rows, columns, size**2 // 2), dtype=array.dtype, device=device(array))
    kernel = xp.concat([around, xp.reshape(array, (rows, columns, 1)), around], axis=2)
    widened: _ArrayT = xp.reshape(kernel, (rows, columns, size, size))
    return widened


def low_rank(weight: _ArrayT, rank: int) -> tuple[_ArrayT, _ArrayT]:
    """Factor a 1×1 into two, through fewer channels, with the least squared error.

    Parameters
    ----------
    weight
        ``(out_channels, in_channels)``, optionally followed by kernel axes of length 1.
    rank
        How many channels are between the two, at most the smaller of the weight's two lengths.

    Returns
    -------
    tuple
        ``second`` and ``first``, ``(out_channels, rank)`` and ``(rank, in_channels)``, with the
        kernel axes of ``weight``. Both have the same norm.

    Raises
    ------
    TypeError
        ``weight`` is not an array of real or complex numbers, or ``rank`` is not an integer.
    ValueError
        ``weight`` has a larger kernel, or ``rank`` is out of range.

    Notes
    -----
    The first terms of the singular value decomposition: Eckart and Young, *The approximation of
    one matrix by another of lower rank*, Psychometrika 1 (1936).

    Examples
    --------
    >>> import numpy as np
    >>> from conv1x1.rewrite import low_rank
    >>> second, first = low_rank(np.array([[1.0, 2.0], [2.0, 4.0]]), 1)
    >>> np.allclose(second @ first, [[1, 2], [2, 4]])
    True
    """
    xp, dtype, arrays = check_arrays("low_rank", weight=weight)
    dtype, (array,) = _floats(xp, dtype, arrays)
    if not xp.isdtype(dtype, ("real floating", "complex floating")):
        raise TypeError(
            f"low_rank: weight must hold real or complex numbers; got an array of dtype {dtype}"
        )
    _check_weight("low_rank", "weight", array, pointwise=True)
    rank = check_integer("low_rank", "rank", rank)
    rows, columns, *ones = array.shape
    if not 1 <= rank <= min(rows, columns):
        raise ValueError(
            f"low_rank: rank must be from 1 to {min(rows, columns)}, the smaller length of weight "
            f"{tuple(array.shape)}; got {rank}"
        )
    left, sizes, right = xp.linalg.svd(xp.reshape(array, (rows, columns)), full_matrices=False)
    share = sizes[:rank] ** 0.5
    second = xp.reshape(left[:, :rank] * share, (rows, rank, *ones))
    first = xp.reshape(share[:, None] * right[:rank, :], (rank, columns, *ones))
    return xp.astype(second, dtype), xp.astype(first, dtype)


def _layer(name: str, layer: Any) -> tuple[Any, Any]:
    """Return the weight and the bias of a layer that may have none."""
    if not isinstance(layer, tuple):
        return layer, None
    if len(layer) != 2:
        raise ValueError(
            f"compose: {name} must be a weight, or a weight and a bias; got {len(layer)} parts"
        )
    return layer


def _check_weight(caller: str, name: str, weight: Any, *, pointwise: bool = False) -> None:
    shape = tuple(weight.shape)
    if len(shape) < 2 or 0 in shape[2:] or (pointwise and prod(shape[2:]) != 1):
        axes = "of length 1 only" if pointwise else "of length 1 or more"
        raise ValueError(
            f"{caller}: {name} must have shape (out_channels, in_channels), followed by kernel "
            f"axes {axes}; got {shape}"
        )


def _check_length(caller: str, name: str, array: Any, axis: str, length: int) -> None:
    if tuple(array.shape) != (length,):
        raise ValueError(
            f"{caller}: {name} must have shape ({axis},) = ({length},); got {tuple(array.shape)}"
        )


def _floats(xp: Any, dtype: Any, arrays: list[Any]) -> tuple[Any, list[Any]]:
    """Return integers in the library's own floats, and everything else as it is."""
    if xp.isdtype(dtype, ("bool", "integral")):
        dtype = xp.asarray(1.0).dtype
        arrays = [xp.astype(array, dtype) for array in arrays]
    return dtype, arrays
