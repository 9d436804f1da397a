"""Tests of conv1x1/reference.py: the oracle itself, against hand-worked cases and plain facts."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import EXACT_KINDS, assert_same, exactly, tensors

from conv1x1 import conv1x1
from conv1x1.reference import conv2d

IMAGE = np.arange(1, 13).reshape(1, 3, 4)


def image(*shape):
    """Return an array of ones."""
    return np.ones(shape)


@st.composite
def images(draw, kind="int"):
    """Draw an image of 1 to 3 maps of 1 to 5 by 1 to 5 pixels."""
    shape = (draw(st.integers(1, 3)), draw(st.integers(1, 5)), draw(st.integers(1, 5)))
    return draw(tensors(shape, kind))


def pick(channels, height, width, row, column):
    """Return the filter of one map that copies channel 0 at one place of the kernel."""
    weight = np.zeros((1, channels, height, width), int)
    weight[0, 0, row, column] = 1
    return weight


# Worked by hand


@pytest.mark.parametrize(
    ("weight", "options", "expected"),
    [
        pytest.param([[3]], {}, [[3, 6, 9, 12], [15, 18, 21, 24], [27, 30, 33, 36]], id="1x1"),
        pytest.param([[1, -1]], {}, [[-1, -1, -1]] * 3, id="1x2"),
        pytest.param([[1], [10]], {}, [[51, 62, 73, 84], [95, 106, 117, 128]], id="2x1"),
        pytest.param([[1, 2], [3, 4]], {}, [[44, 54, 64], [84, 94, 104]], id="2x2, not flipped"),
        pytest.param([[1, 1, 1]] * 3, {}, [[54, 63]], id="3x3"),
        pytest.param([[1, 2], [3, 4]], {"stride": 2}, [[44, 64]], id="stride 2"),
        pytest.param([[2]], {"stride": 3}, [[2, 8]], id="stride 3"),
        pytest.param([[2]], {"stride": np.int64(3)}, [[2, 8]], id="stride of NumPy's"),
        pytest.param(
            [[1, 2], [3, 4]],
            {"padding": 1, "stride": 2},
            [[4, 18, 12], [46, 94, 44]],
            id="padding and stride",
        ),
        pytest.param(
            [[1, 1, 1]] * 3,
            {"padding": 1},
            [[14, 24, 30, 22], [33, 54, 63, 45], [30, 48, 54, 38]],
            id="3x3 padded keeps the size",
        ),
    ],
)
def test_worked_by_hand(weight, options, expected):
    """The loops give what a person gets with a pencil."""
    assert_same(conv2d(IMAGE, np.array([[weight]]), **options), np.array([expected]))


def test_two_filters_of_two_maps_by_hand():
    """Filter k makes map k, from every map of the image, and bias k is added to all of it."""
    x = np.array([[[1, 2], [3, 4]], [[5, 6], [7, 8]]])
    weight = np.array([[[[1]], [[10]]], [[[2]], [[-1]]]])
    expected = np.array([[[151, 162], [173, 184]], [[-203, -202], [-201, -200]]])
    assert_same(conv2d(x, weight, np.array([100, -200])), expected)


# Facts that hold for every image


@given(st.data(), st.integers(1, 3), st.integers(1, 3), st.sampled_from(EXACT_KINDS))
def test_one_weight_shifts(data, height, width, kind):
    """A kernel with a single 1 copies the image, shifted by where the 1 is."""
    x = data.draw(images(kind))
    rows, columns = x.shape[1] - height + 1, x.shape[2] - width + 1
    if rows < 1 or columns < 1:
        x = np.tile(x, (1, 3, 3))
        rows, columns = x.shape[1] - height + 1, x.shape[2] - width + 1
    row, column = data.draw(st.integers(0, height - 1)), data.draw(st.integers(0, width - 1))
    out = conv2d(x, pick(len(x), height, width, row, column))
    assert_same(out, x[:1, row : row + rows, column : column + columns])


@given(images(), st.integers(1, 4))
def test_stride_slices(x, stride):
    """With stride s, a 1×1 kernel of one 1 keeps every s-th pixel, from the first on."""
    assert_same(conv2d(x, pick(len(x), 1, 1, 0, 0), stride=stride), x[:1, ::stride, ::stride])


@given(images(), st.integers(0, 3))
def test_padding_is_a_ring_of_zeros(x, padding):
    """Padding puts zeros around the image, the same number on each side."""
    height, width = x.shape[1:]
    expected = np.zeros((1, height + 2 * padding, width + 2 * padding), int)
    expected[0, padding : padding + height, padding : padding + width] = x[0]
    assert_same(conv2d(x, pick(len(x), 1, 1, 0, 0), padding=padding), expected)


@given(images(), st.integers(1, 3), st.integers(1, 3), st.integers(1, 3), st.integers(0, 3))
def test_ones_sum_windows(x, height, width, stride, padding):
    """A kernel of ones sums what it covers, at every step that fits into the padded image."""
    padded = np.pad(x, ((0, 0), (padding, padding), (padding, padding)))
    if height > padded.shape[1] or width > padded.shape[2]:
        return
    windows = np.lib.stride_tricks.sliding_window_view(padded, (height, width), axis=(1, 2))
    expected = windows[:, ::stride, ::stride].sum(axis=(0, 3, 4))[None]
    weight = np.ones((1, len(x), height, width), int)
    assert_same(conv2d(x, weight, stride=stride, padding=padding), expected)


@given(st.data(), images(), st.integers(1, 3), st.integers(1, 2))
def test_linear(data, x, outputs, size):
    """The output is linear in the image and in the weights, and the bias is added to it."""
    x = np.tile(x, (1, 2, 2))
    y = data.draw(tensors(x.shape))
    shape = (outputs, len(x), size, size)
    v, w = data.draw(tensors(shape)), data.draw(tensors(shape))
    bias = data.draw(tensors((outputs,)))
    assert_same(conv2d(2 * x - 3 * y, w), 2 * conv2d(x, w) - 3 * conv2d(y, w))
    assert_same(conv2d(x, 2 * v - 3 * w), 2 * conv2d(x, v) - 3 * conv2d(x, w))
    assert_same(conv2d(x, w, bias), conv2d(x, w) + bias[:, None, None])


# Kinds of numbers


@pytest.mark.parametrize(
    ("x", "weight", "bias", "expected"),
    [
        ("int64", "int64", None, "int64"),
        ("float32", "float32", None, "float32"),
        ("float32", "float32", "float64", "float64"),
        ("int8", "int16", "int32", "int32"),
        ("float64", "complex64", None, "complex128"),
        ("int64", "int64", "object", "object"),
        ("bool", "bool", None, "bool"),
    ],
)
def test_dtype(x, weight, bias, expected):
    """The dtype of the result is NumPy's promotion of all operands, the bias included."""
    bias = None if bias is None else np.ones(1, bias)
    out = conv2d(np.ones((1, 2, 2), x), np.ones((1, 1, 1, 1), weight), bias)
    assert out.dtype == expected


@pytest.mark.parametrize("number", [Fraction, Decimal])
def test_exact_numbers(number):
    """Fractions and decimals stay exact: a third of a tenth is a thirtieth."""
    x = np.array([[[number(1) / 8, number(3)]]], object)
    out = conv2d(x, np.array([[[[number(1) / 4]]]], object), padding=1)
    zero = number(0)
    expected = [[zero] * 4, [zero, number(1) / 32, number(3) / 4, zero], [zero] * 4]
    assert out.tolist() == [expected]
    assert type(out[0, 1, 1]) is number


def test_inputs_are_not_written_to():
    """The loops read their operands, which may be read-only."""
    operands = [np.ones((1, 3, 3)), np.ones((2, 1, 2, 2)), np.ones(2)]
    for operand in operands:
        operand.flags.writeable = False
    out = conv2d(*operands, padding=1)
    assert out.max() == 5
    assert all((operand == 1).all() for operand in operands)


# What is refused

SHAPES = (
    "conv2d: x must be (in_channels, height, width) and weight (out_channels, in_channels, "
    "kernel_height, kernel_width); got x {} and weight {}"
)
STRIDE = "conv2d: stride must be at least 1 and padding at least 0; got stride {} and padding {}"
KERNEL = (
    "conv2d: weight must have a kernel of 1×1 or more, no larger than the padded image; "
    "got weight {} and padded x {}"
)
BIAS = "conv2d: bias must have shape (out_channels,) = ({},); got {}"


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        pytest.param(
            [image(2, 2), image(1, 2, 1, 1)],
            {},
            SHAPES.format("(2, 2)", "(1, 2, 1, 1)"),
            id="2-D x",
        ),
        pytest.param(
            [image(5, 2, 2, 2), image(1, 5, 1, 1)],
            {},
            SHAPES.format("(5, 2, 2, 2)", "(1, 5, 1, 1)"),
            id="batch",
        ),
        pytest.param(
            [image(2, 2, 2), image(1, 2)], {}, SHAPES.format("(2, 2, 2)", "(1, 2)"), id="2-D weight"
        ),
        pytest.param(
            [image(2, 2, 2), image(1, 3, 1, 1)],
            {},
            SHAPES.format("(2, 2, 2)", "(1, 3, 1, 1)"),
            id="in_channels",
        ),
        pytest.param(
            [image(2, 2, 2), image(3, 2, 1, 1), image(2)], {}, BIAS.format(3, "(2,)"), id="bias"
        ),
        pytest.param(
            [image(2, 2, 2), image(3, 2, 1, 1), image(3, 1)],
            {},
            BIAS.format(3, "(3, 1)"),
            id="2-D bias",
        ),
        pytest.param(
            [image(1, 2, 2), image(1, 1, 1, 1)], {"stride": 0}, STRIDE.format(0, 0), id="stride 0"
        ),
        pytest.param(
            [image(1, 2, 2), image(1, 1, 1, 1)],
            {"stride": -1, "padding": 2},
            STRIDE.format(-1, 2),
            id="negative stride",
        ),
        pytest.param(
            [image(1, 2, 2), image(1, 1, 1, 1)],
            {"padding": -1},
            STRIDE.format(1, -1),
            id="negative padding",
        ),
        pytest.param(
            [image(1, 2, 3), image(1, 1, 3, 3)],
            {},
            KERNEL.format("(1, 1, 3, 3)", "(1, 2, 3)"),
            id="kernel too tall",
        ),
        pytest.param(
            [image(1, 3, 2), image(1, 1, 3, 3)],
            {"stride": 2},
            KERNEL.format("(1, 1, 3, 3)", "(1, 3, 2)"),
            id="kernel too wide",
        ),
        pytest.param(
            [image(1, 1, 1), image(1, 1, 4, 4)],
            {"padding": 1},
            KERNEL.format("(1, 1, 4, 4)", "(1, 3, 3)"),
            id="kernel larger than the padded image",
        ),
        pytest.param(
            [image(1, 2, 2), image(1, 1, 0, 1)],
            {},
            KERNEL.format("(1, 1, 0, 1)", "(1, 2, 2)"),
            id="kernel of no rows",
        ),
        pytest.param(
            [image(1, 2, 2), image(1, 1, 1, 0)],
            {},
            KERNEL.format("(1, 1, 1, 0)", "(1, 2, 2)"),
            id="kernel of no columns",
        ),
    ],
)
def test_bad_input(arguments, options, message):
    """What does not fit together is refused, with the rule and the shapes received."""
    with pytest.raises(ValueError, match=exactly(message)):
        conv2d(*arguments, **options)


ARRAY = "{} must be an array of NumPy's, not a masked one; got {}"
MASKED = "masked_array(data=[--],\n             mask=[ True],\n       fi of type MaskedArray"
INTEGERS = "stride and padding must be integers; got stride {} and padding {}"


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        pytest.param(
            [[[[1]]], image(1, 1, 1, 1)], {}, ARRAY.format("x", "[[[1]]] of type list"), id="list"
        ),
        pytest.param(
            [image(1, 2, 2), None],
            {},
            ARRAY.format("weight", "None of type NoneType"),
            id="weight None",
        ),
        pytest.param(
            [image(1, 2, 2), image(1, 1, 1, 1), 1.0],
            {},
            ARRAY.format("bias", "1.0 of type float"),
            id="bias number",
        ),
        pytest.param(
            [image(1, 2, 2), image(1, 1, 1, 1), list(range(30))],
            {},
            ARRAY.format("bias", f"{str(list(range(30)))[:60]} of type list"),
            id="long list",
        ),
        pytest.param(
            [image(1, 2, 2), image(1, 1, 1, 1), np.ma.masked_array([1.0], mask=True)],
            {},
            ARRAY.format("bias", MASKED),
            id="masked",
        ),
        pytest.param(
            [image(1, 2, 2), image(1, 1, 1, 1)],
            {"stride": 1.5},
            INTEGERS.format("1.5", "0"),
            id="stride float",
        ),
        pytest.param(
            [image(1, 2, 2), image(1, 1, 1, 1)],
            {"padding": "1"},
            INTEGERS.format("1", "'1'"),
            id="padding text",
        ),
    ],
)
def test_what_is_no_array_or_no_integer(arguments, options, message):
    """An operand is a plain array, and stride and padding are integers."""
    with pytest.raises(TypeError, match=exactly(f"conv2d: {message}")):
        conv2d(*arguments, **options)


def test_half_floats_round_at_every_step():
    """In half precision a sum of ones stops at 2048, where the fast code goes on."""
    ones = np.ones((3000, 1, 1), np.float16)
    assert conv2d(ones, ones.reshape(1, -1, 1, 1)).item() == 2048
    assert conv1x1(ones, ones.reshape(1, -1)).item() == 3000


def test_products_are_taken_in_the_type_of_the_result():
    """A wide bias widens the products too, as it does in the fast code."""
    x, weight = np.full((1, 1, 1), 200, np.uint8), np.full((1, 1, 1, 1), 2, np.uint8)
    assert conv2d(x, weight, np.zeros(1, np.int64)).item() == 400
