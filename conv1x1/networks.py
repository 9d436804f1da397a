"""Published architectures as layer tables, and the cost figures that their papers print.

The tables hold the layers that have weights: convolutions and dense layers. Pooling,
nonlinearities, dropout and the additions of shortcuts have none and are not listed. Nor are the
products of queries with keys, and of these with values, in a transformer: they are multiplications,
but of activations with each other.

Parameters are weights only: no biases and no batch-normalisation parameters. That is how the one
paper that prints enough digits to tell counts them (MobileNet's 24.33 %); SqueezeNet's Table 1
prints every digit, and counts biases too. Convolutions followed by batch normalisation, which are
all of ResNet's and MobileNet's, need no bias; any other layer has one for each output, so a count
with biases adds its ``out_channels``.

The layers are those of the papers' tables, and of the authors' code where a table says too little:

- Network in Network, arXiv:1312.4400: ``NIN/cifar-10_def`` in github.com/mavenlin/cuda-convnet;
- GoogLeNet, arXiv:1409.4842, Table 1, without the two auxiliary classifiers, which inference drops;
- U-Net, arXiv:1505.04597, Figure 1, for one colour and two classes;
- ResNet, arXiv:1512.03385, Table 1, and ``prototxt/`` in
  github.com/KaimingHe/deep-residual-networks, which says that the first 1×1 of a bottleneck has the
  stride. Where the number of channels grows, the shortcut is a projection in the bottleneck
  networks (option B), and has no weights in ResNet-18 and ResNet-34 (option A, as in the
  paper's Table 2);
- SqueezeNet, arXiv:1602.07360, Table 1, and ``SqueezeNet_v1.0`` in github.com/forresti/SqueezeNet,
  which pads the last 1×1 by one, where the table's 13×13 maps have no border;
- DenseNet-121, arXiv:1608.06993, Table 1, whose "conv" is normalisation, ReLU and convolution;
- MobileNet, arXiv:1704.04861, Table 1;
- MobileNetV2, arXiv:1801.04381, Table 2;
- EfficientNet-B0, arXiv:1905.11946, Table 1, and ``models/official/efficientnet`` in
  github.com/tensorflow/tpu, which has a quarter of a block's input channels in the middle of its
  squeeze-and-excite;
- ViT-B/16, arXiv:2010.11929, Table 1, on 14×14 patches and one class token, with a head of 1000
  classes. A layer that is applied to each position by itself is a 1×1 on a row of 197;
- ConvNeXt-T, arXiv:2201.03545, Figure 4 and Table 9, and ``models/convnext.py`` in
  github.com/facebookresearch/ConvNeXt.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from numbers import Integral, Real
from typing import Literal, NamedTuple

from conv1x1.cost import Cost, conv_cost, linear_cost

__all__ = [
    "GOOGLENET_SEPARABLE_STEM",
    "PRINTED",
    "Layer",
    "Printed",
    "Unit",
    "cost",
    "layers",
    "mobilenet_v1",
    "names",
]


@dataclass(frozen=True)
class Layer:
    """One layer with weights: a convolution, or a dense layer.

    Attributes
    ----------
    block
        The part of the network it belongs to, such as ``"inception (3a)"``.
    name
        Its place in the block, such as ``"3×3 reduce"``.
    in_channels
        How many feature maps it reads; features, for a dense layer.
    out_channels
        How many it makes.
    output_size
        The size of one output map; ``(1, 1)`` for a dense layer.
    kernel_size
        The side of the square kernel; ``None`` for a dense layer.
    stride
        How far the kernel steps. ``output_size`` is the result of it.
    groups
        How many groups the channels are split into; ``in_channels`` for a depthwise layer.
    transposed
        Whether it makes the maps larger, by ``stride``: a transposed convolution.

    Examples
    --------
    >>> from conv1x1.networks import Layer
    >>> Layer("inception (3a)", "5×5 reduce", 192, 16, (28, 28), 1).cost
    Cost(params=3072, macs=2408448, activations=12544)
    """

    block: str
    name: str
    in_channels: int
    out_channels: int
    output_size: tuple[int, int]
    kernel_size: int | None
    stride: int = 1
    groups: int = 1
    transposed: bool = False

    @property
    def cost(self) -> Cost:
        """What the layer costs, its weights without biases."""
        if self.kernel_size is None:
            return linear_cost(self.in_channels, self.out_channels, bias=False)
        cost = conv_cost(
            self.in_channels,
            self.out_channels,
            self.output_size,
            self.kernel_size,
            groups=self.groups,
        )
        if self.transposed:
            # Every pixel of the input, which has fewer, is multiplied by every weight.
            return replace(cost, macs=cost.macs // self.stride**2)
        return cost


def _conv(
    block: str,
    name: str,
    in_channels: int,
    out_channels: int,
    size: int,
    kernel_size: int = 1,
    stride: int = 1,
    groups: int = 1,
) -> Layer:
    output_size = (size, size)
    return Layer(block, name, in_channels, out_channels, output_size, kernel_size, stride, groups)


def _dense(block: str, in_channels: int, out_channels: int) -> Layer:
    return Layer(block, "dense", in_channels, out_channels, (1, 1), None)


# Network in Network: three mlpconv blocks, each a convolution and two 1×1s. Pooling halves the
# 32×32 image between the blocks, and averages each of the ten last maps into one score.
_NIN = (
    _conv("mlpconv 1", "conv1", 3, 192, 32, 5),
    _conv("mlpconv 1", "cccp1", 192, 160, 32),
    _conv("mlpconv 1", "cccp2", 160, 96, 32),
    _conv("mlpconv 2", "conv2", 96, 192, 16, 5),
    _conv("mlpconv 2", "cccp3", 192, 192, 16),
    _conv("mlpconv 2", "cccp4", 192, 192, 16),
    _conv("mlpconv 3", "conv3", 192, 192, 8, 3),
    _conv("mlpconv 3", "cccp5", 192, 192, 8),
    _conv("mlpconv 3", "cccp6", 192, 10, 8),
)

_INCEPTION = (
    # block, size, #1×1, #3×3 reduce, #3×3, #5×5 reduce, #5×5, pool proj
    ("inception (3a)", 28, 64, 96, 128, 16, 32, 32),
    ("inception (3b)", 28, 128, 128, 192, 32, 96, 64),
    ("inception (4a)", 14, 192, 96, 208, 16, 48, 64),
    ("inception (4b)", 14, 160, 112, 224, 24, 64, 64),
    ("inception (4c)", 14, 128, 128, 256, 24, 64, 64),
    ("inception (4d)", 14, 112, 144, 288, 32, 64, 64),
    ("inception (4e)", 14, 256, 160, 320, 32, 128, 128),
    ("inception (5a)", 7, 256, 160, 320, 32, 128, 128),
    ("inception (5b)", 7, 384, 192, 384, 48, 128, 128),
)


def _googlenet() -> tuple[Layer, ...]:
    table = [
        _conv("convolution 1", "7×7", 3, 64, 112, 7, 2),
        _conv("convolution 2", "3×3 reduce", 64, 64, 56),
        _conv("convolution 2", "3×3", 64, 192, 56, 3),
    ]
    channels = 192
    for block, size, ones, threes_reduce, threes, fives_reduce, fives, projection in _INCEPTION:
        table += [
            _conv(block, "1×1", channels, ones, size),
            _conv(block, "3×3 reduce", channels, threes_reduce, size),
            _conv(block, "3×3", threes_reduce, threes, size, 3),
            _conv(block, "5×5 reduce", channels, fives_reduce, size),
            _conv(block, "5×5", fives_reduce, fives, size, 5),
            _conv(block, "pool projection", channels, projection, size),
        ]
        channels = ones + threes + fives + projection
    return (*table, _dense("linear", channels, 1000))


#: GoogLeNet's first layer as Google's code for its successor builds it (``Conv2d_1a_7x7`` in
#: ``research/slim/nets/inception_v2.py`` of github.com/tensorflow/models): eight 7×7 filters for
#: each colour, then a 1×1. The paper says 7×7 only. This layer would have the costs that it prints
#: for the row, 2.7K and 34M (2712 and 34.0 million), and a full 7×7 has not (9408 and 118.0
#: million): our reading, as the paper does not say what it counted.
#:
#: :meta hide-value:
GOOGLENET_SEPARABLE_STEM = (
    _conv("convolution 1", "depthwise 7×7", 3, 24, 112, 7, 2, groups=3),
    _conv("convolution 1", "1×1", 24, 64, 112),
)


def _unet() -> tuple[Layer, ...]:
    # No 3×3 is padded, so each takes a border of one pixel away. Pooling halves the maps on the way
    # down; on the way up, what an up-convolution makes is joined to the maps of the same level.
    table, channels, size = [], 1, 572
    for level in range(1, 6):
        width = 32 * 2**level
        for name in ("first 3×3", "second 3×3"):
            size -= 2
            table.append(_conv(f"down {level}", name, channels, width, size, 3))
            channels = width
        size //= 2
    size *= 2
    for level in range(4, 0, -1):
        block, width, size = f"up {level}", channels // 2, 2 * size
        up = Layer(block, "up 2×2", channels, width, (size, size), 2, 2, transposed=True)
        table += [
            up,
            _conv(block, "first 3×3", channels, width, size - 2, 3),
            _conv(block, "second 3×3", width, width, size - 4, 3),
        ]
        channels, size = width, size - 4
    return (*table, _conv("output", "1×1", channels, 2, size))


_RESNET = {
    # how many blocks conv2_x, conv3_x, conv4_x and conv5_x stack
    18: (2, 2, 2, 2),
    34: (3, 4, 6, 3),
    50: (3, 4, 6, 3),
    101: (3, 4, 23, 3),
    152: (3, 8, 36, 3),
}


def _resnet(depth: int, shortcut: str | None = None) -> tuple[Layer, ...]:
    build, expansion = (_basic, 1) if depth < 50 else (_bottleneck, 4)
    shortcut = shortcut or ("A" if depth < 50 else "B")
    table = [_conv("conv1", "7×7", 3, 64, 112, 7, 2)]
    channels, size = 64, 56
    for stage, blocks in enumerate(_RESNET[depth]):
        width = 64 * 2**stage
        for block in range(blocks):
            stride = 2 if stage > 0 and block == 0 else 1
            size //= stride
            name, out_channels = f"conv{stage + 2}_{block + 1}", expansion * width
            table += build(name, channels, width, size, stride)
            if shortcut == "C" or (shortcut == "B" and channels != out_channels):
                table.append(_conv(name, "projection", channels, out_channels, size, 1, stride))
            channels = out_channels
    return (*table, _dense("fc", channels, 1000))


def _basic(block: str, channels: int, width: int, size: int, stride: int) -> list[Layer]:
    return [
        _conv(block, "first 3×3", channels, width, size, 3, stride),
        _conv(block, "second 3×3", width, width, size, 3),
    ]


def _bottleneck(block: str, channels: int, width: int, size: int, stride: int) -> list[Layer]:
    return [
        _conv(block, "1×1 reduce", channels, width, size, 1, stride),
        _conv(block, "3×3", width, width, size, 3),
        _conv(block, "1×1 restore", width, 4 * width, size),
    ]


_FIRE = (
    # number, size, filters of the squeeze, and of each expand
    *((2, 55, 16, 64), (3, 55, 16, 64), (4, 55, 32, 128)),
    *((5, 27, 32, 128), (6, 27, 48, 192), (7, 27, 48, 192), (8, 27, 64, 256)),
    (9, 13, 64, 256),
)


def _squeezenet() -> tuple[Layer, ...]:
    table = [_conv("conv1", "7×7", 3, 96, 111, 7, 2)]
    channels = 96
    for number, size, squeeze, expand in _FIRE:
        block = f"fire{number}"
        table += [
            _conv(block, "1×1 squeeze", channels, squeeze, size),
            _conv(block, "1×1 expand", squeeze, expand, size),
            _conv(block, "3×3 expand", squeeze, expand, size, 3),
        ]
        channels = 2 * expand
    return (*table, _conv("conv10", "1×1", channels, 1000, 13))


def _densenet() -> tuple[Layer, ...]:
    table = [_conv("convolution", "7×7", 3, 64, 112, 7, 2)]
    channels, size, growth = 64, 56, 32
    for number, depth in enumerate((6, 12, 24, 16), start=1):
        if number > 1:
            block = f"transition {number - 1}"
            # The mean of each 2×2 pixels comes after the 1×1.
            table.append(_conv(block, "1×1", channels, channels // 2, size))
            channels, size = channels // 2, size // 2
        for layer in range(1, depth + 1):
            block = f"dense {number}_{layer}"
            table += [
                _conv(block, "1×1", channels, 4 * growth, size),
                _conv(block, "3×3", 4 * growth, growth, size, 3),
            ]
            channels += growth
    return (*table, _dense("classification", channels, 1000))


_MOBILENET = (
    # out_channels and stride of each separable block
    *((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)),
    *((512, 1),) * 5,
    # Table 1 prints stride 2 for the last block too, but 7×7 both before and after it.
    *((1024, 2), (1024, 1)),
)


def mobilenet_v1(
    width: float = 1, resolution: int = 224, *, shallow: bool = False, separable: bool = True
) -> tuple[Layer, ...]:
    """Return the layers of MobileNet, or of one of the variants that its paper compares.

    Parameters
    ----------
    width
        The width multiplier: what every number of channels, except that of the image's colours
        and of the classes, is multiplied by.
    resolution
        The side of the square input image.
    shallow
        Leave out the five equal blocks on 14×14 maps, as in Table 5.
    separable
        ``False`` puts one full 3×3 convolution in the place of each depthwise 3×3 and its 1×1, as
        in Table 4.

    Raises
    ------
    ValueError
        ``width`` is no positive multiple of 1/32, or ``resolution`` no positive multiple of 32,
        so that some layer would have a fraction of a channel or of a pixel.

    Notes
    -----
    Howard and others, *MobileNets: Efficient Convolutional Neural Networks for Mobile Vision
    Applications*, arXiv:1704.04861, Tables 1 and 4 to 7.

    Examples
    --------
    >>> from conv1x1 import networks
    >>> sum(layer.cost for layer in networks.mobilenet_v1(0.5, 160)).macs
    76524800
    """
    if not isinstance(width, Real) or width <= 0 or 32 * width % 1:
        raise ValueError(
            f"mobilenet_v1: width must be a positive multiple of 1/32; got width {width!r}"
        )
    if not isinstance(resolution, Integral) or resolution <= 0 or resolution % 32:
        raise ValueError(
            "mobilenet_v1: resolution must be a positive multiple of 32; "
            f"got resolution {resolution!r}"
        )
    channels, size = int(32 * width), int(resolution) // 2
    table = [_conv("convolution", "3×3", 3, channels, size, 3, 2)]
    blocks = _MOBILENET[:6] + _MOBILENET[11:] if shallow else _MOBILENET
    for number, (out_channels, stride) in enumerate(blocks, start=1):
        out_channels = int(out_channels * width)
        size //= stride
        build = _separable if separable else _full
        table += build(f"block {number}", channels, out_channels, size, stride)
        channels = out_channels
    return (*table, _dense("fc", channels, 1000))


def _separable(
    block: str, channels: int, out_channels: int, size: int, stride: int = 1
) -> list[Layer]:
    return [
        _conv(block, "depthwise 3×3", channels, channels, size, 3, stride, groups=channels),
        _conv(block, "1×1", channels, out_channels, size),
    ]


def _full(block: str, channels: int, out_channels: int, size: int, stride: int = 1) -> list[Layer]:
    return [_conv(block, "3×3", channels, out_channels, size, 3, stride)]


_MOBILENET_V2 = (
    # expansion, out_channels, how many blocks, stride of the first
    *((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2)),
    *((6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)),
)

# The same, and the side of the depthwise kernel.
_EFFICIENTNET = (
    *((1, 16, 1, 1, 3), (6, 24, 2, 2, 3), (6, 40, 2, 2, 5), (6, 80, 3, 2, 3)),
    *((6, 112, 3, 1, 5), (6, 192, 4, 2, 5), (6, 320, 1, 1, 3)),
)


def _mobilenet_v2() -> tuple[Layer, ...]:
    return _inverted([(*stage, 3) for stage in _MOBILENET_V2], excite=False)


def _efficientnet() -> tuple[Layer, ...]:
    return _inverted(_EFFICIENTNET, excite=True)


def _inverted(
    stages: Iterable[tuple[int, int, int, int, int]], *, excite: bool
) -> tuple[Layer, ...]:
    """Build a network of inverted residual blocks: wide in the middle, narrow at the ends."""
    channels, size = 32, 112
    table = [_conv("convolution", "3×3", 3, channels, size, 3, 2)]
    for stage, (expansion, out_channels, blocks, stride, kernel) in enumerate(stages, start=1):
        for number in range(1, blocks + 1):
            block, step = f"block {stage}_{number}", stride if number == 1 else 1
            wide, name = expansion * channels, f"depthwise {kernel}×{kernel}"
            if expansion != 1:
                table.append(_conv(block, "1×1 expand", channels, wide, size))
            size //= step
            table.append(_conv(block, name, wide, wide, size, kernel, step, groups=wide))
            if excite:
                middle = channels // 4
                table += [
                    _conv(block, "squeeze", wide, middle, 1),
                    _conv(block, "excite", middle, wide, 1),
                ]
            table.append(_conv(block, "1×1 project", wide, out_channels, size))
            channels = out_channels
    return (*table, _conv("last", "1×1", channels, 1280, size), _dense("classifier", 1280, 1000))


def _vit() -> tuple[Layer, ...]:
    width, positions = 768, (1, 14 * 14 + 1)
    table = [_conv("embedding", "16×16", 3, width, 14, 16, 16)]
    for number in range(1, 13):
        block = f"block {number}"
        table += [
            Layer(block, name, width, width, positions, 1)
            for name in ("query", "key", "value", "attention output")
        ]
        table += [
            Layer(block, "1×1 expand", width, 4 * width, positions, 1),
            Layer(block, "1×1 project", 4 * width, width, positions, 1),
        ]
    return (*table, _dense("head", width, 1000))


def _convnext() -> tuple[Layer, ...]:
    table = [_conv("stem", "4×4", 3, 96, 56, 4, 4)]
    channels, size = 96, 56
    for stage, blocks in enumerate((3, 3, 9, 3), start=1):
        if stage > 1:
            size //= 2
            table.append(_conv(f"downsample {stage}", "2×2", channels, 2 * channels, size, 2, 2))
            channels *= 2
        for number in range(1, blocks + 1):
            block = f"block {stage}_{number}"
            table += [
                _conv(block, "depthwise 7×7", channels, channels, size, 7, groups=channels),
                _conv(block, "1×1 expand", channels, 4 * channels, size),
                _conv(block, "1×1 project", 4 * channels, channels, size),
            ]
    return (*table, _dense("head", channels, 1000))


_NETWORKS = {
    "nin-cifar10": _NIN,
    "googlenet": _googlenet(),
    "u-net": _unet(),
    **{f"resnet-{depth}": _resnet(depth) for depth in _RESNET},
    "squeezenet": _squeezenet(),
    "densenet-121": _densenet(),
    "mobilenet-v1": mobilenet_v1(),
    "mobilenet-v2": _mobilenet_v2(),
    "efficientnet-b0": _efficientnet(),
    "vit-b16": _vit(),
    "convnext-t": _convnext(),
}


def names() -> tuple[str, ...]:
    """Return the names of the networks, in the order of their publication.

    >>> from conv1x1 import networks
    >>> networks.names()[:3]
    ('nin-cifar10', 'googlenet', 'u-net')
    """
    return tuple(_NETWORKS)


def layers(name: str, *, shortcut: Literal["A", "B", "C"] | None = None) -> tuple[Layer, ...]:
    """Return the layers of a network that have weights, in the order of its table.

    Parameters
    ----------
    name
        One of :func:`names`.
    shortcut
        For a ResNet, which shortcuts have weights: with ``"A"`` none, with ``"B"`` those of blocks
        that change the number of channels, with ``"C"`` all. By default as the paper has it: A for
        ResNet-18 and ResNet-34, B for the deeper ones.

    Raises
    ------
    ValueError
        ``name`` is not the name of a network, or ``shortcut`` is no option, or given for a network
        that is no ResNet.

    Examples
    --------
    >>> from conv1x1 import networks
    >>> [layer.name for layer in networks.layers("nin-cifar10")][:4]
    ['conv1', 'cccp1', 'cccp2', 'conv2']
    >>> torchvision = networks.layers("resnet-18", shortcut="B")
    >>> [layer.block for layer in torchvision if layer.name == "projection"]
    ['conv3_1', 'conv4_1', 'conv5_1']
    """
    table = _table("layers", name)
    if shortcut is None:
        return table
    if not name.startswith("resnet-") or shortcut not in ("A", "B", "C"):
        raise ValueError(
            "networks.layers: shortcut must be None, or for a ResNet 'A', 'B' or 'C'; "
            f"got {shortcut!r} for {name!r}"
        )
    return _resnet(int(name.removeprefix("resnet-")), shortcut)


def cost(name: str, kernel_size: int | None = None) -> Cost:
    """Count what a network costs for one image, in all or in the convolutions of one size.

    Parameters
    ----------
    name
        One of :func:`names`.
    kernel_size
        Count the ungrouped convolutions with this kernel only: no depthwise layer, and no dense
        one, as it has no kernel. By default everything counts.

    Returns
    -------
    Cost
        Zeros where the network has no such convolution. Parameters are weights, without biases.

    Raises
    ------
    ValueError
        ``name`` is not the name of a network, or ``kernel_size`` no positive integer.

    Examples
    --------
    Nearly all of MobileNet's work is done by 1×1 convolutions:

    >>> from conv1x1 import networks
    >>> every = networks.cost("mobilenet-v1")
    >>> ones = networks.cost("mobilenet-v1", kernel_size=1)
    >>> f"{ones.macs / every.macs:.2%}"
    '94.86%'
    """
    chosen: Iterable[Layer] = _table("cost", name)
    if kernel_size is not None:
        if not isinstance(kernel_size, Integral) or kernel_size < 1:
            raise ValueError(
                "networks.cost: kernel_size must be a positive integer, or None for all layers; "
                f"got {kernel_size!r}"
            )
        chosen = [
            layer for layer in chosen if layer.kernel_size == kernel_size and layer.groups == 1
        ]
    return _total(chosen)


def _table(caller: str, name: str) -> tuple[Layer, ...]:
    if name not in names():
        raise ValueError(
            f"networks.{caller}: name must be one of {', '.join(names())}; got {name!r}"
        )
    return _NETWORKS[name]


def _total(chosen: Iterable[Layer]) -> Cost:
    return sum((layer.cost for layer in chosen), Cost(0, 0, 0))


class Unit(NamedTuple):
    """What a printed figure counts, and what its 1 stands for.

    >>> from conv1x1 import networks
    >>> networks.PRINTED[0].unit
    Unit(name='K weights, K = 1024', quantity='params', size=1024)
    """

    #: For readers.
    name: str
    #: The field of :class:`~conv1x1.cost.Cost` that is counted.
    quantity: Literal["params", "macs"]
    #: How many of it make 1.
    size: int | Fraction


@dataclass(frozen=True)
class Printed:
    """One figure as a paper prints it, with the count that it should be rounded from.

    Attributes
    ----------
    network
        Which of :func:`names` the figure is about; or the network that it is a variant of.
    paper
        The arXiv number of the paper.
    where
        The place in it.
    row
        The row of the table there.
    text
        The figure, digit by digit as printed.
    unit
        What it counts, in the convention that fits its column best.
    count
        The same count from the layer tables, exact.

    Examples
    --------
    >>> from conv1x1 import networks
    >>> (figure,) = (f for f in networks.PRINTED if f.row == "50-layer")
    >>> figure.printed, round(figure.computed, 3), figure.agrees
    (3.8, 3.858, False)
    """

    network: str
    paper: str
    where: str
    row: str
    text: str
    unit: Unit
    count: int

    @property
    def printed(self) -> float:
        """The printed figure as a number."""
        return float(self.text)

    @property
    def decimals(self) -> int:
        """How many decimals were printed."""
        return len(self.text.partition(".")[2])

    @property
    def computed(self) -> float:
        """The count in the figure's unit, not rounded."""
        return float(self._exact)

    @property
    def agrees(self) -> bool:
        """Whether the count rounds to the printed figure, a tie either way.

        The rule of :func:`conv1x1.audit.mismatches`, on exact fractions.
        """
        return abs(self._exact - Fraction(self.text)) <= Fraction(1, 2 * 10**self.decimals)

    @property
    def _exact(self) -> Fraction:
        return Fraction(self.count) / self.unit.size


_BILLION_MACS = Unit("billion MACs", "macs", 10**9)
_MILLION_MACS = Unit("million MACs", "macs", 10**6)
_MILLION_WEIGHTS = Unit("million weights", "params", 10**6)
# 1024, as GoogLeNet's 112K and 1000K are then exact: they are 114 688 and 1 024 000 weights.
_KILO_WEIGHTS = Unit("K weights, K = 1024", "params", 1024)


def _column(
    network: str,
    paper: str,
    where: str,
    unit: Unit,
    texts: str,
    rows: Mapping[str, Iterable[Layer]],
) -> list[Printed]:
    """Read one column of a paper's table: its figures, and the layers that each row counts."""
    return [
        Printed(network, paper, where, row, text, unit, getattr(_total(chosen), unit.quantity))
        for text, (row, chosen) in zip(texts.split(), rows.items(), strict=True)
    ]


def _googlenet_printed() -> list[Printed]:
    network, paper = "googlenet", "1409.4842"
    table = layers(network)
    rows: dict[str, list[Layer]] = {}
    for layer in table:
        rows.setdefault(layer.block, []).append(layer)
    params = "2.7 112 159 380 364 437 463 580 840 1072 1388 1000"
    ops = "34 360 128 304 73 88 100 119 170 54 71 1"
    return [
        *_column(network, paper, "Table 1, params", _KILO_WEIGHTS, params, rows),
        *_column(network, paper, "Table 1, ops", _MILLION_MACS, ops, rows),
        *_column(network, paper, "section 1", _BILLION_MACS, "1.5", {"budget": table}),
    ]


def _resnet_printed() -> list[Printed]:
    # Section 3.3 says what the paper calls FLOPs: multiply-adds.
    where, texts = "Table 1, FLOPs", ("1.8", "3.6", "3.8", "7.6", "11.3")
    figures = []
    for depth, text in zip(_RESNET, texts, strict=True):
        network = f"resnet-{depth}"
        row = {f"{depth}-layer": layers(network)}
        figures += _column(network, "1512.03385", where, _BILLION_MACS, text, row)
    return figures


def _mobilenet_printed() -> list[Printed]:
    base = layers("mobilenet-v1")
    whole = _total(base)
    shares = (
        Unit("% of the MACs", "macs", Fraction(whole.macs, 100)),
        Unit("% of the weights", "params", Fraction(whole.params, 100)),
    )
    types = {
        "Conv 1×1": [layer for layer in base if layer.kernel_size == 1],
        "Conv DW 3×3": [layer for layer in base if layer.groups > 1],
        "Conv 3×3": [layer for layer in base if layer.kernel_size == 3 and layer.groups == 1],
        "Fully Connected": [layer for layer in base if layer.kernel_size is None],
    }
    one_block = {
        "Convolution": _full("", 512, 512, 14),
        "Depthwise Separable Conv": _separable("", 512, 512, 14),
        "α = 0.75": _separable("", 384, 384, 14),
        "ρ = 0.714": _separable("", 384, 384, 10),
    }
    full = {"Conv MobileNet": mobilenet_v1(separable=False), "MobileNet": base}
    narrow = {"0.75 MobileNet": mobilenet_v1(0.75)}
    shallow = {"Shallow MobileNet": mobilenet_v1(shallow=True)}
    widths = {f"{width} MobileNet-224": mobilenet_v1(width) for width in (1.0, 0.75, 0.5, 0.25)}
    sizes = {f"1.0 MobileNet-{side}": mobilenet_v1(1, side) for side in (224, 192, 160, 128)}
    small = {"0.50 MobileNet-160": mobilenet_v1(0.5, 160)}

    def table(
        where: str,
        rows: Mapping[str, Iterable[Layer]],
        mult_adds: str,
        parameters: str,
        units: tuple[Unit, Unit] = (_MILLION_MACS, _MILLION_WEIGHTS),
        network: str = "mobilenet-v1",
    ) -> list[Printed]:
        paper = "1704.04861"
        return [
            *_column(network, paper, f"{where}, Mult-Adds", units[0], mult_adds, rows),
            *_column(network, paper, f"{where}, Parameters", units[1], parameters, rows),
        ]

    return [
        *table("Table 2", types, "94.86 3.06 1.19 0.18", "74.59 1.06 0.02 24.33", shares),
        *table("Table 3", one_block, "462 52.3 29.6 15.1", "2.36 0.27 0.15 0.15"),
        *table("Table 4", full, "4866 569", "29.3 4.2"),
        *table("Table 5", narrow | shallow, "325 307", "2.6 2.9"),
        *table("Table 6", widths, "569 325 149 41", "4.2 2.6 1.3 0.5"),
        *table("Table 7", sizes, "569 418 290 186", "4.2 4.2 4.2 4.2"),
        *table("Table 8", {"1.0 MobileNet-224": base}, "569", "4.2"),
        *table("Table 8", {"GoogleNet": layers("googlenet")}, "1550", "6.8", network="googlenet"),
        *table("Table 9", small, "76", "1.32"),
    ]


def _squeezenet_printed() -> list[Printed]:
    network, unit = "squeezenet", Unit("weights and biases", "params", 1)
    table = layers(network)
    rows: dict[str, list[Layer]] = {}
    for layer in table:
        rows.setdefault(layer.block, []).append(layer)
    rows["total"] = list(table)
    texts = "14208 11920 12432 45344 49440 104880 111024 188992 197184 513000 1248424"
    where = "Table 1, #parameter before pruning"
    return [
        Printed(
            network,
            "1602.07360",
            where,
            row,
            text,
            unit,
            _total(chosen).params + sum(layer.out_channels for layer in chosen),
        )
        for text, (row, chosen) in zip(texts.split(), rows.items(), strict=True)
    ]


def _later_printed() -> list[Printed]:
    figures = []
    for network, paper, where, unit, text, row in (
        ("mobilenet-v2", "1801.04381", "Table 4, Params", _MILLION_WEIGHTS, "3.4", "MobileNetV2"),
        ("mobilenet-v2", "1801.04381", "Table 4, MAdds", _MILLION_MACS, "300", "MobileNetV2"),
        ("efficientnet-b0", "1905.11946", "Table 2, #Params", _MILLION_WEIGHTS, "5.3", "B0"),
        ("efficientnet-b0", "1905.11946", "Table 2, #FLOPs", _BILLION_MACS, "0.39", "B0"),
        ("vit-b16", "2010.11929", "Table 1, Params", _MILLION_WEIGHTS, "86", "ViT-Base"),
        ("convnext-t", "2201.03545", "Table 1, #param.", _MILLION_WEIGHTS, "29", "ConvNeXt-T"),
        ("convnext-t", "2201.03545", "Table 1, FLOPs", _BILLION_MACS, "4.5", "ConvNeXt-T"),
    ):
        figures += _column(network, paper, where, unit, text, {row: layers(network)})
    return figures


#: Every figure about the cost of GoogLeNet, of the ResNets and of MobileNet that their papers print
#: in a table, and GoogLeNet's budget; of the other networks, the figures of one table that gives
#: their size. The papers on U-Net and DenseNet print none for these. Left out are other networks,
#: and MobileNets for other tasks (Tables 10 to 14), whose last layers the paper does not give.
#:
#: :meta hide-value:
PRINTED = (
    *_googlenet_printed(),
    *_resnet_printed(),
    *_mobilenet_printed(),
    *_squeezenet_printed(),
    *_later_printed(),
)
