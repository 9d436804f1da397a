"""Tests of the files that figures become: all that is drawn is in them, and nothing besides."""

import base64
import io
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from conv1x1.figures import (
    feature_maps,
    learning_curves,
    photographs,
    pixel_column,
    roofline,
    volumes,
)

FIGURES = {
    "maps": lambda: feature_maps([[[0, 8], [3, 1]]], titles=["a < b & c"], highlight=[(0, 1)]),
    "large maps": lambda: feature_maps(np.arange(80).reshape(2, 1, 40), columns=1),
    "pixel column": lambda: pixel_column([[[1, 2]], [[3, 4]]], [1, 2], (0, 0)),
    "volumes": lambda: volumes((2, 4, 4), (1, 4, 4), steps=["one filter"]),
    "curves": lambda: learning_curves({"a": [3, 1], "b": [2, 1]}),
    "roofline": lambda: roofline({"a layer": 2.0}, 10),
    "photographs": lambda: photographs([np.full((70, 80), 0.5)] * 2, titles=["a", "b"]),
}


@pytest.fixture(params=FIGURES.values(), ids=FIGURES)
def figure(request):
    return request.param()


@pytest.fixture
def root(figure):
    """Return the SVG of a figure, its names without their namespace."""
    svg = re.sub(r' xmlns(:\w+)?="[^"]*"', "", figure.to_svg()).replace("xlink:", "")
    return ElementTree.fromstring(svg)


def test_every_text_is_there_and_no_other(figure, root):
    """Between the elements there is nothing, not even a space."""
    drawn = sorted(text.get_text() for text in figure.axes[0].texts)
    assert sorted(element.text for element in root.iter("text")) == drawn
    for element in root.iter():
        assert element.tail is None
        assert element.tag == "text" or element.text is None


def test_nothing_is_there_that_is_not_drawn(root):
    """No clip, no style for the whole page, no empty path, no turn by nothing."""
    tags = {element.tag for element in root.iter()}
    assert tags <= {"svg", "g", "path", "text", "image", "defs", "use"}
    assert all(len(definitions) for definitions in root.iter("defs"))
    for element in root.iter():
        assert "clip-path" not in element.attrib
        assert "rotate" not in element.get("transform", "")
        if element.tag == "path":
            assert element.get("style") != "fill: none"


def test_lines_and_fonts_are_set_once(root):
    """Lines meet round, which is said for the whole; a text has its size, and the page's font."""
    assert (root.get("stroke-linejoin"), root.get("stroke-linecap")) == ("round", "butt")
    for text in root.iter("text"):
        settings = text.get("style").split("; ")
        assert "font-family: inherit" in settings
        assert any(re.fullmatch(r"font-size: \d+px", setting) for setting in settings)


@pytest.mark.parametrize(
    "title",
    [
        "font-family: x",
        "font: 13px x",
        "font: 700 x",
        "#010101 on #6b6b6c",
        'a clip-path="x"',
        'a transform="rotate(-0 1"',
        'a d="M 1 L 2"',
        'width="3pt"',
        "data:image/png;base64,AAAA",
        "<style>a</style>",
        "a  b > < c",
    ],
)
def test_a_text_is_as_it_was_given(title):
    """What looks like a part of the file is rewritten in its tags alone."""
    root = ElementTree.fromstring(feature_maps([[[1]]], titles=[title]).to_svg())
    assert next(root.iter("{http://www.w3.org/2000/svg}text")).text == title


def test_no_group_has_a_name_and_one_element(root):
    """Matplotlib puts a group around everything that it draws."""
    for group in root.iter("g"):
        assert len(group) > 1 or group.get("id") is None or group[0].tag == "g"


def test_paths_are_written_tightly(root):
    """A letter says by itself where a number ends."""
    paths = [path.get("d") for path in root.iter("path")]
    assert paths or root.find(".//image") is not None
    for path in paths:
        assert re.fullmatch(r"M[-\d.]+ [-\d.]+([LQC][-\d. ]+|z|M[-\d. ]+)*", path), path
        assert not re.search(r" [A-Za-z]|[A-Za-z] ", path)


def test_a_map_with_values_has_its_rows_below_each_other():
    """The second row begins where the first ends."""
    (axes,) = feature_maps([[[1], [2]]]).axes
    first, second = (patch.get_xy()[:-1, 1] for patch in axes.patches)
    assert (min(first), max(first), min(second), max(second)) == (24, 58, 58, 92)


@pytest.mark.parametrize("side", [8, 70])
def test_pictures_have_no_fourth_channel(side):
    """What is not transparent needs no word on it."""
    svg = photographs([np.full((side, side), 0.5)], titles=["a"]).to_svg()
    (data,) = re.findall(r"data:image/webp;base64,([^\"]+)", svg)
    assert Image.open(io.BytesIO(base64.b64decode(data))).mode == "RGB"


def test_a_pdf_does_not_say_who_wrote_it(figure):
    """The names of Matplotlib's parts and versions would make each release another file."""
    pdf = figure.to_pdf()
    for name in b"Creator", b"Producer", b"CreationDate", b"atplotlib":
        assert name not in pdf
