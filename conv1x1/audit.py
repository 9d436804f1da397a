"""Printed against computed: which printed numbers are not what the computation gives."""

from __future__ import annotations

import operator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

__all__ = ["Mismatch", "mismatches"]


class Mismatch(NamedTuple):
    """One printed number that the computation does not confirm.

    >>> from conv1x1.audit import Mismatch
    >>> Mismatch((5, 2), 0.6, 4.6)
    Mismatch(index=(5, 2), printed=0.6, computed=4.6)
    """

    #: Its place in the array.
    # The field hides tuple.index, which nobody looks for here.
    index: tuple[int, ...]  # type: ignore[assignment]
    #: What was printed.
    printed: float
    #: The result, not rounded.
    computed: float


def mismatches(printed: ArrayLike, computed: ArrayLike, decimals: int = 1) -> list[Mismatch]:
    """List the printed numbers that do not round from the computed ones.

    Parameters
    ----------
    printed
        Real numbers in an array, or in lists that make one.
    computed
        The same, in the same shape.
    decimals
        How many decimals were printed; negative where the last digits before the point were
        rounded away, as in ``round``.

    Returns
    -------
    list of Mismatch
        In the order of the array; empty where everything agrees. A number agrees if it is
        within half a unit of the last printed digit. A tie may be rounded either way, also one
        that the inputs' floats moved off the half a little, and NaN agrees with nothing.

    Raises
    ------
    ValueError
        The shapes differ, or lists make no array.
    TypeError
        An array does not hold real numbers or is masked, or ``decimals`` is not an integer.

    Examples
    --------
    >>> from conv1x1.audit import mismatches
    >>> mismatches([1.1, 0.6], [1.1000001, 4.6])
    [Mismatch(index=(1,), printed=0.6, computed=4.6)]
    >>> mismatches([33, 0.67], [33.3, 2 / 3], decimals=2)
    [Mismatch(index=(0,), printed=33.0, computed=33.3)]
    """
    left, right = _real("printed", printed), _real("computed", computed)
    if left.shape != right.shape:
        raise ValueError(
            "mismatches: printed and computed must have the same shape; "
            f"got {left.shape} and {right.shape}"
        )
    try:
        # Text, because 10.0**309 raises where float("1e309") is infinite.
        half_unit = float(f"5e{-operator.index(decimals) - 1}")
    except TypeError:
        raise TypeError(f"mismatches: decimals must be an integer; got {decimals!r}") from None
    finite = np.isfinite(left) & np.isfinite(right)
    with np.errstate(invalid="ignore", over="ignore"):
        # The margin lets a tie through that floating point moved off the half.
        margin = 8 * max(_eps(printed), _eps(computed)) * np.maximum(abs(left), abs(right))
        # An infinity agrees with itself alone: within the margin of it lies everything.
        agrees = (left == right) | finite & (abs(left - right) <= half_unit + margin)
    return [
        Mismatch(tuple(int(i) for i in index), float(left[*index]), float(right[*index]))
        for index in np.argwhere(~agrees)
    ]


def _eps(values: Any) -> float:
    dtype = np.asarray(values).dtype
    # What is no float, or a longer one, is compared as float64, so it is no finer than that.
    exact = dtype.kind in {"b", "i", "u"}
    return 0.0 if exact else float(np.finfo(min(dtype, np.dtype("float64"))).eps)


def _real(name: str, values: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    if isinstance(values, np.ma.MaskedArray):
        raise TypeError(f"mismatches: {name} must not be masked; got a masked array")
    try:
        array = np.asarray(values)
    except ValueError:
        raise ValueError(
            f"mismatches: {name} must be an array, or lists that make one; got {values!r:.60}"
        ) from None
    # NumPy would read None as NaN, and text as the number that it spells.
    holds_text = array.dtype.kind == "O" and any(
        isinstance(entry, (str, bytes, type(None))) for entry in array.flat
    )
    if holds_text:
        raise TypeError(f"mismatches: {name} must hold real numbers; got {values!r:.60}")
    if array.dtype.kind not in "biufO":
        raise TypeError(f"mismatches: {name} must hold real numbers; got dtype {array.dtype}")
    try:
        return array.astype(float)
    except (OverflowError, TypeError, ValueError):
        raise TypeError(f"mismatches: {name} must hold real numbers; got {values!r:.60}") from None
