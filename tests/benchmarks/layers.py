"""The layers that ``make bench`` measures, as data."""

from __future__ import annotations

from typing import NamedTuple


class Layer(NamedTuple):
    """A 1×1 convolution of a batch of images."""

    name: str
    in_channels: int
    out_channels: int
    size: tuple[int, int]
    batch: int = 1


LAYERS = (
    Layer("the article's T", 3, 1, (6, 6)),
    Layer("10→4", 10, 4, (32, 32)),
    Layer("50→20", 50, 20, (600, 600)),
    Layer("GoogLeNet 192→64", 192, 64, (28, 28)),
    Layer("GoogLeNet 192→16", 192, 16, (28, 28)),
    Layer("GoogLeNet 832→384", 832, 384, (7, 7)),
    Layer("ResNet-50 256→64", 256, 64, (56, 56)),
    Layer("ResNet-50 2048→512", 2048, 512, (7, 7)),
    Layer("ResNet-50 2048→512", 2048, 512, (7, 7), batch=32),
    Layer("MobileNet 512→512", 512, 512, (14, 14), batch=8),
    Layer("MobileNet 32→64", 32, 64, (112, 112)),
    Layer("RGB→grey", 3, 1, (1080, 1920)),
)
