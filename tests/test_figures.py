"""Tests of conv1x1/figures.py: what each figure says, what it draws, and the SVG it becomes."""

import base64
import io
import itertools
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex, to_rgb
from matplotlib.patches import FancyArrowPatch
from PIL import Image
from strategies import exactly

import conv1x1
from conv1x1 import Cost, article, conv_cost
from conv1x1.figures import (
    Figure,
    channel_space,
    cost_bars,
    feature_maps,
    grey_pixel,
    learning_curves,
    logo,
    photographs,
    pixel_column,
    positions,
    roofline,
    share_bars,
    strokes,
    trade_offs,
    volumes,
)

DIRECT = conv_cost(192, 32, (28, 28), 5)
REDUCED = conv_cost(192, 16, (28, 28)) + conv_cost(16, 32, (28, 28), 5)
NOISE = np.random.default_rng(5).normal(size=(4, 32, 32))
PHOTO = np.random.default_rng(6).random((80, 64, 3))
BYTES = np.random.default_rng(8).integers(0, 256, (80, 64, 3), dtype=np.uint8)
LUMA = (0.299, 0.587, 0.114)
TRADED = {
    "1×1": [(100, [0.25, 0.5]), (1000, [0.5, 0.5])],
    "3×3": [(900, [0.75, 1.0])],
}

# Each figure as the website uses it.
FIGURES = {
    "article's maps": lambda: feature_maps(article.MAPS, highlight=[(5, 2)]),
    "digit": lambda: feature_maps(article.digit_2(1, 2), titles=["a", "b"], highlight=[(3, 0)]),
    "large maps": lambda: feature_maps(NOISE, columns=2, highlight=[(3, 4)]),
    "numbered maps": lambda: feature_maps(article.MAPS, indices=True),
    "pixel column": lambda: pixel_column(article.MAPS, article.KERNEL[0], (5, 2)),
    "two volumes": lambda: volumes((50, 600, 600), (20, 600, 600), steps=["20 filters 50×1×1"]),
    "three volumes": lambda: volumes(
        (192, 28, 28), (16, 28, 28), (32, 28, 28), steps=["1×1", "5×5"]
    ),
    "costs": lambda: cost_bars({"5×5 direct": DIRECT, "1×1, then 5×5": REDUCED}),
    "shares": lambda: share_bars({"GoogLeNet": (0.45, 0.41), "MobileNet": (0.7459, 0.9486)}),
    "curves": lambda: learning_curves({"1×1 alone": [2.3, 1.9, 1.8], "3×3": [2.3, 0.9, 0.2]}),
    "small losses": lambda: learning_curves({"a network": [2.468e-5, 1.234e-6]}),
    "photographs": lambda: photographs([PHOTO, PHOTO.mean(axis=2)], titles=["colour", "grey"]),
    "grey pixel": lambda: grey_pixel(BYTES, LUMA, (9, 40)),
    "roofline": lambda: roofline({"1×1, 64 to 256": 25.5, "3×3 depthwise": 4.4}, 10),
    "strokes": lambda: strokes([article.digit_2(1, 1), article.digit_3(1, 1)], titles=["2", "3"]),
    "positions": lambda: positions(5, 3, highlight=[(3, 0), (3, 2)]),
    "trade-offs": lambda: trade_offs(TRADED, cost="MACs"),
    "logo": logo,
}
every_figure = pytest.mark.parametrize("draw", FIGURES.values(), ids=FIGURES)


def number(value):
    """Write a number as the figures do, where it has few digits."""
    return f"{round(float(value), 4):g}".replace("-", "−")


# What a figure says


@every_figure
def test_a_figure_is_a_matplotlib_figure(draw):
    """Each function returns a Matplotlib figure that says in a sentence what it shows."""
    figure = draw()
    assert isinstance(figure, Figure)
    assert isinstance(figure, matplotlib.figure.Figure)
    assert re.fullmatch(r"[A-Zc\d].{30,}\.", figure.alt)
    assert repr(figure) == f"Figure: {figure.alt}"


@given(
    st.lists(
        st.lists(st.lists(st.integers(-99, 99), min_size=2, max_size=2), min_size=1, max_size=3),
        min_size=1,
        max_size=4,
    ).filter(lambda maps: len({len(rows) for rows in maps}) == 1)
)
@settings(max_examples=20)
def test_alt_text_of_small_maps_holds_every_value(maps):
    """Maps of few pixels are read out, row by row."""
    count, height = len(maps), len(maps[0])
    plural = "s" if count > 1 else ""
    expected = [f"{count} feature map{plural} of {height}×2 as heat maps"]
    for k, rows in enumerate(maps):
        read = "; ".join(" ".join(str(value) for value in row) for row in rows)
        expected.append(f"map {k}: {read}".replace("-", "−"))
    assert feature_maps(maps).alt == ". ".join(expected) + "."


def test_alt_text_of_large_maps_sums_them_up():
    """Maps of more than 36 pixels are told by their range and their mean, titles and all."""
    maps = np.arange(74).reshape(2, 1, 37) / 8 - 2
    expected = "2 feature maps of 1×37 as heat maps."
    for title, values in zip(("low", "high"), maps, strict=True):
        low, high, mean = (number(value) for value in (values.min(), values.max(), values.mean()))
        expected += f" {title}: from {low} to {high}, mean {mean}."
    assert feature_maps(maps, titles=["low", "high"]).alt == expected
    assert "from" not in feature_maps(maps[:, :, :36]).alt


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3, "3"),
        (0.4, "0.4"),
        (-4.6, "−4.6"),
        (1 / 3, "0.3333"),
        (200 / 3, "66.67"),
        (1234, "1234"),
        (0.1 + 0.2, "0.3"),
        (-0.0, "0"),
    ],
)
def test_numbers_are_short(value, text):
    """Four digits at most, no trailing zeros, and a true minus sign, in the alt text and drawn."""
    figure = feature_maps([[[value, 5000]]])
    assert figure.alt == f"1 feature map of 1×2 as heat maps. map 0: {text} 5000."
    assert [drawn.get_text() for drawn in figure.axes[0].texts] == ["map 0", text, "5000"]


def test_alt_text_names_the_frames():
    """Framed pixels are named by row and column."""
    alt = feature_maps(np.zeros((1, 2, 2), int), highlight=iter([(1, 0), (0, 1)])).alt
    assert alt == (
        "1 feature map of 2×2 as heat maps. map 0: 0 0; 0 0. "
        "Framed: row 1, column 0, row 0, column 1."
    )


def test_alt_text_says_that_maps_are_numbered():
    """It says so where the rows and columns have numbers, and only there."""
    plain = feature_maps([[[1]]]).alt
    assert "numbered" not in plain
    assert (
        feature_maps([[[1]]], indices=True).alt == plain + " Rows and columns are numbered from 0."
    )


def test_alt_text_of_a_pixel_column():
    """The column's values and their weighted sum are those of the article's T[5,2]."""
    held = article.MAPS[:, 5, 2]
    terms = " + ".join(f"{w}·{v}" for w, v in zip(article.KERNEL[0], held, strict=True))
    assert pixel_column(article.MAPS, article.KERNEL[0], (5, 2)).alt == (
        "A stack of 3 feature maps of 6×6. "
        f"The column of pixel (5, 2) holds {', '.join(map(str, held))}. T[5,2] = {terms} = 4.6. "
        "Rows and columns are numbered from 0."
    )
    alt = pixel_column([[[-1, 2]]], [3], (0, 0), name="Y").alt
    assert alt == (
        "A stack of 1 feature maps of 1×2. The column of pixel (0, 0) holds −1. "
        "Y[0,0] = 3·-1 = -3. Rows and columns are numbered from 0."
    )


@pytest.mark.parametrize(
    ("dtype", "value", "total"), [(np.uint8, 200, 400), (np.int8, -100, -200), (bool, 1, 2)]
)
def test_a_pixel_column_of_small_integers_does_not_wrap(dtype, value, total):
    """The drawn sum is the one that is told, where it does not fit the dtype; so with booleans."""
    figure = pixel_column(np.full((2, 1, 1), value, dtype), np.ones(2, dtype), (0, 0))
    drawn = [text.get_text() for text in figure.axes[0].texts]
    held, result = (str(number).replace("-", "−") for number in (value, total))
    assert figure.alt == (
        f"A stack of 2 feature maps of 1×1. The column of pixel (0, 0) holds {held}, {held}. "
        f"T[0,0] = 1·{value} + 1·{value} = {total}. "
        "Rows and columns are numbered from 0."
    )
    # Beside each map stands the number of its row, above the first and the last that of the column.
    assert drawn[:8] == [held, "0", "0", held, "0", result, "0", "0"]
    assert drawn[-4:-2] == [f"= {held}", f"= {result}"]


def test_alt_text_of_volumes():
    """Every shape and every step is told, in order."""
    shapes = [(192, 28, 28), (16, 28, 28), (32, 28, 28)]
    first, second, third = map(str, shapes)
    assert volumes(*shapes, steps=("1×1", "5×5")).alt == (
        f"A volume of shape {first}, then 1×1, gives a volume of shape {second}, "
        f"then 5×5, gives a volume of shape {third}."
    )


def test_alt_text_of_costs():
    """Parameters and MACs of every entry are told, exactly."""
    assert cost_bars({"direct": DIRECT, "reduced": REDUCED}).alt == (
        f"Bars. Parameters: direct {DIRECT.params:,}, reduced {REDUCED.params:,}. "
        f"MACs: direct {120_422_400:,}, reduced {12_443_648:,}."
    )


def test_alt_text_of_shares():
    """Both shares of every entry are told in per cent, and what takes them."""
    shares = {"MobileNet": (0.7459, 0.9486), "none": (0, 0), "all": (1, 1)}
    assert share_bars(shares).alt == (
        "Bars, the share of 1×1 convolutions. MobileNet: 75 % of parameters, 95 % of MACs. "
        "none: 0 % of parameters, 0 % of MACs. all: 100 % of parameters, 100 % of MACs."
    )
    alt = share_bars({"a": (0.5, 0.25)}, of="dense layers").alt
    assert alt == "Bars, the share of dense layers. a: 50 % of parameters, 25 % of MACs."


def test_alt_text_of_curves():
    """The first and the last loss of every network are told, and the number of steps."""
    assert learning_curves({"1×1": [2.304, 1, 0.125], "3×3": np.array([2, 0.5])}).alt == (
        "Loss while training. 1×1: from 2.30 to 0.12 in 3 steps. 3×3: from 2.00 to 0.50 in 2 steps."
    )


def test_a_grey_pixel_is_what_the_weights_make_of_it():
    """The text and the drawing hold the pixel's three numbers, their products and the sum."""
    figure = grey_pixel(BYTES, LUMA, (9, 40))
    held = [int(value) for value in BYTES[9, 40]]
    total = sum(value * weight for value, weight in zip(held, LUMA, strict=True))
    summands = " + ".join(f"{w}·{v}" for v, w in zip(held, LUMA, strict=True))
    assert figure.alt.endswith(
        f"row 9 and column 40, both counted from 0: {summands} = {total:.7g}."
    )
    axes = figure.axes[0]
    texts = [text.get_text() for text in axes.texts]
    assert set(map(str, held)) | {f"{total:.3f}"} <= set(texts)
    assert {f"{v * w:.3f}" for v, w in zip(held, LUMA, strict=True)} <= set(texts)
    colour, grey = (np.asarray(image.get_array()) for image in axes.images)
    assert np.array_equal(colour * 255, BYTES)
    assert np.allclose(grey * 255, BYTES @ LUMA)


@pytest.mark.parametrize("pixel", [(0, 0), (79, 63), (9, 40)])
def test_the_marks_of_a_grey_pixel_lie_on_it(pixel):
    """Each ring, and the end of each arrow, is in the middle of the pixel."""
    axes = grey_pixel(BYTES, LUMA, pixel).axes[0]
    rings = [line for line in axes.lines if line.get_marker() == "o"]
    for ring, image in zip(rings, axes.images, strict=True):
        left, right, bottom, top = image.get_extent()
        x, y = (float(ends[0]) for ends in ring.get_data())
        assert np.isclose((x - left) / (right - left) * 64, pixel[1] + 0.5)
        assert np.isclose((y - top) / (bottom - top) * 80, pixel[0] + 0.5)
        arrows = [p for p in axes.patches if isinstance(p, FancyArrowPatch)]
        assert any(np.allclose((x, y), end) for p in arrows for end in p._path_original.vertices)


def test_trade_offs_stand_where_their_numbers_say():
    """Costs are logarithmic, shares linear; a bar reaches from the worst run to the best."""
    figure = trade_offs(TRADED, cost="MACs")
    assert figure.alt == (
        "Shares that are right, by MACs. 1×1: 100 MACs, 25 to 50 %, mean 38 %; "
        "1,000 MACs, 50 to 50 %, mean 50 %. 3×3: 900 MACs, 75 to 100 %, mean 88 %."
    )
    axes = figure.axes[0]
    dots = [line.get_xydata()[0] for line in axes.lines if line.get_marker() == "o"]
    (x1, y1), (x2, y2), (x3, y3) = dots
    assert np.isclose((x3 - x1) / (x2 - x1), np.log(9) / np.log(10))
    scale = {text.get_text(): text.get_position()[1] for text in axes.texts}
    per_share = (scale["20 %"] - scale["100 %"]) / 0.8  # the lowest run lies just above 20 %
    heights = scale["100 %"] + per_share * (1 - np.array([0.375, 0.5, 0.875]))
    assert np.allclose([y1, y2, y3], heights)
    assert "0 %" not in scale
    bars = [line.get_xydata() for line in axes.lines if len(line.get_xydata()) == 2]
    spans = {(bar[0, 0], abs(bar[1, 1] - bar[0, 1])) for bar in bars if bar[0, 0] == bar[1, 0]}
    expected = {(x1, 0.25 * per_share), (x2, 0.0), (x3, 0.25 * per_share)}
    assert np.allclose(sorted(spans), sorted(expected))
    assert {"1×1", "3×3", "100", "1,000", "MACs, logarithmic"} <= set(scale)


def test_names_of_trade_offs_do_not_cover_each_other():
    """Lines that end at one height have their names one below the other."""
    figure = trade_offs({name: [(10, [0.5])] for name in "abcd"}, cost="MACs")
    heights = [t.get_position()[1] for t in figure.axes[0].texts if t.get_text() in "abcd"]
    assert len(heights) == 4
    assert np.diff(sorted(heights)).min() > 12


def test_alt_text_of_photographs():
    """The size is told, and the mean of each colour, of what is shown: 2 is shown as 1."""
    colour = np.stack([np.full((2, 4), value) for value in (0.25, -1.0, 2.0)], axis=-1)
    grey = np.array([[0, 0.5, 1, 7], [0, 0, 0, 0]])
    means = [f"{channel.mean():.2f}" for channel in np.clip(colour, 0, 1).transpose(2, 0, 1)]
    assert means == ["0.25", "0.00", "1.00"]
    assert photographs([colour, grey], titles=["a", "b"]).alt == (
        f"2 pictures of 2×4 pixels. a: mean red {means[0]}, green {means[1]}, blue {means[2]}. "
        "b: mean brightness 0.31."
    )
    assert photographs([grey], titles=["b"]).alt == (
        "1 picture of 2×4 pixels. b: mean brightness 0.31."
    )


def test_alt_text_of_a_roofline():
    """The reachable share is the intensity over the ridge, and never more than all of the peak."""
    assert roofline({"small": 1, "at": 12.5, "large": 80}, ridge=12.5).alt == (
        "Reachable share of the peak on a machine with 12.5 operations a byte. "
        f"small: 1.0 operations a byte, {100 / 12.5:.0f} %. "
        "at: 12.5 operations a byte, 100 %. large: 80.0 operations a byte, 100 %."
    )


def test_alt_text_of_strokes():
    """Each cell is told: a horizontal stroke, a vertical one, both or none, whatever the entry."""
    digits = [[[[3, 0], [-1, 0]], [[0, 0.5], [1, 0]]], np.zeros((2, 2, 2))]
    assert strokes(digits, titles=["a", "b"]).alt == (
        "Strokes in 2×2 cells. a: − |; + ·. b: · ·; · ·."
    )


def test_alt_text_of_positions():
    """Every position is told, row first, and those that are framed."""
    told = "A grid of 2×3 positions, row first: 0,0 0,1 0,2; 1,0 1,1 1,2."
    assert positions(2, 3).alt == told
    assert positions(2, 3, highlight=iter([(1, 2), (0, 1)])).alt == f"{told} Framed: 1,2, 0,1."


# What is drawn, artist by artist, on a canvas of CSS pixels


def colour(rgba):
    """Write a colour as in CSS."""
    return to_hex(rgba, keep_alpha=rgba[3] < 1) if rgba[3] else "none"


def points(array):
    """Write points as in SVG."""
    return " ".join(f"{x:.5g},{y:.5g}" for x, y in array)


def drawing(figure):
    """Write down everything that a figure draws: one line for each artist."""
    (axes,) = figure.axes
    width, height = figure.get_size_inches() * 72
    lines = [f"canvas {width:.5g}×{height:.5g}"]
    for patch in axes.patches:
        if isinstance(patch, FancyArrowPatch):
            # Matplotlib tells them in no other way.
            shape = f"arrow {points(patch._path_original.vertices)}"
        else:
            face = colour(patch.get_facecolor())
            shape = f"polygon {points(patch.get_xy()[:-1])} {face}"
        edge, line = colour(patch.get_edgecolor()), patch.get_linewidth()
        lines.append(f"{shape} {edge} {line:g} z{patch.get_zorder()}")
    for line in axes.lines:
        style = f"{to_hex(line.get_color())} {line.get_linewidth():g} {line.get_linestyle()}"
        marker = "" if line.get_marker() == "None" else f" {line.get_marker()}"
        size = f" {line.get_markersize():g}" if marker else ""
        lines.append(f"line {points(line.get_xydata())} {style}{marker}{size}")
    for image in axes.images:
        extent = " ".join(f"{place:g}" for place in image.get_extent())
        lines.append(f"image {extent} {image.get_interpolation()} z{image.get_zorder()}")
    for text in axes.texts:
        place = f"{points([text.get_position()])} {text.get_ha()}"
        style = f"{text.get_fontsize():g} {to_hex(text.get_color())} {text.get_fontweight()}"
        lines.append(f"text {place} {style} {text.get_text()}")
    return lines


DRAWINGS = [
    pytest.param(
        lambda: feature_maps([[[0, 8]], [[8, 0]]], titles=["a", "b"], highlight=[(0, 1)]),
        """
        canvas 154×60
        polygon 0,24 34,24 34,58 0,58 #e7f1fa #ffffff 1 z2
        polygon 34,24 68,24 68,58 34,58 #1764ab #ffffff 1 z2
        polygon 34,24 68,24 68,58 34,58 none #d9730d 2.5 z3
        polygon 86,24 120,24 120,58 86,58 #1764ab #ffffff 1 z2
        polygon 120,24 154,24 154,58 120,58 #e7f1fa #ffffff 1 z2
        polygon 120,24 154,24 154,58 120,58 none #d9730d 2.5 z3
        text 34,12 center 13 #010101 normal a
        text 17,41 center 12 #000000 normal 0
        text 51,41 center 12 #ffffff normal 8
        text 120,12 center 13 #010101 normal b
        text 103,41 center 12 #ffffff normal 8
        text 137,41 center 12 #000000 normal 0
        """,
        id="maps",
    ),
    pytest.param(
        lambda: feature_maps([[[1, 2]], [[3, 4]], [[5, 6]]], columns=2, indices=True),
        """
        canvas 168×164
        polygon 14,38 48,38 48,72 14,72 #d0e1f2 #ffffff 1 z2
        polygon 48,38 82,38 82,72 48,72 #b0d2e7 #ffffff 1 z2
        polygon 100,38 134,38 134,72 100,72 #84bcdb #ffffff 1 z2
        polygon 134,38 168,38 168,72 134,72 #57a0ce #ffffff 1 z2
        polygon 14,128 48,128 48,162 14,162 #3383be #ffffff 1 z2
        polygon 48,128 82,128 82,162 48,162 #1764ab #ffffff 1 z2
        text 48,12 center 13 #010101 normal map 0
        text 31,31 center 10 #6b6b6c normal 0
        text 65,31 center 10 #6b6b6c normal 1
        text 6,55 center 10 #6b6b6c normal 0
        text 31,55 center 12 #000000 normal 1
        text 65,55 center 12 #000000 normal 2
        text 134,12 center 13 #010101 normal map 1
        text 117,31 center 10 #6b6b6c normal 0
        text 151,31 center 10 #6b6b6c normal 1
        text 117,55 center 12 #000000 normal 3
        text 151,55 center 12 #000000 normal 4
        text 48,102 center 13 #010101 normal map 2
        text 31,121 center 10 #6b6b6c normal 0
        text 65,121 center 10 #6b6b6c normal 1
        text 6,145 center 10 #6b6b6c normal 0
        text 31,145 center 12 #000000 normal 5
        text 65,145 center 12 #ffffff normal 6
        """,
        id="numbered maps",
    ),
    pytest.param(
        lambda: feature_maps([[[2, 0]], [[0, -4]], [[-4, 4]]], columns=2),
        """
        canvas 154×136
        polygon 0,24 34,24 34,58 0,58 #ee9b39 #ffffff 1 z2
        polygon 34,24 68,24 68,58 34,58 #f7f7f6 #ffffff 1 z2
        polygon 86,24 120,24 120,58 86,58 #f7f7f6 #ffffff 1 z2
        polygon 120,24 154,24 154,58 120,58 #2d004b #ffffff 1 z2
        polygon 0,100 34,100 34,134 0,134 #2d004b #ffffff 1 z2
        polygon 34,100 68,100 68,134 34,134 #7f3b08 #ffffff 1 z2
        text 34,12 center 13 #010101 normal map 0
        text 17,41 center 12 #000000 normal 2
        text 51,41 center 12 #000000 normal 0
        text 120,12 center 13 #010101 normal map 1
        text 103,41 center 12 #000000 normal 0
        text 137,41 center 12 #ffffff normal −4
        text 34,88 center 13 #010101 normal map 2
        text 17,117 center 12 #ffffff normal −4
        text 51,117 center 12 #ffffff normal 4
        """,
        id="signed maps in two rows",
    ),
    pytest.param(
        lambda: feature_maps(np.arange(160).reshape(2, 2, 40), columns=1, highlight=[(1, 30)]),
        """
        canvas 480×116
        polygon 0,24 480,24 480,48 0,48 none #010101 1 z3
        polygon 360,36 372,36 372,48 360,48 none #d9730d 2.5 z3
        polygon 0,90 480,90 480,114 0,114 none #010101 1 z3
        polygon 360,102 372,102 372,114 360,114 none #d9730d 2.5 z3
        image 0 480 48 24 none z1
        image 0 480 114 90 none z1
        text 240,12 center 13 #010101 normal map 0
        text 240,78 center 13 #010101 normal map 1
        """,
        id="maps too large for their values",
    ),
    pytest.param(
        lambda: pixel_column(
            [[[0, 9], [0, 0]], [[9, 0], [0, 9]], [[0, 9], [9, 9]]], [1, 0, 1], (0, 1)
        ),
        """
        canvas 294×252
        polygon 34,18 61,18 52,37 25,37 #e7f1fa #ffffff 1 z2
        polygon 61,18 88,18 79,37 52,37 #1764ab #ffffff 1 z2
        polygon 25,37 52,37 43,56 16,56 #e7f1fa #ffffff 1 z2
        polygon 52,37 79,37 70,56 43,56 #e7f1fa #ffffff 1 z2
        polygon 61,18 88,18 79,37 52,37 none #d9730d 2.5 z4
        polygon 34,72 61,72 52,91 25,91 #1764ab #ffffff 1 z2
        polygon 61,72 88,72 79,91 52,91 #e7f1fa #ffffff 1 z2
        polygon 25,91 52,91 43,110 16,110 #e7f1fa #ffffff 1 z2
        polygon 52,91 79,91 70,110 43,110 #1764ab #ffffff 1 z2
        polygon 61,72 88,72 79,91 52,91 none #d9730d 2.5 z4
        polygon 34,126 61,126 52,145 25,145 #e7f1fa #ffffff 1 z2
        polygon 61,126 88,126 79,145 52,145 #1764ab #ffffff 1 z2
        polygon 25,145 52,145 43,164 16,164 #1764ab #ffffff 1 z2
        polygon 52,145 79,145 70,164 43,164 #1764ab #ffffff 1 z2
        polygon 61,126 88,126 79,145 52,145 none #d9730d 2.5 z4
        polygon 34,194 61,194 52,213 25,213 #e7f1fa #ffffff 1 z2
        polygon 61,194 88,194 79,213 52,213 #1764ab #ffffff 1 z2
        polygon 25,213 52,213 43,232 16,232 #84bcdb #ffffff 1 z2
        polygon 52,213 79,213 70,232 43,232 #84bcdb #ffffff 1 z2
        polygon 61,194 88,194 79,213 52,213 none #d9730d 2.5 z4
        arrow 79,37 118,37 #d9730d 1.5 z4
        polygon 122,22 156,22 156,52 122,52 #1764ab #d9730d 2 z2
        arrow 79,91 118,91 #d9730d 1.5 z4
        polygon 122,76 156,76 156,106 122,106 #e7f1fa #d9730d 2 z2
        arrow 79,145 118,145 #d9730d 1.5 z4
        polygon 122,130 156,130 156,160 122,160 #1764ab #d9730d 2 z2
        arrow 184,213 79,213 #d9730d 1.5 z4
        line 228,189 290,189 #010101 1 -
        text 43,27.5 center 10 #000000 normal 0
        text 70,27.5 center 10 #ffffff normal 9
        text 34,46.5 center 10 #000000 normal 0
        text 61,46.5 center 10 #000000 normal 0
        text 21.5,27.5 center 10 #6b6b6c normal 0
        text 12.5,46.5 center 10 #6b6b6c normal 1
        text 50.5,11 center 10 #6b6b6c normal 0
        text 77.5,11 center 10 #6b6b6c normal 1
        text 43,81.5 center 10 #ffffff normal 9
        text 70,81.5 center 10 #000000 normal 0
        text 34,100.5 center 10 #000000 normal 0
        text 61,100.5 center 10 #ffffff normal 9
        text 21.5,81.5 center 10 #6b6b6c normal 0
        text 12.5,100.5 center 10 #6b6b6c normal 1
        text 43,135.5 center 10 #000000 normal 0
        text 70,135.5 center 10 #ffffff normal 9
        text 34,154.5 center 10 #ffffff normal 9
        text 61,154.5 center 10 #ffffff normal 9
        text 21.5,135.5 center 10 #6b6b6c normal 0
        text 12.5,154.5 center 10 #6b6b6c normal 1
        text 43,203.5 center 10 #000000 normal 0
        text 70,203.5 center 10 #ffffff normal 18
        text 34,222.5 center 10 #000000 normal 9
        text 61,222.5 center 10 #000000 normal 9
        text 21.5,203.5 center 10 #6b6b6c normal 0
        text 12.5,222.5 center 10 #6b6b6c normal 1
        text 50.5,187 center 10 #6b6b6c normal 0
        text 77.5,187 center 10 #6b6b6c normal 1
        text 139,37 center 13 #ffffff normal 9
        text 164,37 left 13 #010101 normal × 1
        text 232,37 left 13 #010101 normal = 9
        text 139,91 center 13 #000000 normal 0
        text 164,91 left 13 #010101 normal × 0
        text 232,91 left 13 #010101 normal = 0
        text 139,145 center 13 #ffffff normal 9
        text 164,145 left 13 #010101 normal × 1
        text 232,145 left 13 #010101 normal = 9
        text 232,213 left 13 #010101 bold = 18
        text 220,213 right 13 #6b6b6c normal sum
        text 43,242 center 13 #6b6b6c normal output T
        """,
        id="pixel column",
    ),
    pytest.param(
        lambda: volumes((9, 16, 4), (4, 16, 4), steps=["a step"]),
        """
        canvas 480×204
        polygon 74,76 120,76 166,30 120,30 #9cc3e6 #010101 1 z1
        polygon 120,76 120,168 166,122 166,30 #3b82c4 #010101 1 z1
        polygon 74,76 120,76 120,168 74,168 #c9dff2 #010101 1 z1
        polygon 321.67,68.333 367.67,68.333 398.33,37.667 352.33,37.667 #9cc3e6 #010101 1 z1
        polygon 367.67,68.333 367.67,160.33 398.33,129.67 398.33,37.667 #3b82c4 #010101 1 z1
        polygon 321.67,68.333 367.67,68.333 367.67,160.33 321.67,160.33 #c9dff2 #010101 1 z1
        arrow 172,99 315.67,99 #d9730d 1.5 z4
        line 79.111,70.889 125.11,70.889 125.11,162.89 #010101 0.4 -
        line 84.222,65.778 130.22,65.778 130.22,157.78 #010101 0.4 -
        line 89.333,60.667 135.33,60.667 135.33,152.67 #010101 0.4 -
        line 94.444,55.556 140.44,55.556 140.44,147.56 #010101 0.4 -
        line 99.556,50.444 145.56,50.444 145.56,142.44 #010101 0.4 -
        line 104.67,45.333 150.67,45.333 150.67,137.33 #010101 0.4 -
        line 109.78,40.222 155.78,40.222 155.78,132.22 #010101 0.4 -
        line 114.89,35.111 160.89,35.111 160.89,127.11 #010101 0.4 -
        line 329.33,60.667 375.33,60.667 375.33,152.67 #010101 0.4 -
        line 337,53 383,53 383,145 #010101 0.4 -
        line 344.67,45.333 390.67,45.333 390.67,137.33 #010101 0.4 -
        text 120,188 center 13 #010101 bold 9 × 16 × 4
        text 360,188 center 13 #010101 bold 4 × 16 × 4
        text 240,10 center 13 #010101 normal a step
        """,
        id="volumes",
    ),
    pytest.param(
        lambda: volumes((1, 4, 400), (400, 1, 1), (100, 400, 1), steps=["a", "b"]),
        """
        canvas 480×181
        polygon 32.5,84.4 124.5,84.4 127.5,81.4 35.5,81.4 #9cc3e6 #010101 1 z1
        polygon 124.5,84.4 124.5,93.6 127.5,90.6 127.5,81.4 #3b82c4 #010101 1 z1
        polygon 32.5,84.4 124.5,84.4 124.5,93.6 32.5,93.6 #c9dff2 #010101 1 z1
        polygon 214.5,108 219.5,108 265.5,62 260.5,62 #9cc3e6 #010101 1 z1
        polygon 219.5,108 219.5,113 265.5,67 265.5,62 #3b82c4 #010101 1 z1
        polygon 214.5,108 219.5,108 219.5,113 214.5,113 #c9dff2 #010101 1 z1
        polygon 386,53 391,53 414,30 409,30 #9cc3e6 #010101 1 z1
        polygon 391,53 391,145 414,122 414,30 #3b82c4 #010101 1 z1
        polygon 386,53 391,53 391,145 386,145 #c9dff2 #010101 1 z1
        arrow 133.5,87.5 208.5,87.5 #d9730d 1.5 z4
        arrow 271.5,87.5 380,87.5 #d9730d 1.5 z4
        line 218.68,103.82 223.68,103.82 223.68,108.82 #010101 0.4 -
        line 222.86,99.636 227.86,99.636 227.86,104.64 #010101 0.4 -
        line 227.05,95.455 232.05,95.455 232.05,100.45 #010101 0.4 -
        line 231.23,91.273 236.23,91.273 236.23,96.273 #010101 0.4 -
        line 235.41,87.091 240.41,87.091 240.41,92.091 #010101 0.4 -
        line 239.59,82.909 244.59,82.909 244.59,87.909 #010101 0.4 -
        line 243.77,78.727 248.77,78.727 248.77,83.727 #010101 0.4 -
        line 247.95,74.545 252.95,74.545 252.95,79.545 #010101 0.4 -
        line 252.14,70.364 257.14,70.364 257.14,75.364 #010101 0.4 -
        line 256.32,66.182 261.32,66.182 261.32,71.182 #010101 0.4 -
        line 390.6,48.4 395.6,48.4 395.6,140.4 #010101 0.4 -
        line 395.2,43.8 400.2,43.8 400.2,135.8 #010101 0.4 -
        line 399.8,39.2 404.8,39.2 404.8,131.2 #010101 0.4 -
        line 404.4,34.6 409.4,34.6 409.4,126.6 #010101 0.4 -
        text 80,165 center 13 #010101 bold 1 × 4 × 400
        text 240,165 center 13 #010101 bold 400 × 1 × 1
        text 400,165 center 13 #010101 bold 100 × 400 × 1
        text 160,10 center 13 #010101 normal a
        text 320,10 center 13 #010101 normal b
        """,
        id="thin volumes",
    ),
    pytest.param(
        lambda: cost_bars({"a": Cost(1, 2000, 3), "bcd": Cost(1000, 500, 3)}),
        """
        canvas 480×170
        polygon 38,30 39,30 39,48 38,48 #3b82c4 none 1 z3
        polygon 38,56 432,56 432,74 38,74 #3b82c4 none 1 z3
        polygon 38,122 432,122 432,140 38,140 #d9730d none 1 z3
        polygon 38,148 136.5,148 136.5,166 38,166 #d9730d none 1 z3
        text 0,13 left 13 #010101 bold Parameters
        text 30,39 right 13 #010101 normal a
        text 45,39 left 13 #010101 normal 1
        text 30,65 right 13 #010101 normal bcd
        text 438,65 left 13 #010101 normal 1,000
        text 0,105 left 13 #010101 bold MACs
        text 30,131 right 13 #010101 normal a
        text 438,131 left 13 #010101 normal 2,000
        text 30,157 right 13 #010101 normal bcd
        text 142.5,157 left 13 #010101 normal 500
        """,
        id="costs",
    ),
    pytest.param(
        lambda: share_bars({"a": (0.25, 0.5), "bcd": (1, 0)}),
        """
        canvas 480×110
        polygon 38,5 51,5 51,18 38,18 #3b82c4 none 1 z3
        polygon 38,30 136,30 136,43 38,43 #3b82c4 none 1 z3
        polygon 38,70 430,70 430,83 38,83 #3b82c4 none 1 z3
        polygon 148,5 161,5 161,18 148,18 #d9730d none 1 z3
        polygon 38,46 234,46 234,59 38,59 #d9730d none 1 z3
        polygon 38,86 39,86 39,99 38,99 #d9730d none 1 z3
        text 57,11.5 left 13 #010101 normal parameters
        text 142,36.5 left 11 #010101 normal 25 %
        text 436,76.5 left 11 #010101 normal 100 %
        text 167,11.5 left 13 #010101 normal MACs
        text 240,52.5 left 11 #010101 normal 50 %
        text 45,92.5 left 11 #010101 normal 0 %
        text 30,44 right 13 #010101 normal a
        text 30,84 right 13 #010101 normal bcd
        """,
        id="shares",
    ),
    pytest.param(
        lambda: learning_curves(
            {
                "first": [4, 2, 1, 0],
                "second": [2, 1, 0.25],
                "third": [8, 8],
                "fourth": [4, 0.5],
            }
        ),
        """
        canvas 480×236
        line 44,12 44,200 350,200 #6b6b6c 1 -
        line 120.5,106 197,153 273.5,176.5 350,200 #3b82c4 2 -
        line 120.5,153 197,176.5 273.5,194.12 #d9730d 2 --
        line 120.5,106 197,188.25 #010101 2 :
        line 120.5,12 197,12 #6b6b6c 2 -.
        text 38,200 right 11 #6b6b6c normal 0
        text 44,214 center 11 #6b6b6c normal 0
        text 38,106 right 11 #6b6b6c normal 4
        text 197,214 center 11 #6b6b6c normal 2
        text 38,12 right 11 #6b6b6c normal 8
        text 350,214 center 11 #6b6b6c normal 4
        text 197,229 center 11 #6b6b6c normal step
        text 52,12 left 11 #6b6b6c normal loss
        text 358,192 left 13 #010101 normal first
        text 281.5,174 left 13 #010101 normal second
        text 205,156 left 13 #010101 normal fourth
        text 205,12 left 13 #010101 normal third
        """,
        id="curves",
    ),
    pytest.param(
        lambda: strokes([[[[1, 0]], [[1, 2]]], np.zeros((2, 1, 2))], titles=["a", "b"]),
        """
        canvas 158×56
        polygon 1,24 31,24 31,54 1,54 none #6b6b6c 1 z3
        polygon 5,35 27,35 27,43 5,43 #3b82c4 none 1 z3
        polygon 12,28 20,28 20,50 12,50 #3b82c4 none 1 z3
        polygon 31,24 61,24 61,54 31,54 none #6b6b6c 1 z3
        polygon 42,28 50,28 50,50 42,50 #3b82c4 none 1 z3
        polygon 97,24 127,24 127,54 97,54 none #6b6b6c 1 z3
        polygon 127,24 157,24 157,54 127,54 none #6b6b6c 1 z3
        text 31,12 center 13 #010101 normal a
        text 127,12 center 13 #010101 normal b
        """,
        id="strokes",
    ),
    pytest.param(
        lambda: positions(2, 1, highlight=[(1, 0)]),
        """
        canvas 38×72
        polygon 2,2 36,2 36,36 2,36 none #6b6b6c 1 z3
        polygon 2,36 36,36 36,70 2,70 none #6b6b6c 1 z3
        polygon 2,36 36,36 36,70 2,70 none #d9730d 2.5 z3
        text 19,19 center 12 #010101 normal 0,0
        text 19,53 center 12 #010101 normal 1,0
        """,
        id="positions",
    ),
    pytest.param(
        lambda: photographs([np.zeros((2, 4))] * 4, titles=["a", "b", "c", "d"]),
        """
        canvas 480×216
        image 0 152 102 26 none z0
        image 164 316 102 26 none z0
        image 328 480 102 26 none z0
        image 0 152 216 140 none z0
        text 76,13 center 13 #010101 normal a
        text 240,13 center 13 #010101 normal b
        text 404,13 center 13 #010101 normal c
        text 76,127 center 13 #010101 normal d
        """,
        id="photographs",
    ),
    pytest.param(
        lambda: photographs([np.zeros((2, 2)), np.ones((2, 2, 3))], titles=["a", "b"], columns=1),
        """
        canvas 240×544
        image 0 240 266 26 none z0
        image 0 240 544 304 none z0
        text 120,13 center 13 #010101 normal a
        text 120,291 center 13 #010101 normal b
        """,
        id="photographs in one column",
    ),
    pytest.param(
        lambda: roofline({"a": 1, "four": 40}, 10),
        """
        canvas 480×106
        polygon 44,24 290.78,24 290.78,84 44,84 #d9730d22 none 1 z3
        line 290.78,24 290.78,84 #d9730d 2 --
        line 44,39 101.1,39 #3b82c4 3 -
        line 101.1,39 #3b82c4 1.5 None o 8
        line 44,69 404.98,69 #3b82c4 3 -
        line 404.98,69 #3b82c4 1.5 None o 8
        text 284.78,12 right 11 #010101 normal waits for memory
        text 296.78,12 left 11 #010101 normal waits for arithmetic
        text 36,39 right 12 #010101 normal a
        text 110.1,39 left 11 #010101 normal 10 %
        text 36,69 right 12 #010101 normal four
        text 413.98,69 left 11 #010101 normal 100 %
        text 232,96 center 13 #6b6b6c normal operations a byte, logarithmic
        """,
        id="roofline",
    ),
    pytest.param(
        logo,
        """
        canvas 64×64
        polygon 18,6 62,6 46,24 2,24 #3b82c4 #ffffff 1.5 z0
        polygon 28,12.5 41,12.5 36.5,17.5 23.5,17.5 #ffc078 none 1 z0
        polygon 18,23 62,23 46,41 2,41 #3b82c4 #ffffff 1.5 z1
        polygon 28,29.5 41,29.5 36.5,34.5 23.5,34.5 #ffc078 none 1 z1
        polygon 18,40 62,40 46,58 2,58 #3b82c4 #ffffff 1.5 z2
        polygon 28,46.5 41,46.5 36.5,51.5 23.5,51.5 #ffc078 none 1 z2
        """,
        id="logo",
    ),
]


@pytest.mark.parametrize(("draw", "expected"), DRAWINGS)
def test_drawing(draw, expected):
    """The smallest examples draw exactly these artists, checked by eye when they were written."""
    expected = [line.strip() for line in expected.strip().splitlines()]
    assert drawing(draw()) == expected


def test_the_sign_on_each_arrow():
    """Between three volumes there are two arrows, with a step over each."""
    figure = volumes((1, 4, 4), (4, 4, 4), (1, 4, 4), steps=["first", "second"])
    drawn = [text for text in figure.axes[0].texts if text.get_text() in ("first", "second")]
    arrows = [patch for patch in figure.axes[0].patches if isinstance(patch, FancyArrowPatch)]
    assert [text.get_text() for text in drawn] == ["first", "second"]
    for text, arrow in zip(drawn, arrows, strict=True):
        (start, _), (end, _) = arrow._path_original.vertices
        assert start < text.get_position()[0] < end


@pytest.mark.parametrize(("width", "columns", "values"), [(30, 1, True), (31, 1, False)])
def test_values_where_there_is_room(width, columns, values):
    """A value is written where its pixel is 16 CSS pixels wide, and the pixel is bare below."""
    figure = feature_maps(np.zeros((1, 1, width)), columns=columns)
    assert len(figure.axes[0].texts) == 1 + (width if values else 0)
    assert len(figure.axes[0].images) == (not values)


def test_three_maps_in_a_row_by_default():
    """The fourth map starts a second row."""
    figure = feature_maps(np.zeros((4, 1, 2)))
    titles = {
        text.get_text(): text.get_position()
        for text in figure.axes[0].texts
        if "map" in text.get_text()
    }
    assert titles["map 0"][1] == titles["map 1"][1] == titles["map 2"][1] < titles["map 3"][1]
    assert titles["map 0"][0] == titles["map 3"][0] < titles["map 1"][0] < titles["map 2"][0]


def test_large_maps_show_the_values():
    """The picture of a large map has one colour for each value, on the scale of all maps."""
    maps = np.stack([np.full((1, 40), 0.0), np.arange(40.0).reshape(1, 40)])
    small, large = (image.get_array() for image in feature_maps(maps, columns=1).axes[0].images)
    assert small.shape == large.shape == (1, 40, 4)
    assert len({tuple(pixel) for pixel in large[0]}) == 40
    assert {tuple(pixel) for pixel in small[0]} == {tuple(large[0, 0])}


@pytest.mark.parametrize("value", [-1.0, 0.0, 0.25, 1.0, 2.0])
def test_photographs_show_their_values(value):
    """Black is 0 and white is 1, in grey and in colours, and what is outside is cut off."""
    shade = min(max(value, 0), 1)
    grey, colours = (
        photographs(
            [np.full((2, 2), value), np.full((2, 2, 3), [value, 0.5, 0])], titles=["a", "b"]
        )
        .axes[0]
        .images
    )
    red, green, blue, alpha = grey.to_rgba(grey.get_array())[0, 0]
    assert red == green == blue == pytest.approx(shade, abs=0.01)
    assert alpha == 1
    assert colours.get_array()[1, 1].tolist() == [shade, 0.5, 0]


def test_photographs_of_integers_are_no_other():
    """A picture of zeros and ones is black and white, whatever its dtype."""
    image = np.array([[[0, 1, 1], [1, 0, 0]]])
    (drawn,) = photographs([image], titles=["a"]).axes[0].images
    assert drawn.to_rgba(drawn.get_array())[0, 0].tolist() == [0, 1, 1, 1]


def faces(figure):
    """Return the colours of the cells, and of the numbers in them."""
    (axes,) = figure.axes
    cells = [to_rgb(patch.get_facecolor()) for patch in axes.patches]
    return cells, [to_rgb(text.get_color()) for text in axes.texts[1:]]


def luminance(rgb):
    """Return the relative luminance that WCAG 2 defines."""
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb]
    return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))


@pytest.mark.parametrize("low", [0, -29])
def test_numbers_can_be_read_on_their_colours(low):
    """From one end of a scale to the other, the number has contrast with its cell."""
    for start in range(low, 30, 29):
        values = np.linspace(start, start + 29, 30)
        values[0], values[-1] = low, 29
        for cell, text in zip(*faces(feature_maps(values[None, None], columns=1)), strict=True):
            light, dark = sorted([luminance(cell), luminance(text)], reverse=True)
            assert (light + 0.05) / (dark + 0.05) > 2.9


def test_colours_follow_the_values():
    """Without negative numbers larger is darker; with them two hues part at zero."""
    cells, _ = faces(feature_maps(np.arange(30)[None, None], columns=1))
    shades = [luminance(cell) for cell in cells]
    assert shades == sorted(shades, reverse=True)
    assert len(set(shades)) == 30
    signed, _ = faces(feature_maps(np.arange(-14, 15)[None, None], columns=1))
    assert all(blue > red for red, _, blue in signed[:14])
    assert all(red > blue for red, _, blue in signed[15:])
    assert max(signed, key=luminance) == signed[14]


@pytest.mark.parametrize("values", [[8, 0, 4], [8, 0, -4], [0.5, 0, 0], [0, 0, 0]])
def test_nan_is_grey(values):
    """Only the pixel without a number has no colour of the scale, and its text can be read."""
    cells, texts = faces(feature_maps([[[*values, np.nan]]]))
    expected, _ = faces(feature_maps([[values]]))
    assert [*map(to_hex, cells)] == [*map(to_hex, expected), "#999999"]
    assert to_hex(texts[-1]) == "#000000"
    assert feature_maps([[[np.nan]]]).alt == "1 feature map of 1×1 as heat maps. map 0: nan."
    assert [*map(to_hex, faces(feature_maps([[[np.nan]]]))[0])] == ["#999999"]


def test_infinite_numbers_are_at_the_ends_of_the_scale():
    """They leave the colours of the others as they are."""
    cells, _ = faces(feature_maps([[[4, -2, np.inf, -np.inf]]]))
    expected, _ = faces(feature_maps([[[4, -2, 4, -4]]]))
    assert cells == expected


def test_a_pixel_column_with_nan_has_colours():
    """The other pixels of the maps and of the output have theirs."""
    figure = pixel_column([[[8, np.nan]], [[0, 1]]], [1, 2], (0, 0))
    cells = [to_hex(patch.get_facecolor()) for patch in figure.axes[0].patches[:8]]
    assert (cells[1], cells[7]) == ("#999999", "#999999")
    assert "#999999" not in (cells[0], cells[3], cells[4], cells[6])


def test_one_scale_reaches_from_zero():
    """A map of equal numbers is not pale: the scale starts at zero, not at the least number."""
    (five, also, zero), _ = faces(feature_maps([[[5, 5, 0]]]))
    (alone,), _ = faces(feature_maps([[[5]]]))
    (half,), _ = faces(feature_maps([[[0.5]]]))
    assert five == also == alone == half != zero


@pytest.mark.parametrize("name", [name for name in FIGURES if name != "logo"])
def test_text_stays_on_the_canvas(name):
    """No text is cut off at the edge of the figure."""
    figure = FIGURES[name]()
    renderer = FigureCanvasAgg(figure).get_renderer()
    texts = figure.axes[0].texts
    assert texts
    for text in texts:
        box = text.get_window_extent(renderer)
        assert box.x0 >= -0.5, text
        assert box.y0 >= -0.5, text
        assert box.x1 <= figure.bbox.width + 0.5, text
        assert box.y1 <= figure.bbox.height + 0.5, text


@every_figure
def test_narrow_enough_for_a_phone(draw):
    """No figure is wider than 480 CSS pixels, 72 of them to the inch; nothing but the drawing."""
    figure = draw()
    assert figure.dpi == 72
    assert figure.bbox.width <= 480
    (axes,) = figure.axes
    assert axes.get_position().bounds == (0, 0, 1, 1)
    assert axes.get_xlim() == (0, figure.bbox.width)
    assert axes.get_ylim() == (figure.bbox.height, 0)
    assert not axes.axison


def test_text_lies_on_top():
    """No line, arrow or cell covers a text."""
    for draw in FIGURES.values():
        (axes,) = draw().axes
        others = [artist.get_zorder() for artist in (*axes.patches, *axes.lines, *axes.images)]
        assert all(text.get_zorder() > max(others) for text in axes.texts)


def test_arrows_reach_from_point_to_point():
    """The small solid head of an arrow ends where the arrow does, with no gap at either end."""
    for patch in volumes((1, 4, 4), (2, 4, 4), steps=["one"]).axes[0].patches:
        if isinstance(patch, FancyArrowPatch):
            assert (patch.shrinkA, patch.shrinkB, patch.get_mutation_scale()) == (0, 0, 11)
            assert type(patch.get_arrowstyle()).__name__ == "CurveFilledB"
            return
    pytest.fail("there is no arrow")


@pytest.mark.parametrize("pixel", [(0, 0), (1, 1), (5, 2), (5, 5)])
def test_arrows_run_past_the_numbers(pixel):
    """From the pixel an arrow runs between two rows to the border of its map, and then away."""
    axes = pixel_column(article.MAPS, article.KERNEL[0], pixel).axes[0]
    numbers = np.array([text.get_position() for text in axes.texts])
    arrows = [patch for patch in axes.patches if isinstance(patch, FancyArrowPatch)]
    assert len(arrows) == 4
    for arrow in arrows:
        corners = arrow._path_original.vertices
        assert len(corners) == (3 if pixel[1] < 5 else 2)
        path = np.concatenate([np.linspace(*ends, num=100) for ends in itertools.pairwise(corners)])
        assert np.linalg.norm(path[:, None] - numbers, axis=2).min() > 9


def test_the_ends_of_the_curves_order_their_names():
    """The name of the lowest end stands lowest, wherever the curves were before."""
    figure = learning_curves({"falls": [3, 2.9, 0.1], "stays": [3, 1, 1]})
    places = {text.get_text(): text.get_position()[1] for text in figure.axes[0].texts}
    assert places["falls"] > places["stays"]


@pytest.mark.parametrize(
    ("losses", "ticks", "left"),
    [
        ([0.25, 0.125], ["0", "0", "0.125", "1", "0.25", "2"], 44),
        ([1.5, 1, 1, 1, 1], ["0", "0", "0.75", "2.5", "1.5", "5"], 44),
        ([2.3478, 1], ["0", "0", "1.17", "1", "2.35", "2"], 44),
        ([0.0123, 0], ["0", "0", "0.00615", "1", "0.0123", "2"], 55),
        ([0, 0], ["0", "0", "0.5", "1", "1", "2"], 44),
    ],
)
def test_the_ticks_of_the_curves_say_where_they_stand(losses, ticks, left):
    """Loss and step are told exactly, to three digits of the loss, which have room."""
    (axes,) = learning_curves({"a": losses}).axes
    assert [text.get_text() for text in axes.texts[:6]] == ticks
    curve = axes.lines[1].get_xydata()
    highest = float(ticks[4])
    heights = [200 - 188 * loss / highest for loss in losses]
    assert curve[:, 1].tolist() == pytest.approx(heights, abs=0.5)
    assert axes.lines[0].get_xdata()[0] == left


@pytest.mark.parametrize(("layers", "ridge"), [({"a": 2.0, "b": 3.0}, 40), ({"a": 2.0}, 0.5)])
def test_the_ridge_is_on_the_canvas(layers, ridge):
    """The axis reaches to the ridge, where all layers lie on one side of it, and beyond."""
    axes = roofline(layers, ridge).axes[0]
    (ridge_line,) = (line for line in axes.lines if line.get_linestyle() == "--")
    ends = [line.get_xdata()[1] for line in axes.lines if line.get_linestyle() == "-"][:1]
    (left, *_) = axes.patches[0].get_xy()[0]
    place = ridge_line.get_xdata()[0]
    assert left < place < 430
    assert all(left < end < 430 for end in ends)
    assert (place > ends[0]) == (ridge > 2)


def test_text_is_not_mathematics():
    """A title with dollar signs is shown as it is, level with its neighbours."""
    (title, *_) = feature_maps([[[1]]], titles=["$a$ or $b$"]).axes[0].texts
    assert title.get_parse_math() is False
    assert title.get_va() == "center_baseline"


# The SVG

SVG = "{http://www.w3.org/2000/svg}"


@every_figure
def test_svg(draw):
    """The SVG is one well-formed element, an image to a screen reader, with its text as text."""
    figure = draw()
    svg = figure.to_svg()
    assert svg.startswith('<svg role="img" aria-label="')
    root = ElementTree.fromstring(svg)
    assert root.tag == f"{SVG}svg"
    assert root.get("role") == "img"
    assert root.get("aria-label") == figure.alt
    assert "metadata" not in svg
    written = [text.text for text in root.iter(f"{SVG}text")]
    assert written == [text.get_text() for text in figure.axes[0].texts]
    assert "glyph" not in svg
    assert figure._repr_svg_() == svg


@every_figure
def test_pdf_is_always_the_same(draw):
    """The printed book gets a PDF without a date, the same for a figure that is drawn anew."""
    pdf = draw().to_pdf()
    assert pdf.startswith(b"%PDF-")
    assert b"CreationDate" not in pdf
    assert pdf == draw()._repr_pdf_()


@every_figure
def test_svg_is_always_the_same(draw):
    """The bytes are the same for the same figure and for one drawn anew, whatever the settings."""
    figure = draw()
    svg = figure.to_svg()
    assert figure.to_svg() == svg
    before = dict(matplotlib.rcParams)
    with matplotlib.rc_context({"svg.fonttype": "path", "svg.hashsalt": "another"}):
        assert draw().to_svg() == svg
        assert matplotlib.rcParams["svg.hashsalt"] == "another"
    assert dict(matplotlib.rcParams) == before


@every_figure
def test_svg_has_the_size_of_the_canvas(draw):
    """Width and height are those of the canvas, in CSS pixels, and the background is clear."""
    figure = draw()
    svg = figure.to_svg()
    root = ElementTree.fromstring(svg)
    sizes = figure.bbox.width, figure.bbox.height
    assert (float(root.get("width")), float(root.get("height"))) == pytest.approx(sizes)
    assert [float(place) for place in root.get("viewBox").split()] == pytest.approx([0, 0, *sizes])
    assert not re.search(r'"[\d.]+pt"', svg)
    # The background, which Matplotlib draws first, is not there at all.
    whole = r'd="M0 [\d.]+L[\d.]+ [\d.]+L[\d.]+ 0L0 0z"'
    assert not re.search(whole, svg)
    assert "style" not in {element.tag.removeprefix(SVG) for element in root.iter()}


def test_svg_takes_the_colours_of_the_page():
    """Ink and muted text follow the page's light or dark mode; the other colours are fixed."""
    svg = FIGURES["pixel column"]().to_svg()
    assert "fill: currentColor" in svg
    assert "stroke: currentColor" in svg
    assert "fill: var(--pst-color-text-muted, #6b6b6c)" in svg
    assert "#d9730d" in svg
    assert "#010101" not in svg
    assert svg.count("#6b6b6c") == svg.count("var(--pst-color-text-muted, #6b6b6c)")


def test_svg_sizes_its_text_in_css_pixels():
    """A text of 13 is 13 CSS pixels high."""
    assert "font-size: 13px" in feature_maps([[[1]]], titles=["t"]).to_svg()


def test_svg_escapes_its_texts():
    """Quotes and angle brackets in a title break neither the element nor its label."""
    title = "<b> & \"c\" 'd'"
    figure = feature_maps([[[1, 2]]], titles=[title])
    root = ElementTree.fromstring(figure.to_svg())
    assert root.get("aria-label") == figure.alt
    assert title in figure.alt
    assert next(root.iter(f"{SVG}text")).text == title


def test_svg_holds_large_maps_as_images():
    """A large map is one picture inside the SVG, not a thousand shapes."""
    root = ElementTree.fromstring(FIGURES["large maps"]().to_svg())
    images = list(root.iter(f"{SVG}image"))
    assert len(images) == 4
    for image in images:
        link = image.get("{http://www.w3.org/1999/xlink}href")
        assert link.startswith("data:image/webp;base64,")


@pytest.mark.parametrize(
    ("shape", "exact"),
    [((64, 64), False), ((100, 64, 3), False), ((63, 64), True), ((64, 63, 3), True)],
)
def test_svg_holds_photographs_at_their_size(shape, exact):
    """A photograph is a WebP of as many pixels; those of a small one are exact."""
    image = np.random.default_rng(3).integers(0, 256, shape) / 255
    svg = photographs([image, image], titles=["a", "b"]).to_svg()
    found = re.findall(r'"data:image/(\w+);base64,([^"]+)"', svg)
    assert [name for name, _ in found] == ["webp", "webp"]
    pixels = np.round(np.broadcast_to(image.reshape(*shape[:2], -1), (*shape[:2], 3)) * 255)
    for _, data in found:
        picture = Image.open(io.BytesIO(base64.b64decode(data)))
        assert picture.format == "WEBP"
        assert picture.size == shape[1::-1]
        # A grey value is one of 256, and may have been rounded.
        assert (abs(np.asarray(picture.convert("RGB")) - pixels).max() <= 1) == exact


def test_svg_of_a_photograph_is_small():
    """A photograph of noise, the worst case, takes less than two bytes a pixel."""
    svg = photographs([np.random.default_rng(7).random((200, 300, 3))], titles=["noise"]).to_svg()
    assert len(svg) < 2 * 200 * 300


def test_drawing_needs_no_window():
    """Drawing every kind of figure imports no pyplot, and so leaves no figure open."""
    code = """
import sys
from conv1x1 import Cost
from conv1x1.figures import *
for figure in (feature_maps([[[1]]]), pixel_column([[[1]]], [1], (0, 0)), logo(),
               volumes((1, 1, 1), (1, 1, 1), steps=["a"]), cost_bars({"a": Cost(1, 1, 1)}),
               share_bars({"a": (1, 1)}), learning_curves({"a": [2, 1]}), roofline({"a": 1}, 1),
               photographs([[[0.5]]], titles=["a"])):
    figure.to_svg()
print("matplotlib" in sys.modules, "matplotlib.pyplot" in sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(conv1x1.__file__).parents[1],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["True", "False"]


# What is refused


@pytest.mark.parametrize(
    ("call", "message"),
    [
        pytest.param(
            lambda: feature_maps([[1, 2]]),
            "feature_maps: maps must have shape (channels, height, width); got (1, 2)",
            id="maps of two axes",
        ),
        pytest.param(
            lambda: feature_maps(np.zeros((1, 1, 2, 2))),
            "feature_maps: maps must have shape (channels, height, width); got (1, 1, 2, 2)",
            id="maps of four axes",
        ),
        pytest.param(
            lambda: feature_maps(np.zeros((3, 1, 1)), titles=["a", "b"]),
            "feature_maps: titles must have one title for each of 3 maps; got ['a', 'b']",
            id="titles",
        ),
        pytest.param(
            lambda: pixel_column(np.zeros((2, 1, 1)), [1, 2, 3], (0, 0)),
            "pixel_column: maps must be (channels, height, width) and weights (channels,), with at "
            "least one channel; got maps (2, 1, 1) and weights (3,)",
            id="weights",
        ),
        pytest.param(
            lambda: pixel_column(np.zeros((2, 1, 1)), [[1, 2]], (0, 0)),
            "pixel_column: maps must be (channels, height, width) and weights (channels,), with at "
            "least one channel; got maps (2, 1, 1) and weights (1, 2)",
            id="weights of two axes",
        ),
        pytest.param(
            lambda: pixel_column(np.zeros((2, 2)), [1, 2], (0, 0)),
            "pixel_column: maps must be (channels, height, width) and weights (channels,), with at "
            "least one channel; got maps (2, 2) and weights (2,)",
            id="one map",
        ),
        pytest.param(
            lambda: pixel_column(np.zeros((0, 2, 2)), [], (0, 0)),
            "pixel_column: maps must be (channels, height, width) and weights (channels,), with at "
            "least one channel; got maps (0, 2, 2) and weights (0,)",
            id="no map",
        ),
        pytest.param(
            lambda: pixel_column(np.zeros((1, 2, 3)), [1], (2, 0)),
            "pixel_column: pixel must lie inside the 2×3 maps; got (2, 0)",
            id="row below",
        ),
        pytest.param(
            lambda: pixel_column(np.zeros((1, 2, 3)), [1], (0, 3)),
            "pixel_column: pixel must lie inside the 2×3 maps; got (0, 3)",
            id="column beside",
        ),
        pytest.param(
            lambda: pixel_column(np.zeros((1, 2, 3)), [1], (-1, 0)),
            "pixel_column: pixel must lie inside the 2×3 maps; got (-1, 0)",
            id="row from the end",
        ),
        pytest.param(
            lambda: pixel_column(np.zeros((1, 2, 3)), [1], (0, -1)),
            "pixel_column: pixel must lie inside the 2×3 maps; got (0, -1)",
            id="column from the end",
        ),
        pytest.param(
            lambda: volumes((1, 2, 3)),
            "volumes: at least two shapes are needed, and steps must have one text for each "
            "arrow; got 1 shapes and 0 steps",
            id="one volume",
        ),
        pytest.param(
            lambda: volumes((1, 2, 3), (1, 2, 3)),
            "volumes: at least two shapes are needed, and steps must have one text for each "
            "arrow; got 2 shapes and 0 steps",
            id="no step",
        ),
        pytest.param(
            lambda: volumes((1, 2, 3), (1, 2, 3), steps=["a", "b"]),
            "volumes: at least two shapes are needed, and steps must have one text for each "
            "arrow; got 2 shapes and 2 steps",
            id="a step too many",
        ),
        pytest.param(
            lambda: cost_bars({}),
            "cost_bars: costs must have at least one entry; got none",
            id="no costs",
        ),
        pytest.param(
            lambda: share_bars({}),
            "share_bars: shares must have an entry, and lie between 0 and 1; got {}",
            id="no shares",
        ),
        pytest.param(
            lambda: share_bars({"a": (0.5, 0.5), "b": (0.5, 1.01)}),
            "share_bars: shares must have an entry, and lie between 0 and 1; "
            "got {'a': (0.5, 0.5), 'b': (0.5, 1.01)}",
            id="more than all",
        ),
        pytest.param(
            lambda: share_bars({"a": (-0.01, 0.5)}),
            "share_bars: shares must have an entry, and lie between 0 and 1; "
            "got {'a': (-0.01, 0.5)}",
            id="less than nothing",
        ),
        pytest.param(
            lambda: learning_curves({}),
            "learning_curves: losses must have one to four networks with at least two losses each; "
            "got {}",
            id="no network",
        ),
        pytest.param(
            lambda: learning_curves({name: [1, 2] for name in "abcde"}),
            "learning_curves: losses must have one to four networks with at least two losses each; "
            "got {'a': 2, 'b': 2, 'c': 2, 'd': 2, 'e': 2}",
            id="five networks",
        ),
        pytest.param(
            lambda: learning_curves({"a": [1, 2], "b": [1]}),
            "learning_curves: losses must have one to four networks with at least two losses each; "
            "got {'a': 2, 'b': 1}",
            id="one loss",
        ),
        *(
            pytest.param(
                lambda loss=loss: learning_curves({"a": [1, 2], "b": [0, loss, 3]}),
                f"learning_curves: losses must be finite and not negative; got {loss}",
                id=f"a loss of {loss}",
            )
            for loss in (-0.5, np.nan, np.inf)
        ),
        pytest.param(
            lambda: grey_pixel(PHOTO, LUMA, (0, 0)),
            "grey_pixel: photo must hold integers from 0 to 255; "
            f"got float64 from {PHOTO.min()} to {PHOTO.max()}",
            id="grey pixel of floats",
        ),
        pytest.param(
            lambda: grey_pixel(np.full((1, 1, 3), 256), LUMA, (0, 0)),
            "grey_pixel: photo must hold integers from 0 to 255; got int64 from 256 to 256",
            id="grey pixel of a large number",
        ),
        pytest.param(
            lambda: grey_pixel(np.full((1, 1, 3), -1), LUMA, (0, 0)),
            "grey_pixel: photo must hold integers from 0 to 255; got int64 from -1 to -1",
            id="grey pixel of a negative number",
        ),
        pytest.param(
            lambda: grey_pixel(BYTES[..., :2], LUMA, (0, 0)),
            "grey_pixel: photo must be (height, width, 3) and weights (3,); "
            "got photo (80, 64, 2) and weights (3,)",
            id="grey pixel of two colours",
        ),
        pytest.param(
            lambda: grey_pixel(BYTES[0], LUMA, (0, 0)),
            "grey_pixel: photo must be (height, width, 3) and weights (3,); "
            "got photo (64, 3) and weights (3,)",
            id="grey pixel of a row",
        ),
        pytest.param(
            lambda: grey_pixel(BYTES, LUMA[:2], (0, 0)),
            "grey_pixel: photo must be (height, width, 3) and weights (3,); "
            "got photo (80, 64, 3) and weights (2,)",
            id="grey pixel of two weights",
        ),
        pytest.param(
            lambda: grey_pixel(BYTES, LUMA, (80, 0)),
            "grey_pixel: pixel must lie inside the 80×64 photo; got (80, 0)",
            id="grey pixel outside",
        ),
        pytest.param(
            lambda: trade_offs({}, cost="MACs"),
            "trade_offs: networks must have one to four kinds, each with at least one positive "
            "cost and the shares of its runs, from 0 to 1; got {}",
            id="no trade-off",
        ),
        pytest.param(
            lambda: trade_offs({"a": []}, cost="MACs"),
            "trade_offs: networks must have one to four kinds, each with at least one positive "
            "cost and the shares of its runs, from 0 to 1; got {'a': []}",
            id="no size",
        ),
        pytest.param(
            lambda: trade_offs({"a": [(0, [0.5])]}, cost="MACs"),
            "trade_offs: networks must have one to four kinds, each with at least one positive "
            "cost and the shares of its runs, from 0 to 1; got {'a': [(0, [0.5])]}",
            id="a free network",
        ),
        pytest.param(
            lambda: trade_offs({"a": [(np.inf, [0.5])]}, cost="MACs"),
            "trade_offs: networks must have one to four kinds, each with at least one positive "
            "cost and the shares of its runs, from 0 to 1; got {'a': [(inf, [0.5])]}",
            id="an endless network",
        ),
        pytest.param(
            lambda: trade_offs({"a": [(1, [])]}, cost="MACs"),
            "trade_offs: networks must have one to four kinds, each with at least one positive "
            "cost and the shares of its runs, from 0 to 1; got {'a': [(1, [])]}",
            id="no run",
        ),
        pytest.param(
            lambda: trade_offs({"a": [(1, [0.5, 1.5])]}, cost="MACs"),
            "trade_offs: networks must have one to four kinds, each with at least one positive "
            "cost and the shares of its runs, from 0 to 1; got {'a': [(1, [0.5, 1.5])]}",
            id="more than right",
        ),
        pytest.param(
            lambda: trade_offs({"a": [(1, [-0.5])]}, cost="MACs"),
            "trade_offs: networks must have one to four kinds, each with at least one positive "
            "cost and the shares of its runs, from 0 to 1; got {'a': [(1, [-0.5])]}",
            id="less than wrong",
        ),
        pytest.param(
            lambda: trade_offs(dict.fromkeys("abcde", TRADED["3×3"]), cost="MACs"),
            "trade_offs: networks must have one to four kinds, each with at least one positive "
            f"cost and the shares of its runs, from 0 to 1; "
            f"got {dict.fromkeys('abcde', TRADED['3×3'])}",
            id="five kinds",
        ),
        pytest.param(
            lambda: photographs([], titles=[]),
            "photographs: images must be (height, width, 3) or (height, width), all of one size, "
            "with one title each; got [] and titles []",
            id="no photograph",
        ),
        pytest.param(
            lambda: photographs([np.zeros((2, 3)), np.zeros((3, 2))], titles=["a", "b"]),
            "photographs: images must be (height, width, 3) or (height, width), all of one size, "
            "with one title each; got [(2, 3), (3, 2)] and titles ['a', 'b']",
            id="two sizes",
        ),
        pytest.param(
            lambda: photographs([np.zeros((2, 3, 4))], titles=["a"]),
            "photographs: images must be (height, width, 3) or (height, width), all of one size, "
            "with one title each; got [(2, 3, 4)] and titles ['a']",
            id="four channels",
        ),
        pytest.param(
            lambda: photographs([np.zeros(3)], titles=["a"]),
            "photographs: images must be (height, width, 3) or (height, width), all of one size, "
            "with one title each; got [(3,)] and titles ['a']",
            id="a row of pixels",
        ),
        pytest.param(
            lambda: photographs([np.zeros((2, 3))], titles=["a", "b"]),
            "photographs: images must be (height, width, 3) or (height, width), all of one size, "
            "with one title each; got [(2, 3)] and titles ['a', 'b']",
            id="titles of photographs",
        ),
        pytest.param(
            lambda: photographs([np.zeros((2, 3))], titles=["a"], columns=0),
            "photographs: columns must be at least 1; got 0",
            id="no column of photographs",
        ),
        pytest.param(
            lambda: roofline({}, 1),
            "roofline: layers must have an entry, and all numbers must be positive and finite; "
            "got layers {} and ridge 1",
            id="no layer",
        ),
        pytest.param(
            lambda: roofline({"a": 1, "b": 0}, 1),
            "roofline: layers must have an entry, and all numbers must be positive and finite; "
            "got layers {'a': 1, 'b': 0} and ridge 1",
            id="no operations",
        ),
        pytest.param(
            lambda: roofline({"a": 1}, 0),
            "roofline: layers must have an entry, and all numbers must be positive and finite; "
            "got layers {'a': 1} and ridge 0",
            id="no ridge",
        ),
        *(
            pytest.param(
                lambda layers=layers, ridge=ridge: roofline(layers, ridge),
                "roofline: layers must have an entry, and all numbers must be positive and finite; "
                f"got layers {layers} and ridge {ridge}",
                id=f"roofline of {layers} with {ridge}",
            )
            for layers, ridge in [
                ({"a": 1, "b": np.nan}, 1),
                ({"a": -1, "b": np.nan}, 1),
                ({"a": 1, "b": np.inf}, 1),
                ({"a": 1}, np.nan),
                ({"a": 1}, np.inf),
            ]
        ),
    ],
)
def test_bad_input(call, message):
    """What cannot be drawn is refused with the argument, the rule and what was received."""
    with pytest.raises(ValueError, match=exactly(message)):
        call()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: pixel_column([[[1, 2]]], [1], (0, 1.0)),
            "pixel_column: pixel must hold integers; got (0, 1.0)",
        ),
        (
            lambda: volumes((1, 2, 2), (1.5, 2, 2), steps=["a"]),
            "volumes: shapes must hold integers; got ((1, 2, 2), (1.5, 2, 2))",
        ),
    ],
)
def test_what_is_no_integer(call, message):
    """A place or a size is an integer: other numbers are not rounded."""
    with pytest.raises(TypeError, match=exactly(message)):
        call()


def test_a_pixel_may_be_of_numpy_integers():
    """What NumPy finds can be drawn, and is told in plain numbers."""
    figure = pixel_column([[[1, 2]]], [1], tuple(np.argwhere([[0, 1]])[0]))
    assert figure.alt == pixel_column([[[1, 2]]], [1], (0, 1)).alt


def test_costs_of_nothing_can_be_drawn():
    """A network without any 1×1 has zero cost, and a figure."""
    assert cost_bars({"none": Cost(0, 0, 0)}).alt == "Bars. Parameters: none 0. MACs: none 0."


MASKED = np.ma.masked_array(np.ones((1, 2, 2)), mask=True)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: feature_maps(MASKED), "feature_maps: maps {} (1, 2, 2)"),
        (lambda: feature_maps(list(MASKED)), "feature_maps: maps {} (1, 2, 2)"),
        (lambda: pixel_column(MASKED, [1], (0, 0)), "pixel_column: maps {} (1, 2, 2)"),
        (
            lambda: pixel_column([[[1.0]]], MASKED[0, 0, :1], (0, 0)),
            "pixel_column: weights {} (1,)",
        ),
        (lambda: grey_pixel(MASKED, LUMA, (0, 0)), "grey_pixel: photo {} (1, 2, 2)"),
        (lambda: grey_pixel(BYTES, MASKED[0, 0], (0, 0)), "grey_pixel: weights {} (2,)"),
        (lambda: photographs([MASKED[0]], titles=["a"]), "photographs: images {} (2, 2)"),
        (lambda: learning_curves({"a": MASKED[0, 0]}), "learning_curves: losses {} (2,)"),
        (
            lambda: strokes(MASKED[None].repeat(2, axis=1), titles=["a"]),
            "strokes: digits {} (1, 2, 2, 2)",
        ),
        (lambda: channel_space({"a": MASKED[0]}), "channel_space: clouds {} (2, 2)"),
        (
            lambda: channel_space({"a": np.eye(2)}, colours=MASKED[0].repeat(2, axis=0)[:3]),
            "channel_space: colours {} (3, 2)",
        ),
        (
            lambda: channel_space({"a": np.eye(2)}, arrows={"a": MASKED[0]}),
            "channel_space: arrows {} (2, 2)",
        ),
    ],
)
def test_masked_arrays_are_refused(call, message):
    """What is under a mask is never drawn or described, in a list of maps neither."""
    with pytest.raises(
        TypeError, match=exactly(message.format("must not be a masked array; got shape"))
    ):
        call()


@pytest.mark.parametrize("pixel", [(2, 0), (0, 2), (-1, 0)])
def test_a_highlight_must_lie_inside_the_maps(pixel):
    """A framed pixel outside the maps raises instead of being described."""
    with pytest.raises(
        ValueError,
        match=exactly(f"feature_maps: highlight must hold pixels inside the 2×2 maps; got {pixel}"),
    ):
        feature_maps(np.ones((1, 2, 2)), highlight=[pixel])


@pytest.mark.parametrize(("shape", "columns"), [((0, 2, 2), 3), ((1, 0, 2), 3), ((1, 2, 2), 0)])
def test_maps_without_pixels_and_figures_without_columns_are_refused(shape, columns):
    """Nothing to draw, or nowhere to draw it, raises."""
    message = (
        "feature_maps: maps must have at least one pixel and columns be at least 1; "
        f"got maps {shape} and columns {columns}"
    )
    with pytest.raises(ValueError, match=exactly(message)):
        feature_maps(np.ones(shape), columns=columns)


def test_shapes_are_described_in_plain_numbers():
    """NumPy integers do not reach the words of a figure."""
    figure = volumes(tuple(np.array([3, 4, 5])), (1, 4, 5), steps=["one filter"])
    assert figure.alt.startswith("A volume of shape (3, 4, 5), then")


@pytest.mark.parametrize("shape", [(3, 4), (0, 4, 4)])
def test_volumes_have_three_positive_sizes(shape):
    """Another number of sizes, or a size that is not positive, raises."""
    message = (
        "volumes: shapes must be (channels, height, width), all of them positive; "
        f"got {shape}, (1, 4, 4)"
    )
    with pytest.raises(ValueError, match=exactly(message)):
        volumes(shape, (1, 4, 4), steps=["one filter"])


@pytest.mark.parametrize("value", np.linspace(0, 1, 21))
def test_numbers_can_be_read_on_their_colour(value):
    """The number in a cell has a contrast of at least 4.5 to 1 with the cell."""
    figure = feature_maps([[[value, 1.0]]])
    (cells,) = figure.axes
    texts = {text.get_text(): text for text in cells.texts}
    label = f"{value:.4g}"
    background = cells.patches[0].get_facecolor()

    def luminance(colour):
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in colour[:3]]
        return np.dot(linear, (0.2126, 0.7152, 0.0722))

    pair = sorted([luminance(to_rgb(texts[label].get_color())), luminance(background)])
    assert (pair[1] + 0.05) / (pair[0] + 0.05) >= 4.5


@pytest.mark.parametrize(
    ("shape", "titles"),
    [((2, 2, 2), ["a", "b"]), ((1, 3, 2, 2), ["a"]), ((1, 2, 0, 2), ["a"]), ((1, 2, 2, 2), [])],
)
def test_strokes_of_a_wrong_shape_raise(shape, titles):
    """Digits of another shape, without a cell, or with another number of titles raise."""
    message = (
        "strokes: digits must have shape (digits, 2, height, width), with at least one cell, "
        f"and titles one text for each digit; got {shape} and titles {titles}"
    )
    with pytest.raises(ValueError, match=exactly(message)):
        strokes(np.zeros(shape), titles=titles)


@pytest.mark.parametrize(
    ("size", "frames"), [((0, 2), []), ((2, 0), []), ((2, 2), [(2, 0)]), ((2, 2), [(0, -1)])]
)
def test_wrong_positions_raise(size, frames):
    """A grid without cells, or a framed cell outside, raises."""
    message = (
        "positions: height and width must be at least 1, and highlight must hold cells inside; "
        f"got {size[0]}×{size[1]} and {frames}"
    )
    with pytest.raises(ValueError, match=exactly(message)):
        positions(*size, highlight=frames)
