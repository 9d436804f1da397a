"""What the operation and its rewrites ask of arrays: numbers, of one library."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import numpy as np
from array_api_compat import array_namespace, is_array_api_obj, is_dask_namespace

__all__ = ["arithmetic", "check_arrays", "check_integer"]

# What may be in an object array and can be multiplied, but is no number: [1] * 2 is [1, 1].
_NO_NUMBERS = (Sequence, np.ndarray, timedelta, np.timedelta64, type(None))


def check_arrays(caller: str, **operands: Any) -> tuple[Any, Any, list[Any]]:
    """Return the library, the dtype of the result, and the operands in the dtype of the sums.

    Parameters
    ----------
    caller
        Who asks, for the errors.
    operands
        The arrays by their names; the first one decides the library.

    Raises
    ------
    TypeError
        An operand is no array of numbers, or is masked, or is of another library than the first.
        NumPy's arrays go with Dask's.

    Examples
    --------
    >>> import numpy as np
    >>> from conv1x1.arrays import check_arrays
    >>> xp, dtype, arrays = check_arrays("f", x=np.ones(2, np.float16), weight=np.ones(2, int))
    >>> dtype.name
    'float64'
    """
    arrays = list(operands.values())
    first, x = next(iter(operands.items()))
    if all(type(array) is np.ndarray and array.dtype is x.dtype for array in arrays) and (
        x.dtype.char in "fd"
        # Where the bytes are swapped, the promotion is the dtype that has them in order.
        and x.dtype.isnative
    ):
        return array_namespace(x), x.dtype, arrays  # the everyday operands need no more
    arrays = []
    for name, value in operands.items():
        # A masked array is one too, but the mask would be lost without a word.
        if not is_array_api_obj(value) or isinstance(value, (np.generic, np.ma.MaskedArray)):
            plain = ", not a masked one or a matrix" if isinstance(value, np.ndarray) else ""
            raise TypeError(
                f"{caller}: {name} must be an array{plain}; got {value!r:.60} of type "
                f"{type(value).__name__}"
            )
        arrays.append(np.asarray(value) if isinstance(value, np.ndarray) else value)
    libraries = [array_namespace(array) for array in arrays]
    xp = libraries[0]
    if is_dask_namespace(xp):
        # In Dask's own world NumPy's arrays go with Dask's; what is split up is x.
        arrays = [xp.asarray(a) if isinstance(a, np.ndarray) else a for a in arrays]
        libraries = [array_namespace(array) for array in arrays]
    for name, array, library in zip(operands, arrays, libraries, strict=True):
        if library is not xp:
            its, xs = (lib.__name__.removeprefix("array_api_compat.") for lib in (library, xp))
            raise TypeError(
                f"{caller}: {name} must be an array of the library of {first}; got {name} of "
                f"{its} and {first} of {xs}"
            )
        _check_numbers(caller, name, array, xp)
    dtype = xp.result_type(*(array.dtype for array in arrays))
    # In half precision a sum of a few thousand numbers has hardly a digit left.
    sums = xp.float32 if str(dtype).endswith("float16") else dtype
    return xp, dtype, [xp.astype(array, sums, copy=False) for array in arrays]


def _check_numbers(caller: str, name: str, array: Any, xp: Any) -> None:
    held = ""
    if isinstance(array, np.ndarray):
        numbers = array.dtype.kind in "biufcO"
        if array.dtype.kind == "O":
            for entry in array.flat:
                if isinstance(entry, _NO_NUMBERS):
                    numbers, held = False, f" with an entry of type {type(entry).__name__}"
    else:
        numbers = xp.isdtype(array.dtype, "numeric")
    if not numbers:
        raise TypeError(
            f"{caller}: {name} must hold numbers; got an array of dtype {array.dtype} "
            f"and shape {tuple(array.shape)}{held}"
        )


@contextmanager
def arithmetic(caller: str) -> Iterator[None]:
    """Name the caller where objects do not multiply or add.

    Raises
    ------
    TypeError
        What the objects raise, with the caller's name before it.

    Examples
    --------
    >>> from conv1x1.arrays import arithmetic
    >>> try:
    ...     with arithmetic("f"):
    ...         [] * []
    ... except TypeError as error:
    ...     print(str(error).partition(";")[0])
    f: the operands must hold numbers that multiply and add
    """
    try:
        yield
    except TypeError as error:
        raise TypeError(
            f"{caller}: the operands must hold numbers that multiply and add; got {error}"
        ) from error


def check_integer(caller: str, name: str, value: Any) -> int:
    """Return an integer as Python's.

    Raises
    ------
    TypeError
        The value is not an integer.

    Examples
    --------
    >>> import numpy as np
    >>> from conv1x1.arrays import check_integer
    >>> check_integer("f", "axis", np.int8(-1))
    -1
    """
    try:
        return operator.index(value)
    except TypeError:
        raise TypeError(
            f"{caller}: {name} must be an integer; got {value!r:.60} of type {type(value).__name__}"
        ) from None
