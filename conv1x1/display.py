"""Matrices, equations and tables as HTML, LaTeX, Markdown and plain text.

Each class shows itself in a notebook in whatever form the notebook can use. The plain text is
``str(...)`` and is what the pages' checks compare.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

__all__ = ["Equation", "Matrix", "Table", "plain_array", "weighted_sum"]


_LATEX_SIGNS = {"→": r"\to", "·": r"\cdot", "×": r"\times", "≠": r"\neq"}


class Matrix:
    r"""A matrix that shows itself with aligned entries, some of them marked.

    Parameters
    ----------
    values
        ``(rows, columns)``, or ``(columns,)`` for a single row: numbers or symbols.
    name
        What the matrix is called, such as ``"T"``; shown above it.
    decimals
        How many decimals of floats to show, by default as many as the values need, 4 at most.
        Everything else is shown as it is.
    highlight
        ``(row, column)`` of the entries to mark. They are framed, and also named in words below
        the matrix, so that colour is never the only sign.

    Raises
    ------
    TypeError
        ``values`` is a masked array, or holds one.
    ValueError
        ``values`` has more than two axes, ``decimals`` is negative, or an index in ``highlight``
        is outside the matrix.

    Examples
    --------
    >>> from conv1x1.display import Matrix
    >>> print(Matrix([[1, 2.5], [10, 0]], name="T", highlight=[(1, 0)]))
    T
      1.0   2.5
    [10.0]  0.0
    marked: T[1,0] = 10.0
    >>> print(Matrix([[1, 2.5]]).to_latex())
    \begin{bmatrix}1.0 & 2.5\end{bmatrix}
    """

    def __init__(
        self,
        values: ArrayLike,
        *,
        name: str = "",
        decimals: int | None = None,
        highlight: Iterable[Sequence[int]] = (),
    ) -> None:
        array = np.atleast_2d(plain_array("Matrix", "values", values))
        if array.ndim != 2:
            raise ValueError(f"Matrix: values must have at most two axes; got shape {array.shape}")
        if decimals is not None and decimals < 0:
            raise ValueError(f"Matrix: decimals must not be negative; got {decimals}")
        self.name = name
        self.shape = array.shape
        self.cells = _texts(array, decimals)
        self.highlight = [(int(row), int(column)) for row, column in highlight]
        for row, column in self.highlight:
            if not (0 <= row < array.shape[0] and 0 <= column < array.shape[1]):
                raise ValueError(
                    f"Matrix: highlight must hold indices inside the shape {array.shape}; "
                    f"got {(row, column)}"
                )

    @property
    def marked(self) -> str:
        """Say in words which entries are marked, and what they hold; empty if none is."""
        name = self.name if self.name.isidentifier() else ""
        entries = (f"{name}[{r},{c}] = {self.cells[r][c]}" for r, c in self.highlight)
        return "marked: " + ", ".join(entries) if self.highlight else ""

    def to_text(self) -> str:
        """Return the matrix as plain text: the name, the aligned rows, the marked entries."""
        lines = [self.name, *self._rows(), self.marked]
        return "\n".join(line.rstrip() for line in lines if line)

    def to_latex(self) -> str:
        """Return the matrix as LaTeX, without dollar signs; marked entries are boxed."""
        rows = (
            " & ".join(
                rf"\boxed{{{cell}}}" if (r, c) in self.highlight else cell
                for c, cell in enumerate(row)
            )
            for r, row in enumerate(self.cells)
        )
        body = r" \\ ".join(rows)
        prefix = f"{self.name} = " if self.name.isidentifier() else ""
        return rf"{prefix}\begin{{bmatrix}}{body}\end{{bmatrix}}"

    def to_html(self) -> str:
        """Return the matrix as an HTML table with a caption; marked entries are in ``<mark>``.

        Each row starts with its number, for screen readers; a style sheet hides it from the eye.
        """
        rows = "".join(
            f'<tr><th scope="row" class="visually-hidden">{r}</th>'
            + "".join(self._html_cell(r, c) for c in range(len(row)))
            + "</tr>"
            for r, row in enumerate(self.cells)
        )
        caption = f"<figcaption>{escape(self.name)}</figcaption>" if self.name else ""
        marked = f"<p>{escape(self.marked)}</p>" if self.marked else ""
        return (
            f'<figure class="matrix">{caption}<table><tbody>{rows}</tbody></table>{marked}</figure>'
        )

    def _rows(self) -> list[str]:
        framed = [
            [
                f"[{cell}]" if (r, c) in self.highlight else f" {cell} " if self.highlight else cell
                for c, cell in enumerate(row)
            ]
            for r, row in enumerate(self.cells)
        ]
        widths = [max(map(len, column)) for column in zip(*framed, strict=True)]
        gap = " " if self.highlight else "  "
        return [
            gap.join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
            for row in framed
        ]

    def _html_cell(self, row: int, column: int) -> str:
        cell = escape(self.cells[row][column]).replace("-", "−")
        return (
            f"<td><mark>{cell}</mark></td>"
            if (row, column) in self.highlight
            else f"<td>{cell}</td>"
        )

    __str__ = __repr__ = to_text
    _repr_html_ = to_html

    def _repr_latex_(self) -> str:
        return f"$${self.to_latex()}$$"


class Equation:
    """Matrices side by side with signs between them, such as ``A + B → C``.

    Parameters
    ----------
    parts
        :class:`Matrix` objects, and strings such as ``"+"`` or ``"→"``.

    Raises
    ------
    ValueError
        There are no parts.

    Examples
    --------
    >>> from conv1x1.display import Equation, Matrix
    >>> a, b = Matrix([[1], [2]], name="A"), Matrix([[3], [4]])
    >>> print(Equation(a, "+", b, "→", Matrix([[4], [6]])))
    A
    1  +  3  →  4
    2     4     6
    """

    def __init__(self, *parts: Matrix | str) -> None:
        if not parts:
            raise ValueError("Equation: parts must have at least one entry; got none")
        self.parts = parts

    def to_text(self) -> str:
        """Return the parts side by side as plain text, the signs level with the first row."""
        blocks = []
        for part in self.parts:
            blocks.append([part.name, *part._rows()] if isinstance(part, Matrix) else ["", part])
        height = max(map(len, blocks))
        for block in blocks:
            # A name may be wider than its matrix.
            width = max(map(len, block))
            block[:] = [line.ljust(width) for line in block]
            block += [" " * width] * (height - len(block))
        lines = ["  ".join(line).rstrip() for line in zip(*blocks, strict=True)]
        marks = [part.marked for part in self.parts if isinstance(part, Matrix) and part.marked]
        return "\n".join(line for line in [*lines, *marks] if line)

    def to_latex(self) -> str:
        """Return the equation as LaTeX, without dollar signs."""
        return " ".join(
            part.to_latex() if isinstance(part, Matrix) else _LATEX_SIGNS.get(part, part)
            for part in self.parts
        )

    def to_html(self) -> str:
        """Return the equation as HTML: one table for each matrix, in a row that wraps."""
        parts = (
            part.to_html() if isinstance(part, Matrix) else f"<span>{escape(part)}</span>"
            for part in self.parts
        )
        return f'<div class="equation">{"".join(parts)}</div>'

    __str__ = __repr__ = to_text
    _repr_html_ = to_html

    def _repr_latex_(self) -> str:
        return f"$${self.to_latex()}$$"


class Table:
    """A table with a header row; integers get thousands separators, numbers align right.

    Parameters
    ----------
    columns
        The headers.
    rows
        One sequence of cells for each row, as long as ``columns``. Format floats yourself: how
        many digits matter is yours to say. Strings may hold Markdown.

    Raises
    ------
    TypeError
        A header is not text.
    ValueError
        A row has another length than ``columns``.

    Examples
    --------
    >>> from conv1x1.display import Table
    >>> rows = [["1×1", 4816896], ["5×5", 120422400]]
    >>> print(Table(["kernel", "MACs"], rows))
    kernel         MACs
    1×1       4,816,896
    5×5     120,422,400
    """

    def __init__(self, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        self.columns = list(columns)
        if not all(isinstance(column, str) for column in self.columns):
            raise TypeError(f"Table: columns must be texts; got {self.columns}")
        values = [list(row) for row in rows]
        for row in values:
            if len(row) != len(self.columns):
                raise ValueError(
                    f"Table: each row must have {len(self.columns)} cells, as columns has; "
                    f"got {len(row)} in {row!r}"
                )
        self.cells = [[_cell(value) for value in row] for row in values]
        self._numeric = [
            bool(column) and all(_is_numeric(cell) for cell in column)
            for column in (list(zip(*self.cells, strict=True)) or [()] * len(self.columns))
        ]

    def to_text(self) -> str:
        """Return the table as plain text with aligned columns."""
        lines = [self.columns, *self.cells]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        return "\n".join(
            "  ".join(
                cell.rjust(width) if numeric else cell.ljust(width)
                for cell, width, numeric in zip(line, widths, self._numeric, strict=True)
            ).rstrip()
            for line in lines
        )

    def to_markdown(self) -> str:
        """Return the table as a Markdown pipe table."""
        rules = ["---:" if numeric else "---" for numeric in self._numeric]
        lines = [self.columns, rules, *self.cells]
        return "\n".join(
            "| " + " | ".join(cell.replace("|", r"\|") for cell in line) + " |" for line in lines
        )

    __str__ = __repr__ = to_text
    _repr_markdown_ = to_markdown


def weighted_sum(weights: ArrayLike, values: ArrayLike, *, name: str = "") -> str:
    """Spell a weighted sum out, term by term, with its result.

    Parameters
    ----------
    weights
        One-dimensional: numbers or symbols.
    values
        As many of them.
    name
        What the result is called, such as ``"T[5,2]"``.

    Raises
    ------
    TypeError
        ``weights`` or ``values`` is a masked array.
    ValueError
        The lengths differ.

    Examples
    --------
    >>> from conv1x1.display import weighted_sum
    >>> print(weighted_sum([0.1, 0.2, 0.4], [4, 7, 7], name="T[5,2]"))
    T[5,2] = 0.1·4 + 0.2·7 + 0.4·7 = 4.6
    """
    left = plain_array("weighted_sum", "weights", weights)
    right = plain_array("weighted_sum", "values", values)
    if left.ndim != 1 or left.shape != right.shape:
        raise ValueError(
            "weighted_sum: weights and values must be one-dimensional and of the same length; "
            f"got shapes {left.shape} and {right.shape}"
        )
    factors = (
        # SymPy's sums, which bind less than the product.
        [
            f"({text})" if getattr(factor, "is_Add", False) else text
            for text, factor in zip(_texts(array[None], None)[0], array, strict=True)
        ]
        for array in (left, right)
    )
    terms = " + ".join(f"{weight}·{value}" for weight, value in zip(*factors, strict=True))
    if left.dtype.kind in "biu" and right.dtype.kind in "biu":
        left = left.astype(object)  # products of small integers would wrap
    (result,) = _texts(np.asarray((left * right).sum()).reshape(1, 1), None)[0]
    return f"{name} = {terms} = {result}" if name else f"{terms} = {result}"


def plain_array(caller: str, name: str, values: ArrayLike) -> np.ndarray[Any, Any]:
    """Return an array of what is to be shown; a mask is refused.

    Parameters
    ----------
    caller, name
        What the error says of who was called, and with which argument.
    values
        The numbers or symbols.

    Raises
    ------
    TypeError
        ``values`` is a masked array: what is under the mask would be shown without a word.

    Examples
    --------
    >>> from conv1x1.display import plain_array
    >>> plain_array("Matrix", "values", [[1, 2]])
    array([[1, 2]])
    """
    if _masked(values):
        raise TypeError(
            f"{caller}: {name} must not be a masked array; got shape {np.shape(values)}"
        )
    return np.asarray(values)


def _masked(values: Any) -> bool:
    """Whether it is a masked array, or a list that holds one."""
    return isinstance(values, np.ma.MaskedArray) or (
        isinstance(values, (list, tuple)) and any(map(_masked, values))
    )


def _texts(array: np.ndarray[Any, Any], decimals: int | None) -> list[list[str]]:
    """Format every entry: floats with the same number of decimals, everything else as it is."""
    if array.dtype.kind != "f":
        return [[str(entry) for entry in row] for row in array.tolist()]
    # Rounding multiplies by a power of ten, which the dtype may not hold.
    with np.errstate(over="ignore", invalid="ignore"):
        if decimals is None:
            finite = array[np.isfinite(array)]
            decimals = next(
                (d for d in range(1, 4) if np.allclose(finite, finite.round(d), rtol=0, atol=1e-9)),
                4,
            )
        rounded = array.round(decimals)
    rounded = np.where(np.isfinite(rounded), rounded, array)
    return [[f"{entry:z.{decimals}f}" for entry in row] for row in rounded.tolist()]


def _cell(value: Any) -> str:
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool):
        return f"{value:,}"
    return str(value)


def _is_numeric(cell: str) -> bool:
    return re.fullmatch(r"[-−+]?[\d.,]+( ?[%A-Za-z]+)?", cell) is not None
