"""Tests of conv1x1/networks.py: the layer tables, and the audit of the papers' figures."""

import re
from collections import Counter
from fractions import Fraction
from math import prod
from pathlib import Path

import numpy as np
import pytest

from conv1x1 import networks
from conv1x1.audit import mismatches
from conv1x1.cost import Cost

NAMES = (
    "nin-cifar10",
    "googlenet",
    "u-net",
    "resnet-18",
    "resnet-34",
    "resnet-50",
    "resnet-101",
    "resnet-152",
    "squeezenet",
    "densenet-121",
    "mobilenet-v1",
    "mobilenet-v2",
    "efficientnet-b0",
    "vit-b16",
    "convnext-t",
)


def by_block(name):
    """Return the layers of each block, by the block's name."""
    blocks = {}
    for layer in networks.layers(name):
        blocks.setdefault(layer.block, []).append(layer)
    return blocks


def total(layers):
    """Return the weights and MACs of layers, counted without conv1x1.cost."""
    weights = [
        layer.out_channels * layer.in_channels // layer.groups * (layer.kernel_size or 1) ** 2
        for layer in layers
    ]
    macs = [
        count * prod(layer.output_size) // (layer.stride**2 if layer.transposed else 1)
        for count, layer in zip(weights, layers, strict=True)
    ]
    return sum(weights), sum(macs)


def figures(where, paper):
    """Return the printed figures of one place in one paper, by their row."""
    found = {
        figure.row: figure
        for figure in networks.PRINTED
        if figure.where == where and figure.paper == paper
    }
    assert found
    return found


# The layer tables


def test_transcript():
    """Every layer and every printed figure is as in ``networks.txt``, to be read beside the papers.

    Where the two differ on purpose, replace the lines there by what this test says they are now.
    """
    lines = []
    for name, table in {
        **{name: networks.layers(name) for name in NAMES},
        "googlenet, separable stem": networks.GOOGLENET_SEPARABLE_STEM,
        "mobilenet-v1, full": networks.mobilenet_v1(separable=False),
    }.items():
        lines.append(name)
        for layer in table:
            kernel = layer.kernel_size and f"{layer.kernel_size}×{layer.kernel_size}"
            height, width = layer.output_size
            lines.append(
                f"  {layer.block}, {layer.name}: {layer.in_channels} to {layer.out_channels} maps"
                f" of {height}×{width}, kernel {kernel}, stride {layer.stride},"
                f" groups {layer.groups}{', transposed' * layer.transposed}"
            )
    for figure in networks.PRINTED:
        unit = figure.unit
        lines += [
            f"{figure.network}, arXiv:{figure.paper}, {figure.where}, {figure.row}",
            f"  {figure.text} {unit.name}: {figure.count} {unit.quantity} / {unit.size}",
        ]
    expected = Path(__file__).with_name("networks.txt").read_text(encoding="utf-8")
    assert lines == expected.splitlines()


def test_names_are_stable():
    """The names are lower-case, in the order of publication, and never change."""
    assert networks.names() == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_layers_are_named_once(name):
    """No two layers of a network share a block and a name."""
    counts = Counter((layer.block, layer.name) for layer in networks.layers(name))
    assert max(counts.values()) == 1


@pytest.mark.parametrize("name", ["nin-cifar10", "mobilenet-v1"])
def test_a_chain_passes_its_channels_on(name):
    """Every layer of a network without branches reads what the layer before it puts out."""
    table = networks.layers(name)
    assert [layer.in_channels for layer in table[1:]] == [
        layer.out_channels for layer in table[:-1]
    ]
    assert table[0].in_channels == 3


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("resnet")])
def test_resnet_passes_its_channels_on(name):
    """The main path is a chain, and a projection has the ends and the stride of its block."""
    channels = 3
    for block in by_block(name).values():
        path = [layer for layer in block if layer.name != "projection"]
        start = channels
        for layer in path:
            assert layer.in_channels == channels
            channels = layer.out_channels
        for shortcut in block[len(path) :]:
            assert (shortcut.in_channels, shortcut.out_channels) == (start, channels)
            assert shortcut.stride == path[0].stride
            assert shortcut.output_size == path[-1].output_size


def test_googlenet_passes_its_channels_on():
    """Every branch of an Inception module reads the concatenation of the module before it."""
    channels = 192
    inception = [block for name, block in by_block("googlenet").items() if "inception" in name]
    assert len(inception) == 9
    for block in inception:
        ones, threes_reduce, threes, fives_reduce, fives, projection = block
        for layer in (ones, threes_reduce, fives_reduce, projection):
            assert (layer.in_channels, layer.kernel_size) == (channels, 1)
        assert (threes.in_channels, threes.kernel_size) == (threes_reduce.out_channels, 3)
        assert (fives.in_channels, fives.kernel_size) == (fives_reduce.out_channels, 5)
        channels = sum(layer.out_channels for layer in (ones, threes, fives, projection))
    assert channels == networks.layers("googlenet")[-1].in_channels == 1024


def test_inception_outputs_are_those_of_the_paper():
    """The concatenations have the channels that the "output size" column of Table 1 prints."""
    blocks = [block for name, block in by_block("googlenet").items() if "inception" in name]
    outputs = [
        sum(layer.out_channels for layer in block if not layer.name.endswith("reduce"))
        for block in blocks
    ]
    assert outputs == [256, 480, 512, 512, 512, 528, 832, 832, 1024]


@pytest.mark.parametrize(
    ("name", "depth"),
    [("googlenet", 58), ("mobilenet-v1", 28), ("nin-cifar10", 9)]
    + [("u-net", 23), ("densenet-121", 121), ("squeezenet", 26)]
    + [(f"resnet-{depth}", depth) for depth in (18, 34, 50, 101, 152)],
)
def test_depth(name, depth):
    """A network has as many layers as its name or its paper says, projections not counted."""
    assert sum(layer.name != "projection" for layer in networks.layers(name)) == depth


@pytest.mark.parametrize(
    ("name", "weights", "macs"),
    [
        # Counted by another program from Caffe definitions: the authors' of Network in Network and
        # ResNet, and for GoogLeNet a deploy.prototxt with its last layer set to 1000 classes.
        ("nin-cifar10", 965_568, 222_486_528),
        ("googlenet", 6_990_272, 1_582_671_872),
        ("resnet-50", 25_502_912, 3_857_973_248),
        ("resnet-101", 44_442_816, 7_570_194_432),
        ("resnet-152", 60_040_384, 11_282_415_616),
    ],
)
def test_totals_are_those_of_published_definitions(name, weights, macs):
    """The tables add up to what the public model definitions do."""
    assert total(networks.layers(name)) == (weights, macs)
    assert (networks.cost(name).params, networks.cost(name).macs) == (weights, macs)


@pytest.mark.parametrize(
    ("name", "torchvision"),
    [
        ("resnet-18", 11_689_512),
        ("resnet-34", 21_797_672),
        ("resnet-50", 25_557_032),
        ("resnet-101", 44_549_160),
        ("resnet-152", 60_192_808),
    ],
)
def test_resnet_matches_torchvision(name, torchvision):
    """Two batch-norm parameters a map, the dense biases and option B make torchvision's counts."""
    table = networks.layers(name)
    weights, _ = total(table)
    maps = sum(layer.out_channels for layer in table[:-1])
    if name in ("resnet-18", "resnet-34"):
        weights += 64 * 128 + 128 * 256 + 256 * 512
        maps += 128 + 256 + 512
    assert weights + 2 * maps + 1000 == torchvision


def test_mobilenet_matches_keras():
    """Four batch-norm numbers a map and the dense biases make the count of Keras Applications."""
    table = networks.layers("mobilenet-v1")
    maps = sum(layer.out_channels for layer in table[:-1])
    assert total(table)[0] + 4 * maps + 1000 == 4_253_864


def test_sizes_follow_the_strides():
    """ResNet halves 224 down to 7, and MobileNet's strides alone lead to every output size."""
    sizes = {layer.output_size[0] for layer in networks.layers("resnet-50")}
    assert sizes == {112, 56, 28, 14, 7, 1}
    size = 224
    for layer in networks.layers("mobilenet-v1")[:-1]:
        size //= layer.stride
        assert layer.output_size == (size, size)


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("resnet")])
def test_resnet_strides_follow_the_sizes(name):
    """A layer steps as far as its block's input is larger than its output; a pooling halves once.

    The shortcut's projection starts from the block's input, as its first layer does.
    """
    size = 224
    for block, table in by_block(name).items():
        before = size // 2 if block == "conv2_1" else size
        for place, layer in enumerate(table):
            start = before if place == 0 or layer.name == "projection" else table[0].output_size[0]
            if layer.kernel_size is not None:
                assert layer.stride * layer.output_size[0] == start
                size = layer.output_size[0]
    assert size == 7


def test_strides_of_the_others():
    """GoogLeNet steps by two in its first layer alone, and Network in Network nowhere.

    Poolings do the rest. A stem that is split in two makes the first layer's maps of its input.
    """
    first, *others = networks.layers("googlenet")
    assert first.stride * first.output_size[0] == 224
    assert {layer.stride for layer in (*others, *networks.layers("nin-cifar10"))} == {1}
    depthwise, pointwise = networks.GOOGLENET_SEPARABLE_STEM
    assert depthwise.stride * depthwise.output_size[0] == 224
    assert depthwise.output_size == pointwise.output_size == first.output_size
    assert pointwise.stride == pointwise.kernel_size == 1
    assert (depthwise.in_channels, pointwise.out_channels) == (3, first.out_channels)
    assert depthwise.kernel_size == first.kernel_size
    assert depthwise.groups == 3


# What they cost


@pytest.mark.parametrize("name", NAMES)
def test_cost_is_the_sum_of_the_layers(name):
    """A network costs what its layers cost, the dense one included."""
    table = networks.layers(name)
    assert networks.cost(name) == sum(layer.cost for layer in table)
    assert (networks.cost(name).params, networks.cost(name).macs) == total(table)


@pytest.mark.parametrize("name", NAMES)
def test_kernel_sizes_depthwise_and_dense_make_the_whole(name):
    """The ungrouped convolutions of each size, the depthwise and the dense layers are all."""
    table = networks.layers(name)
    parts = [networks.cost(name, size) for size in range(1, 17)]
    parts += [layer.cost for layer in table if layer.groups > 1 or layer.kernel_size is None]
    assert sum(parts) == networks.cost(name)


def test_a_dense_layer_is_no_1x1_convolution():
    """A dense layer counts in the whole network, and in no kernel size."""
    dense = networks.layers("googlenet")[-1]
    assert (dense.kernel_size, dense.cost) == (None, Cost(1_024_000, 1_024_000, 1000))
    assert networks.cost("googlenet", 1) == sum(
        layer.cost for layer in networks.layers("googlenet") if layer.kernel_size == 1
    )


def test_a_size_that_is_not_there_costs_nothing():
    """ResNet-34 has no 1×1 convolution: its shortcuts have no weights."""
    assert networks.cost("resnet-34", 1) == Cost(0, 0, 0)


def test_numpy_kernel_size():
    """A NumPy integer is an integer."""
    assert networks.cost("nin-cifar10", np.int64(5)) == networks.cost("nin-cifar10", 5)


@pytest.mark.parametrize("name", ["alexnet", "ResNet-50", "", None, 50, ["googlenet"]])
def test_unknown_name(name):
    """An unknown name is refused with the names that there are, and with what was received."""
    for function in (networks.layers, networks.cost):
        with pytest.raises(ValueError, match=r"name must be one of nin-cifar10, .*; got") as error:
            function(name)
        assert str(error.value).endswith(f"got {name!r}")
        assert str(error.value).startswith(f"networks.{function.__name__}: ")


@pytest.mark.parametrize("size", [0, -1, 1.5, 1.0, "1", (1, 1)])
def test_bad_kernel_size(size):
    """A kernel size is a positive integer."""
    with pytest.raises(ValueError, match="kernel_size") as error:
        networks.cost("googlenet", size)
    assert str(error.value) == (
        "networks.cost: kernel_size must be a positive integer, or None for all layers; "
        f"got {size!r}"
    )


# The variants of MobileNet


def test_mobilenet_v1_is_the_network_by_default():
    """Without arguments, the function gives the network of Table 1."""
    assert networks.mobilenet_v1() == networks.layers("mobilenet-v1")


def test_the_narrowest_mobilenets():
    """A width may be any multiple of 1/32, an odd one too."""
    assert networks.mobilenet_v1(3 / 32)[0].out_channels == 3
    assert networks.mobilenet_v1(1 / 32, 32)[0].output_size == (16, 16)


@pytest.mark.parametrize("width", [1, 0.75, 0.5, 0.25])
@pytest.mark.parametrize("resolution", [224, 192, 160, 128])
def test_multipliers(width, resolution):
    """Width scales the channels between image and classes, resolution scales the maps."""
    table = networks.mobilenet_v1(width, resolution)
    pairs = list(zip(table, networks.mobilenet_v1(), strict=True))
    for layer, base in pairs[:-1]:
        assert layer.out_channels == width * base.out_channels
        assert layer.output_size[0] * 224 == base.output_size[0] * resolution
    assert (table[0].in_channels, table[-1].out_channels) == (3, 1000)
    assert {type(layer.out_channels) for layer in table} == {int}


def test_numpy_integers_make_python_integers():
    """Every size of a layer is one of Python's integers, whatever the resolution came as."""
    table = networks.mobilenet_v1(np.float64(1), np.int64(224))
    assert table == networks.mobilenet_v1()
    assert {type(length) for layer in table for length in layer.output_size} == {int}
    assert {type(layer.out_channels) for layer in table} == {int}


def test_shallow_and_full_mobilenets():
    """Five blocks are two layers each, and a full 3×3 stands for two layers."""
    assert len(networks.mobilenet_v1(shallow=True)) == 28 - 10
    full = networks.mobilenet_v1(separable=False)
    assert len(full) == 15
    assert {layer.kernel_size for layer in full[:-1]} == {3}
    assert {layer.groups for layer in full} == {1}


@pytest.mark.parametrize("width", [0, -0.5, 0.3, float("nan"), float("inf"), "1"])
def test_bad_width(width):
    """A width that breaks a channel into pieces is refused."""
    with pytest.raises(ValueError, match="width must be a positive multiple of 1/32; got width"):
        networks.mobilenet_v1(width)


@pytest.mark.parametrize("resolution", [0, -32, 200, 224.0, "224"])
def test_bad_resolution(resolution):
    """A resolution that breaks a pixel into pieces is refused."""
    with pytest.raises(ValueError, match="resolution must be a positive multiple of 32; got"):
        networks.mobilenet_v1(1, resolution)


# The networks after 2015, and the options of ResNet's shortcuts


@pytest.mark.parametrize("name", ["mobilenet-v2", "vit-b16", "convnext-t"])
def test_later_chains_pass_their_channels_on(name):
    """What each layer reads has the channels of the layer before, but for a transformer's query."""
    channels = 3
    for layer in networks.layers(name):
        if layer.name not in ("key", "value"):
            assert layer.in_channels == channels
            channels = layer.out_channels


def test_efficientnet_passes_its_channels_on():
    """Squeeze and excite end with the channels that they read: a quarter of the block's between."""
    channels = 3
    for block in by_block("efficientnet-b0").values():
        start = channels
        for layer in block:
            assert layer.in_channels == channels
            channels = layer.out_channels
            if layer.name == "squeeze":
                assert (channels, layer.output_size) == (start // 4, (1, 1))
            if layer.name == "excite":
                assert channels == block[-1].in_channels


def test_squeezenet_joins_what_it_expands():
    """Both kernels of a fire module read the squeezed maps, and their outputs are stacked."""
    channels = 96
    fires = [block for name, block in by_block("squeezenet").items() if name.startswith("fire")]
    assert len(fires) == 8
    for squeeze, ones, threes in fires:
        assert (squeeze.in_channels, squeeze.kernel_size) == (channels, 1)
        assert ones.in_channels == threes.in_channels == squeeze.out_channels
        assert (ones.kernel_size, threes.kernel_size) == (1, 3)
        channels = ones.out_channels + threes.out_channels
    assert channels == networks.layers("squeezenet")[-1].in_channels == 512


def test_densenet_layers_read_all_before_them():
    """Every layer adds 32 channels to those that the next one reads, and a transition halves."""
    channels = 64
    for name, block in by_block("densenet-121").items():
        if name.startswith("dense "):
            ones, threes = block
            assert (ones.in_channels, ones.kernel_size) == (channels, 1)
            assert (threes.in_channels, threes.kernel_size) == (ones.out_channels, 3)
            channels += threes.out_channels
            assert (ones.out_channels, threes.out_channels) == (128, 32)
        if name.startswith("transition"):
            assert (block[0].in_channels, block[0].out_channels) == (channels, channels // 2)
            channels //= 2
    assert channels == networks.layers("densenet-121")[-1].in_channels == 1024


def test_unet_joins_the_levels():
    """After every up-convolution a 3×3 reads its maps and as many of the same level, cropped."""
    blocks = by_block("u-net")
    for level in range(1, 5):
        down, (up, first, *_) = blocks[f"down {level}"], blocks[f"up {level}"]
        assert up.transposed
        assert first.in_channels == up.out_channels + down[-1].out_channels
        assert down[-1].output_size > up.output_size
    sizes = [layer.output_size[0] for layer in networks.layers("u-net") if layer.kernel_size == 3]
    # The figures printed in the paper's Figure 1.
    assert sizes == [
        *(570, 568, 282, 280, 138, 136, 66, 64, 30, 28),
        *(54, 52, 102, 100, 198, 196, 390, 388),
    ]
    assert networks.layers("u-net")[-1].output_size == (388, 388)


def test_a_transposed_layer_multiplies_each_pixel_that_it_reads():
    """Every pixel of the input meets every weight, so MACs are weights times input pixels."""
    up = networks.Layer("", "", 8, 4, (6, 10), 2, 2, transposed=True)
    assert up.cost == Cost(8 * 4 * 2 * 2, 8 * 4 * 2 * 2 * 3 * 5, 4 * 6 * 10)


@pytest.mark.parametrize(
    ("name", "torchvision"),
    [
        ("mobilenet-v2", 3_504_872),
        ("efficientnet-b0", 5_288_548),
        ("densenet-121", 7_978_856),
        ("vit-b16", 86_567_656),
        ("convnext-t", 28_589_128),
    ],
)
def test_later_networks_match_torchvision(name, torchvision):
    """With biases and the parameters of normalisation, the tables make torchvision's counts."""
    table = networks.layers(name)
    weights, _ = total(table)
    *body, head = table
    if name in ("mobilenet-v2", "efficientnet-b0"):
        # Two batch-norm parameters a map; squeeze-and-excite has a bias instead.
        more = sum((2 - (layer.output_size == (1, 1))) * layer.out_channels for layer in body)
    elif name == "densenet-121":
        # Batch norm comes before every convolution but the first, and after that one.
        more = 2 * (64 + sum(layer.in_channels for layer in table[1:]))
    elif name == "vit-b16":
        # Biases, the class token, a number for each position and channel, and layer norms.
        more = sum(layer.out_channels for layer in body) + 768 + 197 * 768 + 2 * 768 * 25
    else:
        # Biases; layer norms at the stem, before each 2×2, in each block and at the end; and one
        # scale for each channel of a block.
        norms = [layer.in_channels for layer in body if layer.kernel_size in (2, 7)]
        more = sum(layer.out_channels for layer in body) + 2 * (96 + sum(norms) + 768)
        more += sum(layer.in_channels for layer in body if layer.kernel_size == 7)
    assert weights + more + head.out_channels == torchvision


@pytest.mark.parametrize(
    ("name", "option", "blocks"),
    [
        ("resnet-18", "A", []),
        ("resnet-18", "B", ["conv3_1", "conv4_1", "conv5_1"]),
        ("resnet-34", "B", ["conv3_1", "conv4_1", "conv5_1"]),
        ("resnet-50", "A", []),
        ("resnet-50", "B", ["conv2_1", "conv3_1", "conv4_1", "conv5_1"]),
        ("resnet-18", "C", [f"conv{stage}_{block}" for stage in range(2, 6) for block in (1, 2)]),
    ],
)
def test_shortcuts(name, option, blocks):
    """The option says which blocks have a projection, and nothing else changes."""
    table = networks.layers(name, shortcut=option)
    assert [layer.block for layer in table if layer.name == "projection"] == blocks
    plain = [layer for layer in networks.layers(name) if layer.name != "projection"]
    assert [layer for layer in table if layer.name != "projection"] == plain


@pytest.mark.parametrize(
    ("name", "option"),
    [(f"resnet-{depth}", "A" if depth < 50 else "B") for depth in (18, 34, 50, 101, 152)],
)
def test_shortcuts_by_default(name, option):
    """The paper's own options are A for two layers a block, and B for bottlenecks."""
    assert networks.layers(name, shortcut=option) == networks.layers(name)


@pytest.mark.parametrize(
    ("name", "option"), [("googlenet", "A"), ("resnet-18", "D"), ("resnet-50", ["B"])]
)
def test_bad_shortcut(name, option):
    """An option that the paper does not have is refused, and any for other networks."""
    message = (
        "networks.layers: shortcut must be None, or for a ResNet 'A', 'B' or 'C'; "
        f"got {option!r} for {name!r}"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        networks.layers(name, shortcut=option)


# What the papers print


def test_every_verdict_is_that_of_the_audit():
    """A figure agrees where audit.mismatches, given its decimals, finds nothing."""
    for figure in networks.PRINTED:
        found = mismatches([figure.printed], [figure.computed], figure.decimals)
        assert figure.agrees == (not found), figure


def test_a_tie_agrees_either_way():
    """159.5 may be printed as 159 or as 160, and as nothing else."""
    unit = networks.Unit("", "params", 1024)
    verdicts = [
        networks.Printed("", "", "", "", text, unit, 163_328).agrees
        for text in ("158", "159", "160", "161")
    ]
    assert verdicts == [False, True, True, False]


@pytest.mark.parametrize(("count", "agrees"), [(1450, True), (1449, False), (1551, False)])
def test_decimals_say_how_near_a_count_must_be(count, agrees):
    """What is printed as 1.5 thousand is from 1450 to 1550."""
    unit = networks.Unit("thousand", "params", 1000)
    assert networks.Printed("", "", "", "", "1.5", unit, count).agrees is agrees


def test_figures_are_about_networks_and_named_once():
    """Every figure names one of the networks, and a place of its own."""
    assert {figure.network for figure in networks.PRINTED} == set(NAMES) - {
        "nin-cifar10",
        "u-net",
        "densenet-121",
    }
    places = Counter((figure.paper, figure.where, figure.row) for figure in networks.PRINTED)
    assert max(places.values()) == 1


def test_the_figures_that_do_not_reproduce():
    """Exactly these printed figures differ from what the papers' own tables give."""
    found = [
        (figure.where, figure.row, figure.text, round(figure.computed, 2))
        for figure in networks.PRINTED
        if not figure.agrees
    ]
    assert found == [
        ("Table 1, params", "convolution 1", "2.7", 9.19),
        ("Table 1, params", "inception (3b)", "380", 379.0),
        ("Table 1, params", "inception (4a)", "364", 366.75),
        ("Table 1, params", "inception (4b)", "437", 438.0),
        ("Table 1, params", "inception (4c)", "463", 497.5),
        ("Table 1, params", "inception (4d)", "580", 590.5),
        ("Table 1, params", "inception (4e)", "840", 847.0),
        ("Table 1, params", "inception (5a)", "1072", 1018.0),
        ("Table 1, params", "inception (5b)", "1388", 1409.0),
        ("Table 1, ops", "convolution 1", "34", 118.01),
        ("Table 1, ops", "inception (4a)", "73", 73.61),
        ("Table 1, ops", "inception (5a)", "54", 51.08),
        ("section 1", "budget", "1.5", 1.58),
        ("Table 1, FLOPs", "50-layer", "3.8", 3.86),
        ("Table 2, Mult-Adds", "Conv 3×3", "1.19", 1.91),
        ("Table 4, Mult-Adds", "Conv MobileNet", "4866", 4867.29),
        ("Table 7, Mult-Adds", "1.0 MobileNet-160", "290", 290.68),
        ("Table 8, Mult-Adds", "GoogleNet", "1550", 1582.67),
        ("Table 8, Parameters", "GoogleNet", "6.8", 6.99),
        ("Table 9, Mult-Adds", "0.50 MobileNet-160", "76", 76.52),
        ("Table 4, Params", "MobileNetV2", "3.4", 3.47),
        ("Table 4, MAdds", "MobileNetV2", "300", 300.77),
        ("Table 2, #Params", "B0", "5.3", 5.24),
    ]
    assert len(networks.PRINTED) == 94


def test_mobilenet_shares():
    """The 1×1 convolutions have 94.86 % of the MACs and 74.59 % of the weights, as printed."""
    ones, whole = networks.cost("mobilenet-v1", 1), networks.cost("mobilenet-v1")
    assert f"{ones.macs / whole.macs:.2%}" == "94.86%"
    assert f"{ones.params / whole.params:.2%}" == "74.59%"


def test_mobilenet_shares_printed_do_not_add_up():
    """The printed MACs make 99.29 %; with 1.91 for 1.19 they make 100.01 %."""
    column = figures("Table 2, Mult-Adds", "1704.04861")
    printed = sum(Fraction(figure.text) for figure in column.values())
    assert printed == Fraction("99.29")
    assert round(column["Conv 3×3"].computed, 2) == 1.91
    assert printed - Fraction("1.19") + Fraction("1.91") == Fraction("100.01")


def test_mobilenet_mult_adds_fit_no_single_convention():
    """The three totals that fail fit without the dense layer, which others need."""
    variants = {
        "4866": networks.mobilenet_v1(separable=False),
        "290": networks.mobilenet_v1(1, 160),
        "76": networks.mobilenet_v1(0.5, 160),
        "569": networks.mobilenet_v1(),
        "418": networks.mobilenet_v1(1, 192),
        "186": networks.mobilenet_v1(1, 128),
    }
    without = {text: round(total(table[:-1])[1] / 10**6) for text, table in variants.items()}
    assert without == {"4866": 4866, "290": 290, "76": 76, "569": 568, "418": 417, "186": 185}


@pytest.mark.parametrize(
    ("kilo", "biases", "fitting"),
    [
        (1000, False, []),
        (1000, True, []),
        (1024, False, ["112", "159", "1000"]),
        (1024, True, ["112", "380"]),
    ],
)
def test_googlenet_params_fit_no_single_convention(kilo, biases, fitting):
    """With or without biases, K = 1000 or 1024: never more than 3 of the 12 rows fit."""
    blocks = by_block("googlenet")
    fits = []
    for row, figure in figures("Table 1, params", "1409.4842").items():
        count = figure.count + biases * sum(layer.out_channels for layer in blocks[row])
        if not mismatches([figure.printed], [count / kilo], figure.decimals):
            fits.append(figure.text)
    assert fits == fitting


def test_googlenet_separable_stem():
    """The first row of GoogLeNet's Table 1 and its budget fit a stem that is split in two."""
    stem = sum(layer.cost for layer in networks.GOOGLENET_SEPARABLE_STEM)
    assert (stem.params, stem.macs) == (2712, 34_019_328)
    assert networks.GOOGLENET_SEPARABLE_STEM[-1].out_channels == 64
    plain = networks.layers("googlenet")[0].cost
    assert (plain.params, plain.macs) == (9408, 118_013_952)
    macs = networks.cost("googlenet").macs - plain.macs + stem.macs
    assert round(macs / 10**9, 1) == 1.5


def test_googlenet_columns_add_up_to_its_budget():
    """The ops column adds up to 1502M, the 1.5 billion of section 1; params make 6797.7K."""
    sums = [
        sum(Fraction(figure.text) for figure in figures(where, "1409.4842").values())
        for where in ("Table 1, ops", "Table 1, params")
    ]
    assert sums == [1502, Fraction("6797.7")]


def test_resnet_34_tells_the_shortcut():
    """3.6 billion is ResNet-34 with shortcuts without weights; with projections it is 3.7."""
    macs = networks.cost("resnet-34").macs
    assert round(macs / 10**9, 1) == 3.6
    projections = 64 * 128 * 28**2 + 128 * 256 * 14**2 + 256 * 512 * 7**2
    assert round((macs + projections) / 10**9, 1) == 3.7
