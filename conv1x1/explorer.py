"""The data of the website's explorers: everything that their script shows and does not compute.

The state of an explorer is a flat mapping, from the name of each of its number inputs to the
number in it. ``w-K-C`` is the weight of filter K for channel C, ``b-K`` is that filter's bias.
"""

from __future__ import annotations

import io
import json
from base64 import b64encode
from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np

from conv1x1 import article, networks
from conv1x1.audit import mismatches
from conv1x1.operation import conv1x1

__all__ = ["MODES", "data"]

#: The explorers, by name.
MODES = ("maps", "filters", "colours", "calculator", "window", "space", "network")

_MAPS = [f"map {k}" for k in range(len(article.MAPS))]
_ARTICLE = article.KERNEL[0].tolist()
_IDENTITY = np.eye(3, dtype=int).tolist()
_AVERAGE = [1 / 3, 1 / 3, 1 / 3]
_DIFFERENCE = [1, -1, 0]
_FILTERS = [_ARTICLE, _DIFFERENCE, [0, 1, -1], _AVERAGE, *_IDENTITY, [1, 1, 1]]
# Blues and PuOr_r, of ColorBrewer and of Matplotlib, as red, green and blue.
_PALETTES = {
    name: [[*bytes.fromhex(colour)] for colour in colours.split()]
    for name, colours in {
        "blues": "f7fbff deebf7 c6dbef 9ecae1 6baed6 4292c6 2171b5 08519c 08306b",
        "purples": "2d004b 542788 8073ac b2abd2 d8daeb f7f7f7 fee0b6 fdb863 e08214 b35806 7f3b08",
    }.items()
}
# How bright each colour looks: the weights of Rec. 601 for values as they are stored.
_LUMA = [0.299, 0.587, 0.114]
# The part of the photograph that two of the explorers show, and how many pixels of it.
_FACE = (96, 0, 416, 320)
_WINDOW = 50
_SPACE = 48
_WEIGHTS = {"min": -1000, "max": 1000, "whole": False}


def data(mode: str) -> dict[str, Any]:
    """Return what one explorer starts from, ready to be written as JSON.

    Parameters
    ----------
    mode
        Which explorer, one of :data:`MODES`: ``"maps"``, three maps to one; ``"filters"``, as
        many filters as the reader likes; ``"colours"``, a photograph, which needs Matplotlib;
        ``"calculator"``, the cost of a convolution with a bottleneck and without; ``"window"``, a
        kernel of one to five pixels that slides over a photograph; ``"space"``, the pixels of a
        photograph as points that a 2×2 matrix moves; ``"network"``, a digit that goes through a
        trained network. ``"window"`` and ``"space"`` need Matplotlib, too.

    Returns
    -------
    dict
        Always ``presets``, the state by name, the first of which is where the explorer starts,
        and ``limits``, the numbers that an input takes. The rest is the mode's own: for
        ``"window"`` and ``"space"`` the photograph under ``image``, a list of shape
        ``(channels, height, width)`` in 0 to 1; for ``"network"`` the test images under
        ``images``, of shape ``(number, height, width)`` in 0 to 16, what they show under
        ``labels``, and ``weight`` and ``bias`` of its two layers under ``conv``, of 3×3 with
        padding 1 and a ReLU after it, and ``pointwise``. The mean of each of the last maps is a
        score.

    Raises
    ------
    ValueError
        There is no such explorer.

    Examples
    --------
    >>> from conv1x1 import explorer
    >>> explorer.data("maps")["presets"]["article’s kernel"]
    {'w-0-0': 0.1, 'w-0-1': 0.2, 'w-0-2': 0.4, 'b-0': 0}
    >>> explorer.data("maps")["wrong"]
    [{'pixel': [5, 2], 'printed': 0.6, 'computed': 4.6}]
    """
    if mode not in MODES:
        raise ValueError(f"data: mode must be one of {', '.join(MODES)}; got {mode!r}")
    functions = {
        "maps": _maps,
        "filters": _filters,
        "colours": _colours,
        "calculator": _calculator,
        "window": _window,
        "space": _space,
        "network": _network,
    }
    return deepcopy(functions[mode]())  # whoever changes it changes nobody else's


def _state(filters: Sequence[Sequence[float]], biases: Sequence[float] = ()) -> dict[str, float]:
    state: dict[str, float] = {}
    for k, weights in enumerate(filters):
        state |= {f"w-{k}-{c}": weight for c, weight in enumerate(weights)}
        state[f"b-{k}"] = biases[k] if biases else 0
    return state


def _maps() -> dict[str, Any]:
    computed = conv1x1(article.MAPS, article.KERNEL)[0]
    wrong = [
        {"pixel": list(m.index), "printed": m.printed, "computed": round(m.computed, 1)}
        for m in mismatches(article.PRINTED_T, computed)
    ]
    alone = {f"{name} alone": _state([row]) for name, row in zip(_MAPS, _IDENTITY, strict=True)}
    return {
        "channels": _MAPS,
        "limits": _WEIGHTS,
        "maps": article.MAPS.tolist(),
        "palettes": _PALETTES,
        "presets": {
            "article’s kernel": _state([_ARTICLE]),
            **alone,
            "average": _state([_AVERAGE]),
            "difference": _state([_DIFFERENCE]),
        },
        "printed": article.PRINTED_T.tolist(),
        "wrong": wrong,
        "pixel": wrong[0]["pixel"],
    }


def _filters() -> dict[str, Any]:
    return {
        "channels": _MAPS,
        "limits": _WEIGHTS,
        "maps": article.MAPS.tolist(),
        "palettes": _PALETTES,
        "presets": {
            "one filter": _state(_FILTERS[:1]),
            "two filters": _state(_FILTERS[:2]),
            "three filters": _state(_FILTERS[:3]),
        },
        "filters": [[*row, 0] for row in _FILTERS],
        "pixel": [5, 2],
    }


def _colours() -> dict[str, Any]:
    return {
        "channels": ["red", "green", "blue"],
        "limits": _WEIGHTS,
        "presets": {
            "greyscale": _state([_LUMA]),
            "sepia": _state([[0.393, 0.769, 0.189], [0.349, 0.686, 0.168], [0.272, 0.534, 0.131]]),
            "swap": _state(_IDENTITY[::-1]),
            "invert": _state([[-weight for weight in row] for row in _IDENTITY], [1, 1, 1]),
            "unchanged": _state(_IDENTITY),
        },
        "filters": [[*row, 0] for row in [*_IDENTITY, *_FILTERS[:5]]],
        # 24 megapixels are what most cameras take, and what a phone's memory holds three times.
        "pixels": {"min": 4, "max": 24_000_000, "side": 16_384},
        "photo": _photo(),
    }


def _photo() -> dict[str, str]:
    """Return Matplotlib's sample photograph, small enough for a page: less than 8 kB."""
    # Here alone, so that the rest of the package needs neither.
    from matplotlib.cbook import get_sample_data
    from PIL import Image

    buffer = io.BytesIO()
    with Image.open(get_sample_data("grace_hopper.jpg", asfileobj=False)) as image:
        image.thumbnail((256, 300))
        image.save(buffer, "WEBP", quality=60, method=6)
    return {
        "alt": "Grace Hopper in the uniform of the United States Navy, before a flag",
        "type": "image/webp",
        "base64": b64encode(buffer.getvalue()).decode("ascii"),
    }


def _window() -> dict[str, Any]:
    colours = _pixels(_WINDOW)
    grey = np.round(conv1x1(colours, np.array([_LUMA])), 2)
    height, width = grey.shape[1:]
    place = {"row": height // 2, "col": width // 2}

    def state(kernel: Sequence[Sequence[float]]) -> dict[str, float]:
        weights = {f"w-{r}-{c}": w for r, row in enumerate(kernel) for c, w in enumerate(row)}
        return {"size": len(kernel), **weights, "b": 0, **place}

    return {
        "channels": ["red", "green", "blue"],
        "colours": colours.tolist(),
        "image": grey.tolist(),
        "limits": _WEIGHTS,
        "mix": _LUMA,
        "presets": {
            "blur, 5×5": state([[0.04] * 5] * 5),
            "blur, 3×3": state([[0.11] * 3] * 3),
            "sharpen, 3×3": state([[0, -1, 0], [-1, 5, -1], [0, -1, 0]]),
            "edge, 3×3": state([[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]]),
            "identity, 3×3": state([[0, 0, 0], [0, 1, 0], [0, 0, 0]]),
            "identity, 1×1": state([[1]]),
            # A grey picture is three equal maps, for which the article's weights add up.
            "article’s, 1×1": state([[round(sum(_ARTICLE), 2)]]),
        },
        "special": {
            "size": {"min": 1, "max": 5, "step": 2, "whole": True},
            "row": {"min": 0, "max": height - 1, "whole": True},
            "col": {"min": 0, "max": width - 1, "whole": True},
        },
    }


def _space() -> dict[str, Any]:
    def state(*rows: Sequence[float]) -> dict[str, float]:
        return {f"m-{r}-{c}": weight for r, row in enumerate(rows) for c, weight in enumerate(row)}

    return {
        "channels": ["red", "green", "blue"],
        "image": _pixels(_SPACE).tolist(),
        "limits": {"min": -10, "max": 10, "whole": False},
        "presets": {
            "unchanged": state([1, 0], [0, 1]),
            "exchanged": state([0, 1], [1, 0]),
            "sum and difference": state([0.5, 0.5], [-0.5, 0.5]),
            "a quarter turn": state([0, -1], [1, 0]),
            "stretched": state([1.5, 0], [0, 0.5]),
            "flat": state([0.6, 0.3], [0.4, 0.2]),
        },
    }


def _pixels(side: int) -> np.ndarray[Any, Any]:
    """Return the face of Matplotlib's sample photograph: (3, side, side), to two decimals."""
    from matplotlib.cbook import get_sample_data
    from PIL import Image

    with Image.open(get_sample_data("grace_hopper.jpg", asfileobj=False)) as image:
        face = image.convert("RGB").crop(_FACE).resize((side, side), Image.Resampling.BOX)
    return np.round(np.asarray(face, dtype=float).transpose(2, 0, 1) / 255, 2)


def _calculator() -> dict[str, Any]:
    layers = {(layer.block, layer.name): layer for layer in networks.layers("googlenet")}
    presets = {}
    for block, kernel in [("3a", "5×5"), ("3a", "3×3"), ("5b", "5×5")]:
        wide = layers[f"inception ({block})", kernel]
        reduce = layers[f"inception ({block})", f"{kernel} reduce"]
        presets[f"inception {block}, {kernel}"] = {
            "in_channels": reduce.in_channels,
            "out_channels": wide.out_channels,
            "height": wide.output_size[0],
            "width": wide.output_size[1],
            "kernel_size": wide.kernel_size,
            "bottleneck": wide.in_channels,
        }
    return {
        "inputs": {
            "in_channels": "Channels in",
            "out_channels": "Channels out",
            "height": "Height",
            "width": "Width",
            "kernel_size": "Kernel, k × k",
            "bottleneck": "Bottleneck",
        },
        "limits": {"min": 1, "max": 1_000_000, "whole": True},
        "presets": presets,
    }


def _network() -> dict[str, Any]:
    # The page "Learned weights" trains it, and stops the build if this is not what it has trained.
    trained = json.loads(Path(__file__).with_name("network.json").read_text(encoding="utf-8"))
    labels = trained["labels"]
    return {
        **trained,
        "limits": _WEIGHTS,
        "palettes": _PALETTES,
        "presets": {f"a {digit}": {"image": labels.index(digit)} for digit in range(10)},
        "special": {"image": {"min": 0, "max": len(labels) - 1, "whole": True}},
    }
