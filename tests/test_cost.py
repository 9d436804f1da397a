"""Tests of conv1x1/cost.py: the counts, against loops that count, and their arithmetic."""

import itertools
from dataclasses import FrozenInstanceError
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import exactly

from conv1x1 import Cost, conv_cost, linear_cost, receptive_field
from conv1x1.reference import conv2d

COUNTS = st.integers(0, 10**30)
COSTS = st.builds(Cost, COUNTS, COUNTS, COUNTS)
SIZES = st.integers(1, 4)


def count_by_loops(in_channels, out_channels, output_size, kernel, groups):
    """Count the weights, the multiplications and the outputs of a convolution, one by one."""
    weights, macs, activations = set(), 0, 0
    for k in range(out_channels):
        group = k * groups // out_channels
        for _ in itertools.product(*map(range, output_size)):
            activations += 1
            for c in range(in_channels):
                if c * groups // in_channels == group:
                    for place in itertools.product(*map(range, kernel)):
                        weights.add((k, c, place))
                        macs += 1
    return Cost(len(weights), macs, activations)


def types(cost):
    """Return the types of the counts."""
    return {type(count) for count in (cost.params, cost.macs, cost.activations, cost.flops)}


# Cost


def test_fields():
    """The counts are parameters, MACs and activations, in this order."""
    cost = Cost(1, 2, 3)
    assert (cost.params, cost.macs, cost.activations) == (1, 2, 3)
    assert cost == Cost(params=1, macs=2, activations=3)
    assert repr(cost) == "Cost(params=1, macs=2, activations=3)"


@given(COSTS)
def test_flops(cost):
    """A MAC is two floating-point operations, and the count is exact however large."""
    assert cost.flops == cost.macs + cost.macs
    assert type(cost.flops) is int


@given(COSTS, COSTS, COSTS)
def test_addition(a, b, c):
    """Costs add count by count, in any order and grouping, and sum() adds them."""
    assert a + b == Cost(a.params + b.params, a.macs + b.macs, a.activations + b.activations)
    assert a + b == b + a
    assert (a + b) + c == a + (b + c) == sum([a, b, c]) == sum(iter([a, b]), start=c)


def test_sum_of_one_and_of_none():
    """The sum of one cost is that cost, and of none 0, as of all Python objects."""
    cost = Cost(1, 2, 3)
    assert sum([cost]) == cost
    assert sum([cost], start=Cost(0, 0, 0)) == cost


def test_frozen():
    """A cost cannot be changed after it was counted."""
    cost = Cost(1, 2, 3)
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'macs'"):
        cost.macs = 0
    assert cost == Cost(1, 2, 3)


def test_costs_of_numpy_integers_do_not_wrap():
    """The counts of a cost are Python's integers, whatever integers it was made of."""
    cost = Cost(np.int64(2**62), np.int32(2**30), np.uint8(200))
    assert types(cost) == {int}
    assert cost + cost == Cost(2**63, 2**31, 400)


@pytest.mark.parametrize(
    ("counts", "received"),
    [
        pytest.param((1.0, 2, 3), "params must be an integer; got 1.0 of type float", id="float"),
        pytest.param((1, "2", 3), "macs must be an integer; got '2' of type str", id="text"),
        pytest.param(
            (1, 2, None), "activations must be an integer; got None of type NoneType", id="None"
        ),
    ],
)
def test_a_cost_of_what_is_no_integer(counts, received):
    """A count that is no integer is refused, by its name."""
    with pytest.raises(TypeError, match=exactly(f"Cost: {received}")):
        Cost(*counts)


def test_equality_and_hash():
    """Equal costs are one key of a dictionary; another count or another type makes a difference."""
    assert len({Cost(1, 2, 3), Cost(1, 2, 3), Cost(3, 2, 1), Cost(1, 2, 4)}) == 3
    assert Cost(1, 2, 3) != (1, 2, 3)
    assert Cost(0, 0, 0) != 0


# Convolutions


@given(st.data(), SIZES, SIZES, st.integers(1, 3), st.lists(SIZES, min_size=1, max_size=3))
def test_conv_cost_counts_what_loops_do(data, inputs, outputs, groups, output_size):
    """Signals, images and volumes, grouped or not, have the weights and MACs that loops count."""
    kernel = tuple(data.draw(st.integers(1, 3)) for _ in output_size)
    call = (groups * inputs, groups * outputs, tuple(output_size), kernel)
    assert conv_cost(*call, groups=groups) == count_by_loops(*call, groups)


@given(SIZES, SIZES, SIZES, SIZES, st.integers(1, 3))
def test_conv_cost_fits_the_loops_of_the_reference(inputs, outputs, height, width, size):
    """The operands and the result of reference.conv2d have params and activations entries."""
    x = np.ones((inputs, height + size - 1, width + size - 1), int)
    weight = np.ones((outputs, inputs, size, size), int)
    out = conv2d(x, weight)
    cost = conv_cost(inputs, outputs, (height, width), size)
    assert (cost.params, cost.activations) == (weight.size, out.size)
    # Every product is 1, so that the sum of the outputs counts the multiplications.
    assert cost.macs == out.sum()


@given(SIZES, SIZES, st.lists(SIZES, min_size=1, max_size=3), SIZES)
def test_one_kernel_length_stands_for_all_axes(inputs, outputs, output_size, size):
    """A kernel_size of 3 means 3×3 for images, 3×3×3 for volumes; lists do as well as tuples."""
    kernel = (size,) * len(output_size)
    expected = conv_cost(inputs, outputs, tuple(output_size), kernel)
    assert conv_cost(inputs, outputs, output_size, size) == expected
    assert conv_cost(inputs, outputs, output_size, list(kernel)) == expected


@given(SIZES, SIZES, st.lists(SIZES, min_size=1, max_size=3), st.integers(1, 3))
def test_bias_adds_parameters_alone(inputs, outputs, output_size, size):
    """A bias adds one parameter for each output map, and never a MAC."""
    with_bias = conv_cost(inputs, outputs, output_size, size, bias=True)
    without = conv_cost(inputs, outputs, output_size, size, bias=False)
    assert with_bias == without + Cost(outputs, 0, 0)


def test_conv_defaults():
    """By default the kernel is 1×1, in one group, without bias."""
    assert conv_cost(6, 4, (2, 5)) == Cost(24, 240, 40)
    assert conv_cost(6, 4, (2, 5)) == conv_cost(6, 4, (2, 5), 1, groups=1, bias=False)


@given(SIZES, SIZES, st.booleans())
def test_a_dense_layer_is_a_1x1_on_one_pixel(inputs, outputs, bias):
    """On one pixel a 1×1 convolution costs what a dense layer costs; so does one without axes."""
    dense = linear_cost(inputs, outputs, bias=bias)
    assert dense == conv_cost(inputs, outputs, (1, 1), bias=bias)
    assert dense == conv_cost(inputs, outputs, (), bias=bias)


def test_linear_default():
    """By default a dense layer has a bias."""
    assert linear_cost(10, 3) == Cost(33, 30, 3)
    assert linear_cost(10, 3, bias=False) == Cost(30, 30, 3)


def test_bottleneck():
    """28×28×192 to 32 maps by 5×5: through 16 maps of a 1×1 it takes a tenth of the MACs."""
    direct = conv_cost(192, 32, (28, 28), 5)
    reduced = conv_cost(192, 16, (28, 28)) + conv_cost(16, 32, (28, 28), 5)
    assert direct.macs == 120_422_400
    assert reduced.macs == 12_443_648
    assert conv_cost(192, 16, (28, 28)).macs == 2_408_448
    assert conv_cost(16, 32, (28, 28), 5).macs == 10_035_200
    assert (direct.params, reduced.params) == (153_600, 15_872)


def test_depthwise():
    """A depthwise layer has one kernel for each map; a pointwise one mixes them."""
    assert conv_cost(32, 32, (112, 112), 3, groups=32) == Cost(288, 3_612_672, 401_408)
    assert conv_cost(32, 64, (112, 112)) == Cost(2048, 25_690_112, 802_816)


def test_counts_are_python_integers():
    """NumPy integers go in, Python integers come out, which do not overflow."""
    big = np.int32(2**30)
    cost = conv_cost(big, big, (big, np.int64(2)), (np.uint8(3), big), groups=np.int8(2), bias=True)
    assert types(cost) == {int}
    assert cost == Cost(2**59 * 3 * 2**30 + 2**30, 2**59 * 3 * 2**30 * 2**31, 2**61)
    dense = linear_cost(big, big)
    assert types(dense) == {int}
    assert dense == Cost(2**60 + 2**30, 2**60, 2**30)
    assert types(dense + cost) == types(sum([dense, cost])) == {int}


# The receptive field


def seen_by_brute_force(layers):
    """Return how many inputs change one output of a stack of convolutions, tried one by one."""
    field = receptive_field(layers)
    length = field + 2  # an input on either side that must not be seen

    def first_output(signal):
        # Every layer keeps only what a later one can use.
        for kernel_size, stride in layers:
            signal = conv2d(signal, np.ones((1, 1, 1, kernel_size), int), stride=stride)
        return signal[0, 0, 0]

    base = first_output(np.zeros((1, 1, length), int))
    inputs = np.eye(length, dtype=int)[:, None, None]
    seen = [bool(first_output(one) - base) for one in inputs]
    assert seen == sorted(seen, reverse=True)
    return sum(seen)


PAIRS = st.tuples(st.integers(1, 3), st.integers(1, 3)).filter(lambda pair: pair[0] >= pair[1])


@given(st.lists(PAIRS, max_size=4))
def test_receptive_field_by_brute_force(layers):
    """One output changes with as many inputs as the receptive field says.

    No stride is longer than its kernel here: otherwise there are holes in the field.
    """
    assert receptive_field(layers) == seen_by_brute_force(layers)


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), max_size=4))
def test_receptive_field_spans_first_to_last(layers):
    """With holes in it or not, the field reaches from the first input that is seen to the last."""
    last = 0
    for kernel_size, stride in reversed(layers):
        last = last * stride + kernel_size - 1
    assert receptive_field(layers) == last + 1


@pytest.mark.parametrize(
    ("layers", "field"),
    [
        pytest.param([], 1, id="no layer"),
        pytest.param([(1, 1)], 1, id="1x1"),
        pytest.param([(1, 1)] * 100, 1, id="a hundred 1x1"),
        pytest.param([(1, 2), (1, 2)], 1, id="1x1 with stride"),
        pytest.param([(1, 2), (3, 1)], 5, id="every other pixel of five"),
        pytest.param([(3, 1)], 3, id="3x3"),
        pytest.param([(3, 1), (3, 1)], 5, id="two 3x3 see what a 5x5 does"),
        pytest.param([(3, 2), (3, 1)], 7, id="stride first"),
        pytest.param([(3, 1), (3, 2)], 5, id="stride last"),
        pytest.param([(7, 2), (3, 2), (3, 1)], 19, id="the stem of ResNet, and one more"),
    ],
)
def test_receptive_field(layers, field):
    """Known receptive fields."""
    assert receptive_field(layers) == field


def test_receptive_field_of_an_iterator():
    """Layers may come from an iterator, as lists or tuples, and in NumPy integers."""
    layers = iter([[np.int64(3), np.int8(2)], (np.uint8(3), 1)])
    field = receptive_field(layers)
    assert (field, type(field)) == (7, int)


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), min_size=2, max_size=5))
def test_the_field_never_shrinks(layers):
    """A further layer keeps the field or widens it; a 1×1 keeps it."""
    fields = [receptive_field(layers[:k]) for k in range(len(layers) + 1)]
    assert all(before <= after for before, after in pairwise(fields))
    assert receptive_field([*layers, (1, 1)]) == fields[-1]


# What is refused


def positive(name, received):
    """Return the message about a size that is not a positive integer."""
    return f"{name} must be a positive integer; got {received}"


@pytest.mark.parametrize(
    ("arguments", "options", "error", "message"),
    [
        pytest.param((0, 1, (1,)), {}, ValueError, positive("in_channels", 0), id="zero"),
        pytest.param((-3, 1, (1,)), {}, ValueError, positive("in_channels", -3), id="negative"),
        pytest.param(
            (1, 2.0, (1,)),
            {},
            ValueError,
            positive("out_channels", "2.0 of type float"),
            id="float",
        ),
        pytest.param(
            (Fraction(1, 2), 1, (1,)),
            {},
            ValueError,
            positive("in_channels", "Fraction(1, 2) of type Fraction"),
            id="Fraction",
        ),
        pytest.param(
            (1j, 1, (1,)),
            {},
            ValueError,
            positive("in_channels", "1j of type complex"),
            id="complex",
        ),
        pytest.param(
            ("3", 1, (1,)), {}, TypeError, positive("in_channels", "'3' of type str"), id="text"
        ),
        pytest.param(
            (1, None, (1,)),
            {},
            TypeError,
            positive("out_channels", "None of type NoneType"),
            id="None",
        ),
        pytest.param(
            (1, [3], (1,)), {}, TypeError, positive("out_channels", "[3] of type list"), id="list"
        ),
        pytest.param(
            (1, 1, (28, 0)),
            {},
            ValueError,
            positive("every entry of output_size", 0),
            id="no pixels",
        ),
        pytest.param(
            (1, 1, (28, -1)),
            {},
            ValueError,
            positive("every entry of output_size", -1),
            id="negative pixels",
        ),
        pytest.param(
            (1, 1, (28.5, 28)),
            {},
            ValueError,
            positive("every entry of output_size", "28.5 of type float"),
            id="half a pixel",
        ),
        pytest.param(
            (1, 1, ("28", 28)),
            {},
            TypeError,
            positive("every entry of output_size", "'28' of type str"),
            id="text in output_size",
        ),
        pytest.param(
            (1, 1, 28),
            {},
            TypeError,
            "output_size must be a tuple of positive integers, such as (28, 28); "
            "got 28 of type int",
            id="output_size number",
        ),
        pytest.param(
            (1, 1, range(28, 30)),
            {},
            TypeError,
            "output_size must be a tuple of positive integers, such as (28, 28); "
            "got range(28, 30) of type range",
            id="output_size range",
        ),
        pytest.param(
            (1, 1, "28"),
            {},
            TypeError,
            "output_size must be a tuple of positive integers, such as (28, 28); "
            "got '28' of type str",
            id="output_size text",
        ),
        pytest.param(
            (1, 1, None),
            {},
            TypeError,
            "output_size must be a tuple of positive integers, such as (28, 28); "
            "got None of type NoneType",
            id="output_size None",
        ),
        pytest.param((1, 1, (5, 5), 0), {}, ValueError, positive("kernel_size", 0), id="kernel 0"),
        pytest.param(
            (1, 1, (5, 5), 3.0),
            {},
            ValueError,
            positive("kernel_size", "3.0 of type float"),
            id="kernel float",
        ),
        pytest.param(
            (1, 1, (5, 5), (3, -3)),
            {},
            ValueError,
            positive("every entry of kernel_size", -3),
            id="kernel negative",
        ),
        pytest.param(
            (1, 1, (5, 5), None),
            {},
            TypeError,
            positive("kernel_size", "None of type NoneType"),
            id="kernel None",
        ),
        pytest.param(
            (1, 1, (5, 5), "3x3"),
            {},
            TypeError,
            positive("kernel_size", "'3x3' of type str"),
            id="kernel text",
        ),
        pytest.param(
            (1, 1, (5, 5), (3,)),
            {},
            ValueError,
            "kernel_size must have one length for each axis of output_size; "
            "got kernel_size (3,) and output_size (5, 5)",
            id="kernel of fewer axes",
        ),
        pytest.param(
            (1, 1, (5, 5), [3, 3, 3]),
            {},
            ValueError,
            "kernel_size must have one length for each axis of output_size; "
            "got kernel_size [3, 3, 3] and output_size (5, 5)",
            id="kernel of more axes",
        ),
        pytest.param((4, 4, (5,)), {"groups": 0}, ValueError, positive("groups", 0), id="groups 0"),
        pytest.param(
            (4, 4, (5,)), {"groups": -2}, ValueError, positive("groups", -2), id="groups negative"
        ),
        pytest.param(
            (4, 4, (5,)),
            {"groups": 2.0},
            ValueError,
            positive("groups", "2.0 of type float"),
            id="groups float",
        ),
        pytest.param(
            (4, 6, (5,)),
            {"groups": 3},
            ValueError,
            "groups must divide in_channels and out_channels; "
            "got groups 3 with in_channels 4 and out_channels 6",
            id="groups do not divide in_channels",
        ),
        pytest.param(
            (4, 6, (5,)),
            {"groups": 4},
            ValueError,
            "groups must divide in_channels and out_channels; "
            "got groups 4 with in_channels 4 and out_channels 6",
            id="groups do not divide out_channels",
        ),
    ],
)
def test_bad_conv_cost(arguments, options, error, message):
    """A size that is none is refused with its name and what was received."""
    with pytest.raises(error, match=exactly(f"conv_cost: {message}")):
        conv_cost(*arguments, **options)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        pytest.param((0, 5), ValueError, positive("in_features", 0), id="zero"),
        pytest.param((5, -1), ValueError, positive("out_features", -1), id="negative"),
        pytest.param(
            (1.5, 5), ValueError, positive("in_features", "1.5 of type float"), id="fractional"
        ),
        pytest.param((5, "5"), TypeError, positive("out_features", "'5' of type str"), id="text"),
    ],
)
def test_bad_linear_cost(arguments, error, message):
    """A dense layer has at least one feature in and out."""
    with pytest.raises(error, match=exactly(f"linear_cost: {message}")):
        linear_cost(*arguments)


@pytest.mark.parametrize(
    ("layers", "received"),
    [
        pytest.param([(3, 1), (3,)], "(3,) of type tuple", id="no stride"),
        pytest.param([(3, 1, 1)], "(3, 1, 1) of type tuple", id="padding too"),
        pytest.param((3, 1), "3 of type int", id="one layer, not in a list"),
        pytest.param("31", "'3' of type str", id="text"),
        pytest.param([None], "None of type NoneType", id="None"),
        pytest.param(np.array([[3, 1]]), "array([3, 1]) of type ndarray", id="array"),
    ],
)
def test_receptive_field_of_what_is_no_pair(layers, received):
    """Each layer is a pair; the one that is not is named."""
    message = (
        "receptive_field: layers must hold pairs (kernel_size, stride), each a tuple or a list; "
        f"got {received}"
    )
    with pytest.raises(ValueError, match=exactly(message)):
        receptive_field(layers)


@pytest.mark.parametrize(
    ("layers", "received"),
    [pytest.param(5, "5 of type int", id="number"), pytest.param(None, "None of type NoneType")],
)
def test_receptive_field_of_no_list(layers, received):
    """The layers are something to go through."""
    rule = "receptive_field: layers must be a list of pairs (kernel_size, stride)"
    with pytest.raises(TypeError, match=exactly(f"{rule}; got {received}")):
        receptive_field(layers)


@pytest.mark.parametrize(
    ("layers", "error", "name", "received"),
    [
        pytest.param([(3, 1), (0, 1)], ValueError, "kernel_size", "0", id="kernel 0"),
        pytest.param([(3, 0)], ValueError, "stride", "0", id="stride 0"),
        pytest.param([(3, -1)], ValueError, "stride", "-1", id="negative stride"),
        pytest.param(
            [(2.5, 1)], ValueError, "kernel_size", "2.5 of type float", id="fractional kernel"
        ),
        pytest.param([(3, "1")], TypeError, "stride", "'1' of type str", id="stride text"),
    ],
)
def test_receptive_field_of_bad_sizes(layers, error, name, received):
    """Kernel sizes and strides are positive integers."""
    message = f"receptive_field: {positive(f'the {name} of every layer', received)}"
    with pytest.raises(error, match=exactly(message)):
        receptive_field(layers)


@pytest.mark.parametrize("other", [1, 1.5, "cost", None, (1, 2, 3)])
def test_costs_add_to_costs_alone(other):
    """A cost and anything else cannot be added, in either order."""
    name = type(other).__name__
    cost = Cost(1, 2, 3)
    with pytest.raises(
        TypeError, match=rf"unsupported operand type\(s\) for \+: 'Cost' and '{name}'"
    ):
        cost + other
    with pytest.raises(TypeError, match="Cost"):
        other + cost


def test_a_cost_is_not_raised_by_nothing():
    """Only sum() may start from 0: a cost plus 0 is a mistake."""
    with pytest.raises(TypeError, match=r"'Cost' and 'int'"):
        Cost(1, 2, 3) + 0


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(lambda: conv_cost(1, 1, (1,), 1, 1), id="conv_cost"),
        pytest.param(lambda: linear_cost(1, 1, True), id="linear_cost"),
    ],
)
def test_options_are_keywords(call):
    """Groups and bias are given by name."""
    with pytest.raises(TypeError, match=r"positional arguments but \d were given"):
        call()
