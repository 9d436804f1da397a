"""What a layer costs: parameters, multiply–accumulates and activations, as exact integers.

One multiplication and the addition that follows it count as one multiply–accumulate (MAC).
A bias adds parameters, never MACs.
"""

from __future__ import annotations

import numbers
import operator
from collections.abc import Iterable
from dataclasses import dataclass
from math import prod
from typing import Any

__all__ = ["Cost", "conv_cost", "linear_cost", "receptive_field"]


@dataclass(frozen=True)
class Cost:
    """The cost of a layer, or of several layers added up.

    Attributes
    ----------
    params
        Learned numbers: weights and biases.
    macs
        Multiply–accumulates for one input image.
    activations
        Numbers that the layer puts out for one input image.

    Raises
    ------
    TypeError
        A count is not an integer.

    Examples
    --------
    >>> from conv1x1 import Cost
    >>> first, second = Cost(10, 100, 20), Cost(5, 50, 8)
    >>> first + second
    Cost(params=15, macs=150, activations=28)
    >>> sum([first, second]) == first + second
    True
    >>> first.flops
    200
    """

    params: int
    macs: int
    activations: int

    def __post_init__(self) -> None:
        for name, count in vars(self).items():
            try:
                # NumPy's integers would wrap when they are added up.
                object.__setattr__(self, name, operator.index(count))
            except TypeError:
                raise TypeError(
                    f"Cost: {name} must be an integer; got {count!r} of type {type(count).__name__}"
                ) from None

    @property
    def flops(self) -> int:
        """Count two floating-point operations for each MAC, a multiplication and an addition."""
        return 2 * self.macs

    def __add__(self, other: Cost) -> Cost:
        if not isinstance(other, Cost):
            return NotImplemented
        return Cost(
            self.params + other.params,
            self.macs + other.macs,
            self.activations + other.activations,
        )

    def __radd__(self, other: object) -> Cost:
        # sum() starts from 0.
        return self if other == 0 else NotImplemented


def conv_cost(
    in_channels: int,
    out_channels: int,
    output_size: tuple[int, ...],
    kernel_size: int | tuple[int, ...] = 1,
    *,
    groups: int = 1,
    bias: bool = False,
) -> Cost:
    """Count what a convolution costs.

    Parameters
    ----------
    in_channels
        How many feature maps the layer reads.
    out_channels
        How many it makes.
    output_size
        The size of one output map, such as ``(28, 28)``; any number of axes.
    kernel_size
        One length for every axis, or a tuple with one for each.
    groups
        How many groups the channels are split into; ``in_channels`` for a depthwise layer.
    bias
        Whether each output map has a bias.

    Raises
    ------
    ValueError
        A size is not a positive integer, ``kernel_size`` has another number of axes than
        ``output_size``, or ``groups`` does not divide the channels.
    TypeError
        ``output_size`` is neither a tuple nor a list, or a size is no number at all.

    Notes
    -----
    ``params = out · (in / groups) · kernel``; every output pixel uses each of its filter's
    weights once, so ``macs = params · pixels`` before the bias is added.

    Examples
    --------
    192 maps of 28×28 to 32 maps, by 5×5 and by 1×1:

    >>> from conv1x1 import conv_cost
    >>> conv_cost(192, 32, (28, 28), 5).macs
    120422400
    >>> conv_cost(192, 32, (28, 28))
    Cost(params=6144, macs=4816896, activations=25088)
    """
    in_channels = _size("conv_cost", "in_channels", in_channels)
    out_channels = _size("conv_cost", "out_channels", out_channels)
    groups = _size("conv_cost", "groups", groups)
    pixels = _sizes("conv_cost", "output_size", output_size)
    if isinstance(kernel_size, (tuple, list)):
        kernel = _sizes("conv_cost", "kernel_size", kernel_size)
    else:
        kernel = (_size("conv_cost", "kernel_size", kernel_size),) * len(pixels)
    if len(kernel) != len(pixels):
        raise ValueError(
            "conv_cost: kernel_size must have one length for each axis of output_size; "
            f"got kernel_size {kernel_size!r} and output_size {output_size!r}"
        )
    if in_channels % groups or out_channels % groups:
        raise ValueError(
            "conv_cost: groups must divide in_channels and out_channels; got groups "
            f"{groups} with in_channels {in_channels} and out_channels {out_channels}"
        )
    weights = out_channels * (in_channels // groups) * prod(kernel)
    return Cost(
        params=weights + (out_channels if bias else 0),
        macs=weights * prod(pixels),
        activations=out_channels * prod(pixels),
    )


def linear_cost(in_features: int, out_features: int, *, bias: bool = True) -> Cost:
    """Count what a dense (fully connected) layer costs.

    Raises ``ValueError`` where a size is not a positive integer, and ``TypeError`` where it is no
    number at all.

    >>> from conv1x1 import linear_cost
    >>> linear_cost(1024, 1000)
    Cost(params=1025000, macs=1024000, activations=1000)
    """
    in_features = _size("linear_cost", "in_features", in_features)
    out_features = _size("linear_cost", "out_features", out_features)
    weights = in_features * out_features
    return Cost(weights + (out_features if bias else 0), weights, out_features)


def receptive_field(layers: Iterable[tuple[int, int]]) -> int:
    """Return how far one output pixel sees along one axis, from its first input pixel to its last.

    Parameters
    ----------
    layers
        ``(kernel_size, stride)`` of each layer, first layer first.

    Raises
    ------
    ValueError
        An entry is neither a tuple nor a list of two, or a size is not a positive integer.
    TypeError
        ``layers`` cannot be gone through, or a size is no number at all.

    Notes
    -----
    Each layer adds ``(kernel_size - 1)`` times the product of the strides before it: Araujo,
    Norris and Sim, *Computing Receptive Fields of Convolutional Neural Networks*,
    doi:10.23915/distill.00021.

    Examples
    --------
    >>> from conv1x1 import receptive_field
    >>> receptive_field([(1, 1)] * 100)      # a hundred 1×1 layers
    1
    >>> receptive_field([(3, 1), (1, 1), (3, 1)])
    5
    >>> receptive_field([(1, 2), (3, 1)])    # of these, it reads three
    5
    """
    try:
        entries = iter(layers)
    except TypeError:
        raise TypeError(
            "receptive_field: layers must be a list of pairs (kernel_size, stride); got "
            f"{layers!r} of type {type(layers).__name__}"
        ) from None
    field, jump = 1, 1
    for layer in entries:
        if not isinstance(layer, (tuple, list)) or len(layer) != 2:
            raise ValueError(
                "receptive_field: layers must hold pairs (kernel_size, stride), each a tuple or "
                f"a list; got {layer!r} of type {type(layer).__name__}"
            )
        kernel_size = _size("receptive_field", "the kernel_size of every layer", layer[0])
        stride = _size("receptive_field", "the stride of every layer", layer[1])
        field += (kernel_size - 1) * jump
        jump *= stride
    return field


def _size(caller: str, name: str, value: Any) -> int:
    try:
        size = operator.index(value)
    except TypeError:
        error = ValueError if isinstance(value, numbers.Number) else TypeError
        raise error(
            f"{caller}: {name} must be a positive integer; got {value!r} of type "
            f"{type(value).__name__}"
        ) from None
    if size < 1:
        raise ValueError(f"{caller}: {name} must be a positive integer; got {size}")
    return size


def _sizes(caller: str, name: str, values: Any) -> tuple[int, ...]:
    if not isinstance(values, (tuple, list)):
        raise TypeError(
            f"{caller}: {name} must be a tuple of positive integers, such as (28, 28); got "
            f"{values!r} of type {type(values).__name__}"
        )
    return tuple(_size(caller, f"every entry of {name}", value) for value in values)
