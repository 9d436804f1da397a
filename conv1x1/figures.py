"""The figures of the website: one function each, which returns a Matplotlib figure.

Every figure says in words what it shows: ``figure.alt`` is written from the arrays that are
drawn. Figures are drawn on a canvas of CSS pixels, narrow enough for a phone. Needs Matplotlib,
which the extra ``figures`` of the package brings.
"""

from __future__ import annotations

import base64
import io
import operator
import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

import matplotlib
import matplotlib.figure
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, Polygon
from matplotlib.path import Path
from numpy.typing import ArrayLike
from PIL import Image

from conv1x1.cost import Cost
from conv1x1.display import plain_array, weighted_sum
from conv1x1.operation import conv1x1

__all__ = [
    "Figure",
    "channel_space",
    "cost_bars",
    "feature_maps",
    "grey_pixel",
    "learning_curves",
    "logo",
    "photographs",
    "pixel_column",
    "positions",
    "roofline",
    "share_bars",
    "strokes",
    "trade_offs",
    "volumes",
]

# Stand-ins that the SVG replaces by the page's own colours, so that a figure follows light and
# dark mode. Everywhere else they are what they look like: black and grey.
_INK, _MUTED = "#010101", "#6b6b6c"
_PAGE_COLOURS = {
    _INK: "currentColor",
    _MUTED: "var(--pst-color-text-muted, #6b6b6c)",
}
# Two colours that stay apart for colour-blind readers (Okabe and Ito), on light and on dark.
_BLUE, _ORANGE = "#3b82c4", "#d9730d"
_GREY = "#999999"
# The lines of a figure, up to four, which differ without colours too.
_LINES = [(_BLUE, "-"), (_ORANGE, "--"), (_MUTED, "-."), (_INK, ":")]
_WIDTH = 480
_FONT = 13


class Figure(matplotlib.figure.Figure):
    """A Matplotlib figure that knows in words what it shows.

    ``alt`` is that text. In a notebook the figure shows itself as SVG, with the text inside.
    """

    def __init__(self, width: float, height: float, alt: str) -> None:
        # 72 dots an inch makes one Matplotlib point one CSS pixel.
        super().__init__(figsize=(width / 72, height / 72), dpi=72, facecolor="none")
        self.alt = alt

    def to_svg(self) -> str:
        """Return the figure as an SVG element whose text is text and whose bytes never vary."""
        buffer = io.StringIO()
        settings: Any = {
            "image.composite_image": False,  # each photograph at its own resolution
            "svg.fonttype": "none",
            "svg.hashsalt": "conv1x1",
        }
        with matplotlib.rc_context(settings):
            self.savefig(buffer, format="svg")
        svg = buffer.getvalue()
        svg = svg[svg.index("<svg") :]
        svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.DOTALL)
        svg = _tidy(svg)
        # Between the tags stands what the user wrote.
        svg = re.sub("<[^>]*>", lambda tag: _restyle(tag[0]), svg)
        return svg.replace("<svg", f'<svg role="img" aria-label="{escape(self.alt)}"', 1)

    def to_pdf(self) -> bytes:
        """Return the figure as a PDF, for the printed book; its bytes never vary."""
        buffer = io.BytesIO()
        metadata: Any = dict.fromkeys(("Creator", "Producer", "CreationDate"))
        self.savefig(buffer, format="pdf", metadata=metadata, transparent=True)
        return buffer.getvalue()

    def __repr__(self) -> str:
        return f"Figure: {self.alt}"

    def _repr_svg_(self) -> str:
        return self.to_svg()

    def _repr_pdf_(self) -> bytes:
        return self.to_pdf()


def feature_maps(
    maps: ArrayLike,
    *,
    titles: Sequence[str] = (),
    highlight: Iterable[Sequence[int]] = (),
    columns: int = 3,
    indices: bool = False,
) -> Figure:
    """Draw feature maps side by side as heat maps, with their values where there is room.

    Parameters
    ----------
    maps
        ``(channels, height, width)`` real numbers. All maps share one colour scale, on which
        NaN is grey.
    titles
        One for each map; by default "map 0", "map 1" and so on.
    highlight
        ``(row, column)`` of the pixels to frame in every map.
    columns
        How many maps stand in one row of the figure.
    indices
        Number the rows and the columns of the maps, from zero.

    Raises
    ------
    TypeError
        ``maps`` is a masked array.
    ValueError
        ``maps`` has not three axes, or ``titles`` has another length than ``maps``.

    Examples
    --------
    >>> from conv1x1.figures import feature_maps
    >>> feature_maps([[[1, 2]], [[3, 4]]]).alt
    '2 feature maps of 1×2 as heat maps. map 0: 1 2. map 1: 3 4.'
    """
    array = plain_array("feature_maps", "maps", maps)
    if array.ndim != 3:
        raise ValueError(
            f"feature_maps: maps must have shape (channels, height, width); got {array.shape}"
        )
    if not array.size or columns < 1:
        raise ValueError(
            "feature_maps: maps must have at least one pixel and columns be at least 1; "
            f"got maps {array.shape} and columns {columns}"
        )
    titles = list(titles) or [f"map {k}" for k in range(len(array))]
    if len(titles) != len(array):
        raise ValueError(
            f"feature_maps: titles must have one title for each of {len(array)} maps; got {titles}"
        )
    frames = [(int(row), int(column)) for row, column in highlight]
    count, height, width = array.shape
    for row, column in frames:
        if not (0 <= row < height and 0 <= column < width):
            raise ValueError(
                f"feature_maps: highlight must hold pixels inside the {height}×{width} maps; "
                f"got {(row, column)}"
            )
    columns = min(columns, count)
    margin = 14 if indices else 0
    gap, title_height = 18, 24 + margin
    side = min((_WIDTH - margin - gap * (columns - 1)) / columns / width, 34)
    rows = -(-count // columns)
    block = title_height + side * height + gap
    figure, axes = _canvas(
        margin + columns * (side * width + gap) - gap,
        rows * block - gap + 2,
        _describe_maps(array, titles, frames)
        + (" Rows and columns are numbered from 0." if indices else ""),
    )
    scale = _colour_scale(array)
    for k, (values, title) in enumerate(zip(array, titles, strict=True)):
        left = margin + (k % columns) * (side * width + gap)
        top = (k // columns) * block + title_height
        _text(axes, left + side * width / 2, top - title_height + 12, title)
        if indices:
            for column in range(width):
                _index(axes, left + (column + 0.5) * side, top - 7, column)
            for row in range(height if k % columns == 0 else 0):
                _index(axes, left - 8, top + (row + 0.5) * side, row)
        if side < 16:
            extent = (left, left + side * width, top + side * height, top)
            axes.imshow(scale(values), extent=extent, interpolation="none", zorder=1)
            corners = [(left, top), (left + side * width, top + side * height)]
            _rectangle(axes, *corners[0], *corners[1], face="none")
        else:
            for row, column in np.ndindex(height, width):
                x, y = left + column * side, top + row * side
                _cell(
                    axes,
                    [(x, y), (x + side, y), (x + side, y + side), (x, y + side)],
                    values[row, column],
                    scale,
                )
        for row, column in frames:
            x, y = left + column * side, top + row * side
            _rectangle(axes, x, y, x + side, y + side, face="none", edge=_ORANGE, line=2.5)
    return figure


def pixel_column(
    maps: ArrayLike, weights: ArrayLike, pixel: tuple[int, int], *, name: str = "T"
) -> Figure:
    """Draw the stack of maps with one pixel's column lifted out, and its weighted sum.

    Parameters
    ----------
    maps
        ``(channels, height, width)`` real numbers.
    weights
        ``(channels,)``: one filter.
    pixel
        ``(row, column)`` of the pixel to lift out.
    name
        What the output map is called.

    Raises
    ------
    TypeError
        ``maps`` or ``weights`` is a masked array, or ``pixel`` holds something else than integers.
    ValueError
        The shapes do not fit, there is no channel, or ``pixel`` is outside the maps.

    Examples
    --------
    >>> from conv1x1.figures import pixel_column
    >>> figure = pixel_column([[[1, 4]], [[3, 3]]], [10, 1], (0, 1))
    >>> figure.alt.split(". ")[1:3]
    ['The column of pixel (0, 1) holds 4, 3', 'T[0,1] = 10·4 + 1·3 = 43']
    """
    # Sums of small integers would wrap, and those of booleans are no numbers.
    array, weight = (
        given.astype(np.int64) if np.can_cast(given.dtype, np.int64) else given
        for given in (
            plain_array("pixel_column", "maps", maps),
            plain_array("pixel_column", "weights", weights),
        )
    )
    if array.ndim != 3 or weight.shape != array.shape[:1] or not weight.size:
        raise ValueError(
            "pixel_column: maps must be (channels, height, width) and weights (channels,), with at "
            f"least one channel; got maps {array.shape} and weights {weight.shape}"
        )
    count, height, width = array.shape
    row, column = _pixel("pixel_column", pixel, "maps", height, width)
    output = conv1x1(array, weight[None])[0]
    held = array[:, row, column]
    spelled = weighted_sum(weight, held, name=f"{name}[{row},{column}]")
    alt = (
        f"A stack of {count} feature maps of {height}×{width}. The column of pixel "
        f"({row}, {column}) holds {', '.join(map(_number, held))}. {spelled}. "
        "Rows and columns are numbered from 0."
    )
    side, slant, drop = 27, 9, 19  # a plane seen from the side: cell width, shear, cell height
    plane = drop * height
    step = plane + 16
    left, top = 16, 18
    lifted = left + width * side + height * slant + 34
    products = lifted + 110
    figure, axes = _canvas(products + 62, (count + 1) * step + 36, alt)
    scale, output_scale = _colour_scale(array), _colour_scale(output)

    def corner(level: int, r: float, c: float) -> tuple[float, float]:
        extra = 14 if level == count else 0  # the output stands a little apart from the stack
        return left + c * side + (height - r) * slant, top + level * step + r * drop + extra

    def seam(level: int) -> list[tuple[float, float]]:
        """Where an arrow runs between two rows, so that it crosses no number."""
        return [corner(level, row + 1, column + 1), corner(level, row + 1, width)]

    for level in range(count + 1):
        values, colours = (array[level], scale) if level < count else (output, output_scale)
        for r, c in np.ndindex(height, width):
            corners = [corner(level, r + i, c + j) for i, j in ((0, 0), (0, 1), (1, 1), (1, 0))]
            _cell(axes, corners, values[r, c], colours, size=10)
        corners = [corner(level, row + i, column + j) for i, j in ((0, 0), (0, 1), (1, 1), (1, 0))]
        axes.add_patch(Polygon(corners, fill=False, edgecolor=_ORANGE, linewidth=2.5, zorder=4))
        for r in range(height):
            x, y = corner(level, r + 0.5, 0)
            _index(axes, x - 8, y, r)
        for c in range(width if level in (0, count) else 0):
            x, y = corner(level, 0, c + 0.5)
            _index(axes, x + 3, y - 7, c)
    for level in range(count):
        level_y = top + level * step + plane / 2
        _arrow(axes, *seam(level), (lifted - 4, level_y), colour=_ORANGE)
        cell = [
            (lifted, level_y - 15),
            (lifted + 34, level_y - 15),
            (lifted + 34, level_y + 15),
            (lifted, level_y + 15),
        ]
        _cell(axes, cell, held[level], scale, size=_FONT, edge=_ORANGE, line=2)
        _text(axes, lifted + 42, level_y, f"× {_number(weight[level])}", align="left")
        _text(axes, products, level_y, f"= {_number(held[level] * weight[level])}", align="left")
    y = corner(count, height / 2, 0)[1]
    _text(axes, products, y, f"= {_number(output[row, column])}", align="left", weight="bold")
    _text(axes, products - 12, y, "sum", align="right", colour=_MUTED)
    rule = y - 24
    axes.plot([products - 4, products + 58], [rule, rule], color=_INK, linewidth=1)
    _arrow(axes, (products - 48, y), *reversed(seam(count)), colour=_ORANGE)
    _text(axes, left + width * side / 2, (count + 1) * step + 26, f"output {name}", colour=_MUTED)
    return figure


def grey_pixel(photo: ArrayLike, weights: ArrayLike, pixel: tuple[int, int]) -> Figure:
    """Draw a colour photograph, the grey one that three weights make of it, and one pixel's sum.

    Parameters
    ----------
    photo
        ``(height, width, 3)`` integers from 0 to 255: red, green and blue, as they are stored.
    weights
        ``(3,)``: how much each colour counts.
    pixel
        ``(row, column)`` of the pixel whose sum is written out.

    Raises
    ------
    TypeError
        ``photo`` or ``weights`` is a masked array, or ``pixel`` holds something else than integers.
    ValueError
        The shapes do not fit, a colour is no integer from 0 to 255, or ``pixel`` is outside.

    Examples
    --------
    >>> import numpy as np
    >>> from conv1x1.figures import grey_pixel
    >>> photo = np.full((4, 4, 3), [200, 100, 55])
    >>> figure = grey_pixel(photo, [0.5, 0.3, 0.2], (0, 1))
    >>> figure.alt.split(": ")[1]
    '0.5·200 + 0.3·100 + 0.2·55 = 141.0.'
    """
    array = plain_array("grey_pixel", "photo", photo)
    weight = plain_array("grey_pixel", "weights", weights)
    if array.ndim != 3 or array.shape[2] != 3 or weight.shape != (3,):
        raise ValueError(
            "grey_pixel: photo must be (height, width, 3) and weights (3,); "
            f"got photo {array.shape} and weights {weight.shape}"
        )
    height, width = array.shape[:2]
    row, column = _pixel("grey_pixel", pixel, "photo", height, width)
    if array.dtype.kind not in "iu" or array.min() < 0 or array.max() > 255:
        raise ValueError(
            "grey_pixel: photo must hold integers from 0 to 255; "
            f"got {array.dtype} from {array.min()} to {array.max()}"
        )
    grey = conv1x1(array.astype(int), weight[None], axis=-1)[..., 0]
    held, made = array[row, column], grey[row, column]
    alt = (
        f"A colour photograph of {height}×{width} pixels, and the grey one that the weights "
        f"{', '.join(map(_number, weight))} make of it. The red, green and blue of the pixel in "
        f"row {row} and column {column}, both counted from 0: {weighted_sum(weight, held)}."
    )
    side, gap, title, line = 210, 24, 26, 34
    tall = side * height / width
    bottom = title + tall
    figure, axes = _canvas(2 * side + gap, bottom + 60 + 3 * line, alt)
    marks = []
    for k, (name, image) in enumerate([("colour", array / 255), ("grey", grey / 255)]):
        left = k * (side + gap)
        _text(axes, left + side / 2, title / 2, name)
        extent = (left, left + side, bottom, title)
        axes.imshow(image, extent=extent, cmap="gray", vmin=0, vmax=1, interpolation="none")
        x = left + (column + 0.5) * side / width
        y = title + (row + 0.5) * tall / height
        axes.plot([x], [y], "o", markersize=13, color="none", markeredgecolor=_ORANGE, mew=2.5)
        marks.append((x, y))
    axes.set_aspect("auto")
    swatch, size = 92, 26
    middle = [bottom + 40 + line * k for k in range(4)]
    colours = [*np.diag(held / 255), np.full(3, np.clip(made / 255, 0, 1))]
    names = ["red", "green", "blue", "grey"]
    for y, name, colour in zip(middle, names, colours, strict=True):
        _text(axes, swatch - 10, y, name, align="right", colour=_MUTED)
        ends = {"left": swatch, "top": y - size / 2, "right": swatch + size, "bottom": y + size / 2}
        _rectangle(axes, **ends, face=matplotlib.colors.to_hex(colour), edge=_ORANGE, line=2)
    for y, value, factor in zip(middle, held, weight, strict=False):
        _text(axes, swatch + 70, y, _number(value), align="right")
        _text(axes, swatch + 78, y, f"× {_number(factor)}", align="left")
        _text(axes, swatch + 160, y, "=", align="left")
        _text(axes, swatch + 244, y, f"{value * factor:.3f}", align="right")
    axes.plot([swatch + 178, swatch + 248], [middle[3] - line / 2] * 2, color=_INK, linewidth=1)
    _text(axes, swatch + 145, middle[3], "sum", align="right", colour=_MUTED)
    _text(axes, swatch + 160, middle[3], "=", align="left")
    _text(axes, swatch + 244, middle[3], f"{made:.3f}", align="right", weight="bold")
    _arrow(axes, marks[0], (swatch + size / 2, middle[0] - size / 2 - 3), colour=_ORANGE)
    right = swatch + 268
    back = [(right - 14, middle[3]), (right, middle[3]), (right, bottom + 12), marks[1]]
    _arrow(axes, *back, colour=_ORANGE)
    return figure


def strokes(digits: ArrayLike, *, titles: Sequence[str]) -> Figure:
    """Draw digits as strokes in a grid of cells, as a seven-segment display has them.

    Parameters
    ----------
    digits
        ``(digits, 2, height, width)``: for each digit a map of its horizontal strokes and one of
        its vertical ones, which stand where an entry is not zero.
    titles
        One for each digit.

    Raises
    ------
    TypeError
        ``digits`` is a masked array.
    ValueError
        ``digits`` has another shape or nothing in it, or ``titles`` has another length.

    Examples
    --------
    >>> from conv1x1 import article
    >>> from conv1x1.figures import strokes
    >>> strokes([article.digit_2(1, 1)], titles=["the 2"]).alt
    'Strokes in 5×3 cells. the 2: − − −; · · |; − − −; | · ·; − − −.'
    """
    array = plain_array("strokes", "digits", digits) != 0
    if array.ndim != 4 or array.shape[1] != 2 or not array.size or len(titles) != len(array):
        raise ValueError(
            "strokes: digits must have shape (digits, 2, height, width), with at least one cell, "
            f"and titles one text for each digit; got {array.shape} and titles {list(titles)}"
        )
    count, _, height, width = array.shape
    marks = np.array(["·", "−", "|", "+"])[array[:, 0] + 2 * array[:, 1]]
    described = (
        f"{title}: {'; '.join(' '.join(row) for row in cells)}"
        for title, cells in zip(titles, marks, strict=True)
    )
    side, gap, title_height = 30, 36, 24
    figure, axes = _canvas(
        count * (side * width + gap) - gap + 2,
        title_height + side * height + 2,
        f"Strokes in {height}×{width} cells. {'. '.join(described)}.",
    )
    for k, (digit, title) in enumerate(zip(array, titles, strict=True)):
        left = 1 + k * (side * width + gap)
        _text(axes, left + side * width / 2, title_height / 2, title)
        for row, column in np.ndindex(height, width):
            x, y = left + column * side, title_height + row * side
            _rectangle(axes, x, y, x + side, y + side, face="none", edge=_MUTED)
            middle = (x + side / 2, y + side / 2)
            for here, half in zip(digit[:, row, column], [(11, 4), (4, 11)], strict=True):
                if here:
                    near, far = np.subtract(middle, half), np.add(middle, half)
                    _rectangle(axes, *near, *far, face=_BLUE, edge="none")
    return figure


def positions(height: int, width: int, *, highlight: Iterable[Sequence[int]] = ()) -> Figure:
    """Draw a grid whose cells hold their position: the row and the column, counted from zero.

    Parameters
    ----------
    height, width
        How many rows and columns there are.
    highlight
        ``(row, column)`` of the cells to frame.

    Raises
    ------
    ValueError
        A size is less than 1, or ``highlight`` holds a cell outside the grid.

    Examples
    --------
    >>> from conv1x1.figures import positions
    >>> positions(2, 2, highlight=[(1, 0)]).alt
    'A grid of 2×2 positions, row first: 0,0 0,1; 1,0 1,1. Framed: 1,0.'
    """
    frames = [(int(row), int(column)) for row, column in highlight]
    if min(height, width) < 1 or any(
        not (0 <= row < height and 0 <= column < width) for row, column in frames
    ):
        raise ValueError(
            "positions: height and width must be at least 1, and highlight must hold cells inside; "
            f"got {height}×{width} and {frames}"
        )
    rows = "; ".join(
        " ".join(f"{row},{column}" for column in range(width)) for row in range(height)
    )
    alt = f"A grid of {height}×{width} positions, row first: {rows}."
    if frames:
        alt += f" Framed: {', '.join(f'{row},{column}' for row, column in frames)}."
    side = 34
    figure, axes = _canvas(side * width + 4, side * height + 4, alt)
    for row, column in np.ndindex(height, width):
        x, y = 2 + column * side, 2 + row * side
        _rectangle(axes, x, y, x + side, y + side, face="none", edge=_MUTED)
        _text(axes, x + side / 2, y + side / 2, f"{row},{column}", size=12)
    for row, column in frames:
        x, y = 2 + column * side, 2 + row * side
        _rectangle(axes, x, y, x + side, y + side, face="none", edge=_ORANGE, line=2.5)
    return figure


def trade_offs(
    networks: Mapping[str, Sequence[tuple[float, Sequence[float]]]], *, cost: str
) -> Figure:
    """Draw how well kinds of networks do against what they cost, with the spread of their runs.

    Parameters
    ----------
    networks
        For each kind its sizes, each as what it costs and the shares that its runs got right.
    cost
        What the horizontal axis counts. It is logarithmic.

    Raises
    ------
    ValueError
        There are no or more than four kinds, a kind has no size or a size no run, a cost is not
        positive and finite, or a share is not between 0 and 1.

    Examples
    --------
    >>> from conv1x1.figures import trade_offs
    >>> trade_offs({"wide": [(9, [0.5, 1])]}, cost="MACs").alt.split(". ")[1]
    'wide: 9 MACs, 50 to 100 %, mean 75 %.'
    """
    points = [point for sizes in networks.values() for point in sizes]
    good = all(
        0 < at < np.inf and len(shares) and all(0 <= share <= 1 for share in shares)
        for at, shares in points
    )
    if not (0 < len(networks) <= len(_LINES) and all(networks.values()) and good):
        raise ValueError(
            "trade_offs: networks must have one to four kinds, each with at least one positive "
            f"cost and the shares of its runs, from 0 to 1; got {dict(networks)}"
        )
    described = (
        f"{name}: "
        + "; ".join(
            f"{at:,.0f} {cost}, {100 * min(shares):.0f} to {100 * max(shares):.0f} %, "
            f"mean {100 * np.mean(shares):.0f} %"
            for at, shares in sizes
        )
        for name, sizes in networks.items()
    )
    alt = f"Shares that are right, by {cost}. " + ". ".join(described) + "."
    left, right, top, bottom = 50, _WIDTH - 130, 12, 262
    figure, axes = _canvas(_WIDTH, bottom + 50, alt)
    low, high = (float(np.log(end(at for at, _ in points))) for end in (min, max))
    margin = 0.06 * (high - low) or 1
    least = min(0.8, np.floor(5 * min(min(shares) for _, shares in points)) / 5)

    def place(at: float, share: float) -> tuple[float, float]:
        across = (np.log(at) - low + margin) / (high - low + 2 * margin)
        up = (share - least) / (1 - least)
        return left + float(across) * (right - left), bottom - float(up) * (bottom - top)

    for percent in range(round(100 * least), 101, 20):
        _, y = place(points[0][0], percent / 100)
        axes.plot([left, right], [y, y], color=_GREY, linewidth=0.5, zorder=1)
        _text(axes, left - 6, y, f"{percent} %", align="right", size=11, colour=_MUTED)
    for at in sorted({min(at for at, _ in points), max(at for at, _ in points)}):
        x, _ = place(at, 0)
        _text(axes, x, bottom + 14, f"{at:,.0f}", size=11, colour=_MUTED)
    _text(axes, (left + right) / 2, bottom + 36, f"{cost}, logarithmic", colour=_MUTED)
    ends: list[tuple[float, str, str]] = []
    for (name, sizes), (colour, style) in zip(networks.items(), _LINES, strict=False):
        means = [place(at, float(np.mean(shares))) for at, shares in sizes]
        axes.plot(*zip(*means, strict=True), color=colour, linestyle=style, linewidth=2)
        for (at, shares), (x, y) in zip(sizes, means, strict=True):
            span = [place(at, end(shares))[1] for end in (min, max)]
            axes.plot([x, x], span, color=colour, linewidth=1.5)
            axes.plot([x], [y], "o", color=colour, markersize=6)
        ends.append((means[-1][1], name, colour))
    level = -np.inf
    for y, name, colour in sorted(ends):  # each name beside the end of its line, none on another
        level = max(y, level + 17)
        _text(axes, right + 8, level, name, align="left", size=12, colour=colour)
    return figure


def volumes(*shapes: tuple[int, int, int], steps: Sequence[str] = ()) -> Figure:
    """Draw volumes of feature maps in a row, with their shapes and the steps between them.

    Parameters
    ----------
    shapes
        ``(channels, height, width)`` of each volume, the input first. The drawn sizes grow with
        the square root of the real ones.
    steps
        What stands on the arrow between two volumes; one fewer than ``shapes``.

    Raises
    ------
    TypeError
        A shape holds something else than integers.
    ValueError
        Fewer than two shapes, or another number of ``steps`` than arrows; or a shape has another
        number of sizes than three, or one that is not positive.

    Examples
    --------
    >>> from conv1x1.figures import volumes
    >>> figure = volumes((3, 6, 6), (4, 6, 6), steps=["4 filters"])
    >>> figure.alt.split(", ", 3)[3]
    'then 4 filters, gives a volume of shape (4, 6, 6).'
    """
    if len(shapes) < 2 or len(steps) != len(shapes) - 1:
        raise ValueError(
            "volumes: at least two shapes are needed, and steps must have one text for each "
            f"arrow; got {len(shapes)} shapes and {len(steps)} steps"
        )
    try:
        # No np.int64(…) in words.
        sizes = [tuple(map(operator.index, shape)) for shape in shapes]
    except TypeError:
        raise TypeError(f"volumes: shapes must hold integers; got {shapes}") from None
    if any(len(shape) != 3 or min(shape) < 1 for shape in sizes):
        raise ValueError(
            "volumes: shapes must be (channels, height, width), all of them positive; "
            f"got {', '.join(map(str, sizes))}"
        )
    alt = f"A volume of shape {sizes[0]}"
    for step, shape in zip(steps, sizes[1:], strict=True):
        alt += f", then {step}, gives a volume of shape {shape}"
    face_scale = 92 / np.sqrt(max(max(shape[1:]) for shape in shapes))
    depth_scale = 46 / np.sqrt(max(shape[0] for shape in shapes))
    boxes = []
    for channels, height, width in shapes:
        tall, wide = (max(face_scale * np.sqrt(size), 5) for size in (height, width))
        boxes.append((wide, tall, max(depth_scale * np.sqrt(channels), 3)))
    tallest = max(tall + depth for _, tall, depth in boxes)
    slots = _WIDTH / len(shapes)
    figure, axes = _canvas(_WIDTH, tallest + 66, alt + ".")
    middle = 30 + tallest / 2
    edges = []
    for k, ((wide, tall, depth), shape) in enumerate(zip(boxes, shapes, strict=True)):
        x = slots * (k + 0.5) - (wide + depth) / 2
        y = middle - (tall + depth) / 2
        front = [
            (x, y + depth),
            (x + wide, y + depth),
            (x + wide, y + depth + tall),
            (x, y + depth + tall),
        ]
        shift = np.array([depth, -depth])
        roof = [front[0], front[1], front[1] + shift, front[0] + shift]
        flank = [front[1], front[2], front[2] + shift, front[1] + shift]
        for corners, shade in ((roof, "#9cc3e6"), (flank, _BLUE), (front, "#c9dff2")):
            axes.add_patch(Polygon(corners, facecolor=shade, edgecolor=_INK, linewidth=1))
        sheets = min(shape[0], int(depth / 4))  # the maps, as far as they can be told apart
        for sheet in range(1, sheets):
            offset = shift * sheet / sheets
            line = np.array([front[0] + offset, front[1] + offset, front[2] + offset])
            axes.plot(line[:, 0], line[:, 1], color=_INK, linewidth=0.4)
        label = " × ".join(map(str, shape))
        _text(axes, slots * (k + 0.5), 30 + tallest + 20, label, weight="bold")
        edges.append((x, x + wide + depth))
    for k, step in enumerate(steps):
        start, end = edges[k][1] + 6, edges[k + 1][0] - 6
        _arrow(axes, (start, middle), (end, middle), colour=_ORANGE)
        _text(axes, slots * (k + 1), 10, step)
    return figure


def channel_space(
    clouds: Mapping[str, ArrayLike],
    *,
    channels: tuple[str, str] = ("channel 0", "channel 1"),
    colours: ArrayLike | None = None,
    arrows: Mapping[str, ArrayLike] | None = None,
) -> Figure:
    """Draw pixels as points on the axes of two channels, one cloud beside the other.

    Parameters
    ----------
    clouds
        What each cloud is called, and its points: ``(2, ...)``, the values of the first channel and
        of the second. All clouds are drawn on the same axes, equally scaled.
    channels
        What the axes are called: across, and up.
    colours
        ``(3, ...)``, red, green and blue of each point from 0 to 1, the same in every cloud. Where
        several points fall on one place their mean is drawn. Without it the points are blue.
    arrows
        Arrows from the origin, by the name of the cloud that they belong to: ``(2, k)``, the end of
        each arrow a column, such as the matrix that moved the cloud.

    Raises
    ------
    TypeError
        A cloud, ``colours`` or what ``arrows`` holds is a masked array.
    ValueError
        There is no cloud, one that has no two channels, that has another number of points than the
        first or the colours, or that has a value which is not finite; or ``arrows`` names no cloud.

    Examples
    --------
    >>> from conv1x1.figures import channel_space
    >>> cloud = {"A": [[0, 1], [0.5, 0.25]]}
    >>> figure = channel_space(cloud, channels=("x", "y"))
    >>> figure.alt.partition(". ")[2]
    'A: 2 points, x from 0.00 to 1.00, y from 0.25 to 0.50.'
    """
    points = {
        name: plain_array("channel_space", "clouds", cloud).astype(float)
        for name, cloud in clouds.items()
    }
    points = {
        name: array.reshape(len(array), -1) for name, array in points.items() if array.ndim > 1
    }
    shapes = {name: array.shape for name, array in points.items()}
    tints = (
        None if colours is None else plain_array("channel_space", "colours", colours).astype(float)
    )
    tints = tints if tints is None else np.clip(tints.reshape(len(tints), -1), 0, 1)
    sizes = {shape[1] for shape in shapes.values()} | (
        {tints.shape[1]} if tints is not None else set()
    )
    fits = len(points) == len(clouds) > 0 and len(sizes) == 1 and 0 not in sizes
    if not fits or {shape[0] for shape in shapes.values()} != {2}:
        raise ValueError(
            "channel_space: clouds must be one or more of shape (2, ...), all with as many points "
            f"as there are colours; got { ({name: np.shape(c) for name, c in clouds.items()}) } "
            f"and colours {None if colours is None else np.shape(colours)}"
        )
    if not all(np.isfinite(array).all() for array in points.values()):
        raise ValueError("channel_space: the points of clouds must be finite")
    ends = {
        name: plain_array("channel_space", "arrows", tips).astype(float)
        for name, tips in (arrows or {}).items()
    }
    if not set(ends) <= set(points):
        raise ValueError(
            f"channel_space: arrows must be of clouds, {', '.join(points)}; got {', '.join(ends)}"
        )
    described = (
        f"{name}: {array.shape[1]:,} points, "
        + ", ".join(
            f"{channel} from {values.min():.2f} to {values.max():.2f}"
            for channel, values in zip(channels, array, strict=True)
        )
        for name, array in points.items()
    )
    columns = min(len(points), 2)
    gap, title_height, label = 14, 24, 20
    side = (_WIDTH - gap * (columns - 1)) / columns if columns > 1 else 300
    rows = -(-len(points) // columns)
    figure, axes = _canvas(
        columns * (side + gap) - gap,
        rows * (title_height + side + label + gap) - gap,
        "Pixels as points. " + ". ".join(described) + ".",
    )
    everything = np.concatenate([*points.values(), *ends.values(), np.zeros((2, 1))], axis=1)
    low, high = everything.min(), everything.max()
    margin = 0.05 * (high - low or 1)
    low, high = low - margin, high + margin
    for k, (name, array) in enumerate(points.items()):
        left = (k % columns) * (side + gap)
        top = (k // columns) * (title_height + side + label + gap) + title_height

        def place(x: float, y: float, left: float = left, top: float = top) -> tuple[float, float]:
            across, up = (x - low) / (high - low), (y - low) / (high - low)
            return left + side * across, top + side * (1 - up)

        _text(axes, left + side / 2, top - title_height / 2, name)
        extent = (left, left + side, top + side, top)
        axes.imshow(_density(array, tints, low, high), extent=extent, interpolation="none")
        for start, end in (((low, 0), (high, 0)), ((0, low), (0, high))):
            axes.plot(*zip(place(*start), place(*end), strict=True), color=_MUTED, linewidth=1)
        _text(
            axes, left + side, top + side + 10, channels[0], align="right", colour=_MUTED, size=11
        )
        _text(
            axes, left, top + side + 10, f"up: {channels[1]}", align="left", colour=_MUTED, size=11
        )
        for end in ends.get(name, np.zeros((2, 0))).T:
            _arrow(axes, place(0, 0), place(*end), colour=_INK)
    axes.set_aspect("auto")
    return figure


def _density(
    points: np.ndarray[Any, Any], colours: np.ndarray[Any, Any] | None, low: float, high: float
) -> np.ndarray[Any, Any]:
    """Return a picture of the points, each place in the mean colour of the points on it."""
    cells = 96
    column, row = np.clip(((points - low) / (high - low) * cells).astype(int), 0, cells - 1)
    picture = np.zeros((cells, cells, 4))
    count = np.zeros((cells, cells))
    np.add.at(count, (cells - 1 - row, column), 1)
    tints = colours if colours is not None else np.array([[0x3B], [0x82], [0xC4]]) / 255
    for k, values in enumerate(np.broadcast_to(tints, (3, points.shape[1]))):
        np.add.at(picture[..., k], (cells - 1 - row, column), values)
    picture[..., :3] /= np.maximum(count, 1)[..., None]
    picture[..., 3] = count > 0
    return picture


def cost_bars(costs: Mapping[str, Cost]) -> Figure:
    """Draw parameters and MACs as bars, one pair for each entry, with the exact numbers.

    Parameters
    ----------
    costs
        What each entry is called, and its cost.

    Raises
    ------
    ValueError
        ``costs`` is empty.

    Examples
    --------
    >>> from conv1x1 import conv_cost
    >>> from conv1x1.figures import cost_bars
    >>> costs = {f"{k}×{k}": conv_cost(2, 3, (4, 4), k) for k in (1, 3)}
    >>> cost_bars(costs).alt
    'Bars. Parameters: 1×1 6, 3×3 54. MACs: 1×1 96, 3×3 864.'
    """
    if not costs:
        raise ValueError("cost_bars: costs must have at least one entry; got none")
    panels = [
        ("Parameters", {name: cost.params for name, cost in costs.items()}, _BLUE),
        ("MACs", {name: cost.macs for name, cost in costs.items()}, _ORANGE),
    ]
    described = (
        f"{title}: " + ", ".join(f"{name} {value:,}" for name, value in values.items())
        for title, values, _ in panels
    )
    row, heading, gap = 26, 26, 14
    panel = heading + row * len(costs) + gap
    figure, axes = _canvas(_WIDTH, 2 * panel - gap, "Bars. " + ". ".join(described) + ".")
    label_width = max(map(len, costs)) * 8 + 14
    for k, (title, values, colour) in enumerate(panels):
        top = k * panel
        _text(axes, 0, top + heading / 2, title, align="left", weight="bold")
        longest = max(1, *values.values())
        number_width = len(f"{longest:,}") * 7.6 + 10
        room = _WIDTH - label_width - number_width
        for i, (name, value) in enumerate(values.items()):
            y = top + heading + i * row
            end = label_width + max(room * value / longest, 1)
            _text(axes, label_width - 8, y + row / 2, name, align="right")
            _rectangle(axes, label_width, y + 4, end, y + row - 4, face=colour, edge="none")
            _text(axes, end + 6, y + row / 2, f"{value:,}", align="left")
    return figure


def share_bars(
    shares: Mapping[str, tuple[float, float]], *, of: str = "1×1 convolutions"
) -> Figure:
    """Draw which share of a network's parameters and MACs something takes, one pair of bars each.

    Parameters
    ----------
    shares
        What each entry is called, and its shares of the parameters and of the MACs, from 0 to 1.
    of
        What takes the shares; said in the description.

    Raises
    ------
    ValueError
        ``shares`` is empty, or a share is not between 0 and 1.

    Examples
    --------
    >>> from conv1x1.figures import share_bars
    >>> share_bars({"a net": (0.25, 0.5)}).alt.split(". ")[1]
    'a net: 25 % of parameters, 50 % of MACs.'
    """
    if not shares or not all(0 <= share <= 1 for pair in shares.values() for share in pair):
        raise ValueError(
            f"share_bars: shares must have an entry, and lie between 0 and 1; got {dict(shares)}"
        )
    described = (
        f"{name}: {params:.0%} of parameters, {macs:.0%} of MACs".replace("%", " %")
        for name, (params, macs) in shares.items()
    )
    row, bar, legend = 40, 13, 30
    alt = f"Bars, the share of {of}. " + ". ".join(described) + "."
    figure, axes = _canvas(_WIDTH, legend + row * len(shares), alt)
    label_width = max(map(len, shares)) * 8 + 14
    room = _WIDTH - label_width - 50
    for k, (title, colour) in enumerate([("parameters", _BLUE), ("MACs", _ORANGE)]):
        left = label_width + 110 * k
        _rectangle(axes, left, 5, left + bar, 5 + bar, face=colour, edge="none")
        _text(axes, left + bar + 6, 5 + bar / 2, title, align="left")
        for i, pair in enumerate(shares.values()):
            top = legend + i * row + k * (bar + 3)
            end = label_width + max(room * pair[k], 1)
            _rectangle(axes, label_width, top, end, top + bar, face=colour, edge="none")
            percent = f"{pair[k]:.0%}".replace("%", " %")
            _text(axes, end + 6, top + bar / 2, percent, align="left", size=11)
    for i, name in enumerate(shares):
        _text(axes, label_width - 8, legend + i * row + bar + 1, name, align="right")
    return figure


def learning_curves(losses: Mapping[str, Sequence[float]]) -> Figure:
    """Draw how the loss of several networks falls while they are trained.

    Parameters
    ----------
    losses
        What each network is called, and its loss at each step; at most four networks.

    Raises
    ------
    TypeError
        The losses of a network are a masked array.
    ValueError
        There is no network, more than four, or one with fewer than two losses; or a loss is
        negative or not finite.

    Examples
    --------
    >>> from conv1x1.figures import learning_curves
    >>> learning_curves({"a network": [1, 0.5, 0.25]}).alt
    'Loss while training. a network: from 1.00 to 0.25 in 3 steps.'
    """
    if not 1 <= len(losses) <= 4 or min(map(len, losses.values())) < 2:
        raise ValueError(
            "learning_curves: losses must have one to four networks with at least two losses each; "
            f"got { ({name: len(values) for name, values in losses.items()}) }"
        )
    curves = {n: plain_array("learning_curves", "losses", its) for n, its in losses.items()}
    wrong = [loss for values in losses.values() for loss in values if not 0 <= loss < np.inf]
    if wrong:
        raise ValueError(f"learning_curves: losses must be finite and not negative; got {wrong[0]}")
    described = (
        f"{name}: from {values[0]:.2f} to {values[-1]:.2f} in {len(values)} steps"
        for name, values in losses.items()
    )
    alt = "Loss while training. " + ". ".join(described) + "."
    highest, steps = max(map(max, losses.values())) or 1, max(map(len, losses.values()))
    labels = {share: f"{highest * share:.3g}" for share in (0, 0.5, 1)}
    left, top = max(44, 7 * max(map(len, labels.values())) + 6), 12
    right, bottom = _WIDTH - 130, 200
    figure, axes = _canvas(_WIDTH, 236, alt)
    axes.plot([left, left, right], [top, bottom, bottom], color=_MUTED, linewidth=1)
    for share, label in labels.items():
        y = bottom + (top - bottom) * share
        _text(axes, left - 6, y, label, align="right", colour=_MUTED, size=11)
        _text(
            axes,
            left + (right - left) * share,
            bottom + 14,
            f"{steps * share:g}",
            colour=_MUTED,
            size=11,
        )
    _text(axes, (left + right) / 2, bottom + 29, "step", colour=_MUTED, size=11)
    _text(axes, left + 8, top, "loss", align="left", colour=_MUTED, size=11)
    # The labels at the ends of the curves must not cover each other: the lowest stays, the others
    # make room above it.
    ends = sorted(losses, key=lambda name: losses[name][-1])
    y = bottom + 10.0
    for name in ends:
        values = curves[name]
        colour, dash = _LINES[list(losses).index(name)]
        x = left + (right - left) * np.arange(1, len(values) + 1) / steps
        heights = bottom + (top - bottom) * values / highest
        axes.plot(x, heights, color=colour, linestyle=dash, linewidth=2)
        y = min(y - 18, heights[-1])
        _text(axes, x[-1] + 8, y, name, align="left")
    return figure


def photographs(images: Sequence[ArrayLike], *, titles: Sequence[str], columns: int = 3) -> Figure:
    """Show photographs side by side.

    Parameters
    ----------
    images
        Each ``(height, width, 3)`` colours or ``(height, width)`` greys, from 0 to 1, all of the
        same height and width. Values outside that range are shown as the nearest inside it.
    titles
        One for each image.
    columns
        How many stand in one row of the figure.

    Raises
    ------
    TypeError
        An image is a masked array.
    ValueError
        The images have different sizes or no colours, ``titles`` has another length, or
        ``columns`` is less than 1.

    Examples
    --------
    >>> import numpy as np
    >>> from conv1x1.figures import photographs
    >>> photographs([np.full((8, 8), 0.5)], titles=["grey"]).alt
    '1 picture of 8×8 pixels. grey: mean brightness 0.50.'
    """
    arrays = [
        np.clip(plain_array("photographs", "images", image).astype(float), 0, 1) for image in images
    ]
    sizes = {array.shape[:2] for array in arrays}
    coloured = all(array.ndim == 2 or array.shape[2:] == (3,) for array in arrays)
    if len(sizes) != 1 or not coloured or len(titles) != len(arrays):
        raise ValueError(
            "photographs: images must be (height, width, 3) or (height, width), all of one size, "
            f"with one title each; got {[array.shape for array in arrays]} and titles {titles}"
        )
    if columns < 1:
        raise ValueError(f"photographs: columns must be at least 1; got {columns}")
    ((height, width),) = sizes
    columns = min(columns, len(arrays))
    gap, title_height = 12, 26
    wide = min((_WIDTH - gap * (columns - 1)) / columns, 240)
    tall = wide * height / width
    rows = -(-len(arrays) // columns)
    described = (
        f"{title}: mean brightness {array.mean():.2f}"
        if array.ndim == 2
        else f"{title}: mean red {array[..., 0].mean():.2f}, green {array[..., 1].mean():.2f}, "
        f"blue {array[..., 2].mean():.2f}"
        for array, title in zip(arrays, titles, strict=True)
    )
    plural = "s" if len(arrays) > 1 else ""
    figure, axes = _canvas(
        columns * (wide + gap) - gap,
        rows * (title_height + tall + gap) - gap,
        f"{len(arrays)} picture{plural} of {height}×{width} pixels. " + ". ".join(described) + ".",
    )
    for k, (array, title) in enumerate(zip(arrays, titles, strict=True)):
        left = (k % columns) * (wide + gap)
        top = (k // columns) * (title_height + tall + gap) + title_height
        _text(axes, left + wide / 2, top - title_height / 2, title)
        extent = (left, left + wide, top + tall, top)
        axes.imshow(array, extent=extent, cmap="gray", vmin=0, vmax=1, interpolation="none")
    axes.set_aspect("auto")
    return figure


def roofline(layers: Mapping[str, float], ridge: float) -> Figure:
    """Draw which layers are bound by memory and which by arithmetic.

    Parameters
    ----------
    layers
        What each layer is called, and its floating-point operations for each byte that it must
        move at least.
    ridge
        How many operations the machine can do in the time in which it moves one byte. A layer
        below that waits for memory.

    Raises
    ------
    ValueError
        There is no layer, or a number is not positive and finite.

    Notes
    -----
    The reachable share of the peak is ``min(1, intensity / ridge)``: Williams, Waterman and
    Patterson, *Roofline*, doi:10.1145/1498765.1498785. The axis of the figure is logarithmic.

    Examples
    --------
    >>> from conv1x1.figures import roofline
    >>> roofline({"small": 1, "large": 80}, ridge=10).alt.split(". ")[1]
    'small: 1.0 operations a byte, 10 %'
    """
    if not layers or not all(0 < number < np.inf for number in (*layers.values(), ridge)):
        raise ValueError(
            "roofline: layers must have an entry, and all numbers must be positive and finite; "
            f"got layers {dict(layers)} and ridge {ridge}"
        )
    reach = {name: min(1.0, intensity / ridge) for name, intensity in layers.items()}
    described = (
        f"{name}: {layers[name]:.1f} operations a byte, {share:.0%}".replace("%", " %")
        for name, share in reach.items()
    )
    alt = (
        f"Reachable share of the peak on a machine with {ridge:g} operations a byte. "
        + ". ".join(described)
        + "."
    )
    row, left, right = 30, max(map(len, layers)) * 7.5 + 14, _WIDTH - 60
    figure, axes = _canvas(_WIDTH, 46 + row * len(layers), alt)
    low = min(*layers.values(), ridge) / 2
    high = max(*layers.values(), ridge) * 1.2

    def place(intensity: float) -> float:
        return left + float(np.log(intensity / low) / np.log(high / low)) * (right - left)

    bottom = 24 + row * len(layers)
    _rectangle(axes, left, 24, place(ridge), bottom, face=_ORANGE + "22", edge="none")
    axes.plot([place(ridge)] * 2, [24, bottom], color=_ORANGE, linewidth=2, linestyle="--")
    _text(axes, place(ridge) - 6, 12, "waits for memory", align="right", size=11)
    _text(axes, place(ridge) + 6, 12, "waits for arithmetic", align="left", size=11)
    for k, (name, intensity) in enumerate(layers.items()):
        y = 24 + row * (k + 0.5)
        axes.plot([left, place(intensity)], [y, y], color=_BLUE, linewidth=3)
        axes.plot([place(intensity)], [y], "o", color=_BLUE, markersize=8)
        _text(axes, left - 8, y, name, align="right", size=12)
        percent = f"{reach[name]:.0%}".replace("%", " %")
        _text(axes, place(intensity) + 9, y, percent, align="left", size=11)
    _text(axes, (left + right) / 2, bottom + 12, "operations a byte, logarithmic", colour=_MUTED)
    return figure


def logo() -> Figure:
    """Draw the project's mark: a stack of maps, one pixel of each, and the pixel they make.

    >>> from conv1x1.figures import logo
    >>> logo().alt
    'conv1x1: three stacked feature maps, with one pixel column marked.'
    """
    figure, axes = _canvas(
        64, 64, "conv1x1: three stacked feature maps, with one pixel column marked."
    )
    for level in range(3):
        top = 6 + level * 17
        plane = [(18, top), (62, top), (46, top + 18), (2, top + 18)]
        axes.add_patch(
            Polygon(plane, facecolor=_BLUE, edgecolor="white", linewidth=1.5, zorder=level)
        )
        pixel = [(28, top + 6.5), (41, top + 6.5), (36.5, top + 11.5), (23.5, top + 11.5)]
        axes.add_patch(Polygon(pixel, facecolor="#ffc078", edgecolor="none", zorder=level))
    return figure


def _restyle(tag: str) -> str:
    """Return a tag of an SVG in the colours and the font of the page, and written tightly."""
    for stand_in, colour in _PAGE_COLOURS.items():
        tag = tag.replace(stand_in, colour)
    # Matplotlib 3.11 writes the parts of a font, earlier ones the shorthand.
    tag = re.sub(r"font: (\d+) ", r"font-weight: \1; font: ", tag)
    tag = re.sub(r"font: ([\d.]+px) ", r"font-size: \1; font-family: ", tag)
    tag = re.sub(r"font-family: [^;\"]*", "font-family: inherit", tag)
    tag = re.sub(r'(width|height)="([\d.]+)pt"', r'\1="\2"', tag)
    tag = re.sub(r"data:image/png;base64,([^\"]+)", _compress, tag)
    # Nothing is drawn beyond its axes, so no clip is needed.
    tag = re.sub(r' clip-path="[^"]*"', "", tag)
    tag = re.sub(r' transform="rotate\(-0 [^"]*"', "", tag)
    return re.sub(r' d="[^"]*"', lambda path: re.sub(" ?([MLCQz]) ?", r"\1", path[0]), tag)


def _tidy(svg: str) -> str:
    """Return an SVG without what nobody sees, which is half as long."""
    svg = re.sub(r"<clipPath.*?</clipPath>\s*", "", svg, flags=re.DOTALL)
    # A group of one.
    alone = r"<(path|text|image)\b[^<]*?(?:/>|>[^<]*</\2>)"
    svg = re.sub(rf'<g id="[^"]*">\s*({alone})\s*</g>', r"\1", svg)
    # A style element would hold for the whole page.
    svg = re.sub(r"<style.*?</style>", "", svg, flags=re.DOTALL)
    svg = svg.replace("<svg", '<svg stroke-linejoin="round" stroke-linecap="butt"', 1)
    svg = re.sub(r'<defs>\s*</defs>|<path [^>]*style="fill: none"/>', "", svg)
    svg = re.sub(r"\s*\n\s*", " ", svg)
    return svg.replace("> <", "><")


def _compress(match: re.Match[str]) -> str:
    """Return an image as WebP: a small map with exact pixels, a photograph as the eye needs it."""
    image = Image.open(io.BytesIO(base64.b64decode(match[1]))).convert("RGB")
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", lossless=min(image.size) < 64, quality=60, method=6)
    return "data:image/webp;base64," + base64.b64encode(buffer.getvalue()).decode()


def _canvas(width: float, height: float, alt: str) -> tuple[Figure, Axes]:
    """Return an empty figure and its one set of axes, in CSS pixels from the top left."""
    figure = Figure(width, height, alt)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    axes.set_axis_off()
    axes.set_aspect("auto")
    return figure, axes


def _text(
    axes: Axes,
    x: float,
    y: float,
    text: str,
    *,
    size: float = _FONT,
    align: str = "center",
    colour: str = _INK,
    weight: str = "normal",
) -> None:
    axes.text(
        x,
        y,
        text,
        fontsize=size,
        ha=align,
        va="center_baseline",
        color=colour,
        weight=weight,
        zorder=5,
        parse_math=False,
    )


def _pixel(
    caller: str, pixel: tuple[int, int], where: str, height: int, width: int
) -> tuple[int, int]:
    """Return the row and the column of a pixel that lies where it should."""
    try:
        row, column = map(operator.index, pixel)
    except TypeError:
        raise TypeError(f"{caller}: pixel must hold integers; got {pixel}") from None
    if not (0 <= row < height and 0 <= column < width):
        raise ValueError(
            f"{caller}: pixel must lie inside the {height}×{width} {where}; got {pixel}"
        )
    return row, column


def _index(axes: Axes, x: float, y: float, number: int) -> None:
    """Write the number of a row or a column beside it."""
    _text(axes, x, y, str(number), size=10, colour=_MUTED)


def _rectangle(
    axes: Axes,
    left: float,
    top: float,
    right: float,
    bottom: float,
    *,
    face: str,
    edge: str = _INK,
    line: float = 1,
) -> None:
    corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    axes.add_patch(Polygon(corners, facecolor=face, edgecolor=edge, linewidth=line, zorder=3))


def _arrow(axes: Axes, *points: tuple[float, float], colour: str) -> None:
    """Draw an arrow through all points; a point that is repeated counts once."""
    axes.add_patch(
        FancyArrowPatch(
            path=Path(list(dict.fromkeys(points))),
            arrowstyle="-|>",
            mutation_scale=11,
            color=colour,
            linewidth=1.5,
            shrinkA=0,
            shrinkB=0,
            zorder=4,
        )
    )


def _cell(
    axes: Axes,
    corners: Sequence[tuple[float, float]],
    value: Any,
    scale: Any,
    *,
    size: float = 12,
    edge: str = "white",
    line: float = 1,
) -> None:
    """Draw one pixel of a map: its colour, and its value in black or white, whichever reads."""
    colour = scale(value)
    axes.add_patch(Polygon(corners, facecolor=colour, edgecolor=edge, linewidth=line, zorder=2))
    x, y = np.mean(corners, axis=0)
    # The relative luminance of WCAG 2; black and white have the same contrast at 0.179.
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in colour[:3]]
    dark = np.dot(linear, (0.2126, 0.7152, 0.0722)) < 0.179
    _text(axes, x, y, _number(value), size=size, colour="white" if dark else "black")


def _colour_scale(values: np.ndarray[Any, Any]) -> Any:
    """Return a function from values to colours: light to dark, or two hues around zero."""
    numbers = values.astype(float)
    ends = np.append(numbers[np.isfinite(numbers)], 0)
    low, high = float(ends.min()), float(ends.max())
    if low < 0:
        colours = matplotlib.colormaps["PuOr_r"].with_extremes(bad=_GREY)
        bound = max(-low, high)
        return lambda value: colours((np.asarray(value) / bound + 1) / 2)
    colours = matplotlib.colormaps["Blues"].with_extremes(bad=_GREY)
    return lambda value: colours(0.08 + 0.72 * np.asarray(value) / (high or 1))


def _number(value: Any) -> str:
    """Format a number as short as it can be: 3, 0.4, 4.6."""
    # Adding 0.0 turns -0.0 into 0.0.
    return f"{float(value) + 0.0:.4g}".replace("-", "−")


def _describe_maps(
    array: np.ndarray[Any, Any], titles: Sequence[str], frames: Sequence[tuple[int, int]]
) -> str:
    count, height, width = array.shape
    text = f"{count} feature map{'s' if count > 1 else ''} of {height}×{width} as heat maps."
    for values, title in zip(array, titles, strict=True):
        if values.size <= 36:
            rows = "; ".join(" ".join(map(_number, row)) for row in values)
            text += f" {title}: {rows}."
        else:
            text += (
                f" {title}: from {_number(values.min())} to {_number(values.max())}, "
                f"mean {_number(values.mean())}."
            )
    if frames:
        text += (
            " Framed: " + ", ".join(f"row {row}, column {column}" for row, column in frames) + "."
        )
    return text
