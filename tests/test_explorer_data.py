"""Tests of conv1x1/explorer.py: what each explorer starts from, without a browser."""

import io
import json
from base64 import b64decode

import matplotlib
import numpy as np
import pytest
from matplotlib.cbook import get_sample_data
from PIL import Image
from strategies import exactly

from conv1x1 import article, explorer

THIRD = 1 / 3
WEIGHTS = {"min": -1000, "max": 1000, "whole": False}
CHANNELS = ["map 0", "map 1", "map 2"]


def state(*filters):
    """Return the state that holds these filters, each with its bias at the end."""
    return {
        name: number
        for k, numbers in enumerate(filters)
        for name, number in zip(
            (f"w-{k}-0", f"w-{k}-1", f"w-{k}-2", f"b-{k}"), numbers, strict=True
        )
    }


def assert_integers(preset):
    """See to it that an input shows 1, not 1.0."""
    assert {type(number) for number in preset.values()} == {int}


MODES = ("maps", "filters", "colours", "calculator", "window", "space", "network")


@pytest.mark.parametrize("mode", MODES)
def test_data(mode):
    """There are these explorers, and what each starts from is JSON, the same each time."""
    assert explorer.MODES == MODES
    data = explorer.data(mode)
    assert json.loads(json.dumps(data, allow_nan=False)) == data == explorer.data(mode)


@pytest.mark.parametrize("mode", explorer.MODES)
def test_data_belongs_to_the_caller(mode):
    """Whatever is done to it, the next caller gets what the first one got."""
    expected = {mode: json.dumps(explorer.data(mode)) for mode in explorer.MODES}

    def empty(value):
        for part in value.values() if isinstance(value, dict) else value:
            if isinstance(part, (dict, list)):
                empty(part)
        value.clear()

    empty(explorer.data(mode))
    assert {mode: json.dumps(explorer.data(mode)) for mode in explorer.MODES} == expected


@pytest.mark.parametrize("mode", ["", "map", None])
def test_no_such_explorer(mode):
    """Any other is refused, with the names of those that there are."""
    message = f"data: mode must be one of {', '.join(MODES)}; got {mode!r}"
    with pytest.raises(ValueError, match=exactly(message)):
        explorer.data(mode)


@pytest.mark.parametrize("mode", explorer.MODES)
def test_a_preset_is_within_the_limits(mode):
    """Every number of a preset is one that its input takes."""
    data = explorer.data(mode)
    special = data.get("special", {})
    for preset in data["presets"].values():
        for name, number in preset.items():
            limits = special.get(name, data["limits"])
            assert limits["min"] <= number <= limits["max"]
            assert not limits["whole"] or type(number) is int


def test_maps():
    """Three maps to one: the article's maps and kernel, what it prints, and where that is wrong."""
    data = explorer.data("maps")
    palettes = data.pop("palettes")
    assert data == {
        "channels": CHANNELS,
        "limits": WEIGHTS,
        "maps": article.MAPS.tolist(),
        "presets": {
            "article’s kernel": state([0.1, 0.2, 0.4, 0]),
            "map 0 alone": state([1, 0, 0, 0]),
            "map 1 alone": state([0, 1, 0, 0]),
            "map 2 alone": state([0, 0, 1, 0]),
            "average": state([THIRD, THIRD, THIRD, 0]),
            "difference": state([1, -1, 0, 0]),
        },
        "printed": article.PRINTED_T.tolist(),
        "wrong": [{"pixel": [5, 2], "printed": 0.6, "computed": 4.6}],
        "pixel": [5, 2],
    }
    assert_integers(data["presets"]["map 0 alone"])
    assert next(iter(data["presets"])) == "article’s kernel"
    assert palettes == explorer.data("filters")["palettes"]


def test_filters():
    """As many filters as the reader likes: each new one is the next of the list."""
    data = explorer.data("filters")
    del data["palettes"]
    filters = [
        [0.1, 0.2, 0.4, 0],
        [1, -1, 0, 0],
        [0, 1, -1, 0],
        [THIRD, THIRD, THIRD, 0],
        [1, 0, 0, 0],
        [0, 1, 0, 0],
        [0, 0, 1, 0],
        [1, 1, 1, 0],
    ]
    assert data == {
        "channels": CHANNELS,
        "limits": WEIGHTS,
        "maps": article.MAPS.tolist(),
        "presets": {
            "one filter": state(*filters[:1]),
            "two filters": state(*filters[:2]),
            "three filters": state(*filters[:3]),
        },
        "filters": filters,
        "pixel": [5, 2],
    }
    assert next(iter(data["presets"])) == "one filter"


@pytest.mark.parametrize(
    ("name", "colormap", "count"), [("blues", "Blues", 9), ("purples", "PuOr_r", 11)]
)
def test_palettes(name, colormap, count):
    """The colours are those of Matplotlib's maps of colours, from one end to the other."""
    palettes = explorer.data("maps")["palettes"]
    assert set(palettes) == {"blues", "purples"}
    palette = palettes[name]
    expected = matplotlib.colormaps[colormap](np.linspace(0, 1, count))[:, :3] * 255
    assert len(palette) == count
    assert {type(level) for colour in palette for level in colour} == {int}
    np.testing.assert_allclose(palette, expected, rtol=0, atol=2)


def test_colours():
    """Colours: what is usual with photographs, and three filters that change nothing to begin."""
    data = explorer.data("colours")
    del data["photo"]
    red, green, blue = [1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]
    assert data == {
        "channels": ["red", "green", "blue"],
        "limits": WEIGHTS,
        "presets": {
            "greyscale": state([0.299, 0.587, 0.114, 0]),
            "sepia": state(
                [0.393, 0.769, 0.189, 0], [0.349, 0.686, 0.168, 0], [0.272, 0.534, 0.131, 0]
            ),
            "swap": state(blue, green, red),
            "invert": state([-1, 0, 0, 1], [0, -1, 0, 1], [0, 0, -1, 1]),
            "unchanged": state(red, green, blue),
        },
        "filters": [
            red,
            green,
            blue,
            [0.1, 0.2, 0.4, 0],
            [1, -1, 0, 0],
            [0, 1, -1, 0],
            [THIRD, THIRD, THIRD, 0],
            red,
        ],
        "pixels": {"min": 4, "max": 24_000_000, "side": 16_384},
    }
    assert_integers(data["presets"]["unchanged"])
    assert next(iter(data["presets"])) == "greyscale"


def test_photo():
    """The photograph is Matplotlib's, small enough for a page, and says what it shows."""
    photo = explorer.data("colours")["photo"]
    assert set(photo) == {"alt", "type", "base64"}
    assert photo["alt"] == "Grace Hopper in the uniform of the United States Navy, before a flag"
    assert photo["type"] == "image/webp"
    data = b64decode(photo["base64"], validate=True)
    assert len(data) < 8_000
    with Image.open(io.BytesIO(data)) as small:
        assert small.format == "WEBP"
        assert small.size == (256, 300)
        shown = np.asarray(small.convert("RGB"), float)
    with Image.open(get_sample_data("grace_hopper.jpg", asfileobj=False)) as large:
        original = np.asarray(large.convert("RGB").resize(small.size), float)
    assert abs(shown - original).mean() < 6


def test_calculator():
    """The calculator starts from three bottlenecks of the table that GoogLeNet's paper prints."""
    names = ("in_channels", "out_channels", "height", "width", "kernel_size", "bottleneck")
    data = explorer.data("calculator")
    assert data == {
        "inputs": {
            "in_channels": "Channels in",
            "out_channels": "Channels out",
            "height": "Height",
            "width": "Width",
            "kernel_size": "Kernel, k × k",
            "bottleneck": "Bottleneck",
        },
        "limits": {"min": 1, "max": 1_000_000, "whole": True},
        "presets": {
            "inception 3a, 5×5": dict(zip(names, (192, 32, 28, 28, 5, 16), strict=True)),
            "inception 3a, 3×3": dict(zip(names, (192, 128, 28, 28, 3, 96), strict=True)),
            "inception 5b, 5×5": dict(zip(names, (832, 128, 7, 7, 5, 48), strict=True)),
        },
    }
    assert list(data["inputs"]) == list(names)
    assert next(iter(data["presets"])) == "inception 3a, 5×5"


def test_network():
    """The layers fit each other, the images are digits, and a preset shows what its name says."""
    network = explorer.data("network")
    images, labels = np.array(network["images"]), np.array(network["labels"])
    assert images.shape == (*labels.shape, 8, 8)
    assert set(images.flat) == set(range(17))
    for name, shape in {"conv": (16, 1, 3, 3), "pointwise": (10, 16)}.items():
        assert np.shape(network[name]["weight"]) == shape
        assert np.shape(network[name]["bias"]) == shape[:1]
    assert network["special"] == {"image": {"min": 0, "max": len(labels) - 1, "whole": True}}
    assert len(network["presets"]) == 10
    for name, preset in network["presets"].items():
        assert name == f"a {labels[preset['image']]}"
        assert preset["image"] == np.flatnonzero(labels == labels[preset["image"]])[0]


def covered(side, length):
    """Return, for each of so many equal parts of a line of pixels, the share of it in each."""
    ends = np.linspace(0, length, side + 1)[:, None]
    pixels = np.arange(length)
    overlap = np.minimum(ends[1:], pixels + 1) - np.maximum(ends[:-1], pixels)
    return np.clip(overlap, 0, None) * side / length


@pytest.mark.parametrize(
    ("mode", "name", "side"), [("window", "colours", 50), ("space", "image", 48)]
)
def test_a_picture_is_the_face_of_the_photograph(mode, name, side):
    """Its pixels are means of the parts that they cover; no part a pixel further is nearer."""
    picture = np.array(explorer.data(mode)[name])
    assert picture.shape == (3, side, side)
    with Image.open(get_sample_data("grace_hopper.jpg", asfileobj=False)) as photo:
        pixels = np.asarray(photo.convert("RGB"), float).transpose(2, 0, 1) / 255

    def error(left, top, right, bottom):
        part = pixels[:, top:bottom, left:right]
        means = covered(side, part.shape[1]) @ part @ covered(side, part.shape[2]).T
        return abs(picture - means).mean()

    face = (96, 0, 416, 320)
    assert error(*face) < 0.01
    for place in range(4):
        for step in {-1, 1} - ({-1} if face[place] == 0 else set()):
            moved = [end + step * (place == number) for number, end in enumerate(face)]
            assert error(*moved) > error(*face)
