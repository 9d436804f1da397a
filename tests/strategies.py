"""What several test files draw from: whole calls of conv1x1, and the loops' answer to them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from conv1x1.reference import conv2d

_SMALL = st.integers(-9, 9)

# The sums of every kind but "float" are exact, whatever their order.
_ELEMENTS = {
    "int": (np.dtype(np.int64), _SMALL),
    "fraction": (np.dtype(object), st.builds(Fraction, _SMALL, st.integers(1, 5))),
    "complex": (np.dtype(complex), st.builds(complex, _SMALL, _SMALL)),
    "float": (np.dtype(float), st.floats(-100, 100)),
}
EXACT_KINDS = ("int", "fraction", "complex")
KINDS = tuple(_ELEMENTS)

LAYOUTS = ("C", "Fortran", "strided", "reversed", "read-only")


def lay_out(array: NDArray[Any], layout: str) -> NDArray[Any]:
    """Return the same values, laid out in memory in another way."""
    if layout == "Fortran":
        return np.asfortranarray(array)
    if layout == "strided":
        wide = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
        wide[..., ::2] = array
        return wide[..., ::2]
    if layout == "reversed":
        return array[::-1].copy()[::-1]
    copy = array.copy()
    copy.flags.writeable = layout != "read-only"
    return copy


@st.composite
def tensors(draw: st.DrawFn, shape: tuple[int, ...], kind: str = "int") -> NDArray[Any]:
    """Draw an array of a given shape, in any layout."""
    dtype, elements = _ELEMENTS[kind]
    array = draw(arrays(dtype, shape, elements=elements, fill=st.nothing()))
    return lay_out(array, draw(st.sampled_from(LAYOUTS)))


@dataclass(frozen=True)
class Layer:
    """The operands of one call. ``axis`` counts from the front or from the back."""

    x: NDArray[Any]
    weight: NDArray[Any]
    bias: NDArray[Any] | None
    axis: int
    groups: int

    @property
    def options(self) -> dict[str, Any]:
        return {"axis": self.axis, "groups": self.groups}

    @property
    def front_axis(self) -> int:
        return self.axis % self.x.ndim

    @property
    def output_shape(self) -> tuple[int, ...]:
        shape = list(self.x.shape)
        shape[self.axis] = self.weight.shape[0]
        return tuple(shape)


@st.composite
def layers(draw: st.DrawFn, kind: str = "int", groups: int | None = None) -> Layer:
    """Draw a call: the channels anywhere among up to 3 axes of 0 to 3 pixels each."""
    others = draw(st.lists(st.integers(0, 3), max_size=3))
    front = draw(st.integers(0, len(others)))
    groups = groups or draw(st.integers(1, 3))
    inputs, outputs = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    kernel = (1,) * draw(st.integers(0, 3))
    shape = (*others[:front], groups * inputs, *others[front:])
    return Layer(
        x=draw(tensors(shape, kind)),
        weight=draw(tensors((groups * outputs, inputs, *kernel), kind)),
        bias=draw(st.none() | tensors((groups * outputs,), kind)),
        axis=draw(st.sampled_from([front, front - len(shape)])),
        groups=groups,
    )


def by_loops(layer: Layer) -> NDArray[Any]:
    """Return what the oracle gives: all pixels in one row, one group after the other."""
    x = np.moveaxis(layer.x, layer.axis, 0)
    out_channels, columns = layer.weight.shape[:2]
    pixels = prod(x.shape[1:])
    operands = [layer.x, layer.weight] + ([] if layer.bias is None else [layer.bias])
    if pixels == 0:  # the oracle wants an image
        return np.empty(layer.output_shape, np.result_type(*operands))
    row = x.reshape(layer.groups, columns, 1, pixels)
    filters = layer.weight.reshape(layer.groups, out_channels // layer.groups, columns, 1, 1)
    bias = [None] * layer.groups if layer.bias is None else layer.bias.reshape(layer.groups, -1)
    out = np.concatenate([conv2d(*group) for group in zip(row, filters, bias, strict=True)])
    return np.moveaxis(out.reshape(out_channels, *x.shape[1:]), 0, layer.axis)


def assert_same(actual: NDArray[Any], expected: NDArray[Any]) -> None:
    """Compare type, shape, dtype and every value, exactly."""
    assert type(actual) is np.ndarray
    np.testing.assert_array_equal(actual, expected, strict=True)


def exactly(message: str) -> str:
    """Return the pattern that matches this message, all of it and nothing else."""
    return rf"\A{re.escape(message)}\Z"
