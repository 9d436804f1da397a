"""Tests of conv1x1/operation.py: what the operation is, for every shape and kind of number."""

import json
import math
import re
import sys
import tracemalloc
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from math import prod
from pathlib import Path

import numpy as np
import pytest
from array_api_compat import array_namespace, is_array_api_obj
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import (
    EXACT_KINDS,
    KINDS,
    LAYOUTS,
    Layer,
    assert_same,
    by_loops,
    exactly,
    lay_out,
    layers,
    tensors,
)

from conv1x1 import Gradients, conv1x1, conv1x1_backward, operation

ROOT = Path(__file__).parents[1]

DTYPES = ["bool", "uint8", "int8", "int32", "int64", "uint64", "float16", "float32", "float64"]
DTYPES += ["longdouble", "complex64", "complex128", "object", ">i4", ">f8"]


def call(layer):
    """Call conv1x1 on what was drawn."""
    return conv1x1(layer.x, layer.weight, layer.bias, **layer.options)


def shuffle_pixels(array, axis, order):
    """Return the array with all its pixels, of all its batch entries, in another order."""
    front = np.moveaxis(array, axis, 0)
    shuffled = front.reshape(len(front), len(order))[:, order].reshape(front.shape)
    return np.moveaxis(shuffled, 0, axis)


# Against the loops


@pytest.mark.parametrize("kind", EXACT_KINDS)
@given(st.data())
def test_agrees_with_the_loops(kind, data):
    """Wherever the channels are, and however they are grouped, the loops give the same array."""
    layer = data.draw(layers(kind))
    assert_same(call(layer), by_loops(layer))


@given(layers("float"))
def test_floats_agree_with_the_loops(layer):
    """With floats the loops give the same up to the order of the sums."""
    expected = by_loops(layer)
    out = call(layer)
    assert out.shape == expected.shape
    np.testing.assert_allclose(out, expected, rtol=1e-12, atol=1e-10)


def test_the_page_says_how_many_layers_are_compared():
    """What the page ``verification`` says is every kind of number as often as Hypothesis draws."""
    told = json.loads((ROOT / "docs" / "data" / "checks.json").read_text("utf-8"))
    assert told == {"random_layers": len(KINDS) * settings().max_examples}


@pytest.mark.parametrize("groups", [1, 2, 3, 6])
@pytest.mark.parametrize("axis", [-5, -4, -3, -2, -1, 0, 1, 2, 3, 4])
def test_every_axis_and_group_count(axis, groups):
    """In five axes, each can hold the channels, counted from either end, in groups or not."""
    rng = np.random.default_rng(1)
    shape = [2, 3, 1, 4, 2]
    shape[axis] = 6
    x = rng.integers(-9, 9, shape)
    weight = rng.integers(-9, 9, (12, 6 // groups))
    layer = Layer(x, weight, np.arange(12), axis, groups)
    assert_same(call(layer), by_loops(layer))


@pytest.mark.parametrize(
    ("shape", "axis", "out"),
    [
        pytest.param((3,), 0, (2,), id="one pixel"),
        pytest.param((3,), -1, (2,), id="one pixel, last axis"),
        pytest.param((3, 7), -2, (2, 7), id="signal"),
        pytest.param((5, 3, 7), -2, (5, 2, 7), id="batch of signals"),
        pytest.param((3, 4, 5), -3, (2, 4, 5), id="image"),
        pytest.param((6, 3, 4, 5), -3, (6, 2, 4, 5), id="batch of images"),
        pytest.param((6, 4, 5, 3), -1, (6, 4, 5, 2), id="channels last"),
        pytest.param((3, 2, 4, 5), 0, (2, 2, 4, 5), id="volume"),
        pytest.param((2, 2, 3, 2, 2, 2), 2, (2, 2, 2, 2, 2, 2), id="two batch axes, volume"),
        pytest.param((0, 3, 4, 5), 1, (0, 2, 4, 5), id="empty batch"),
        pytest.param((3, 0, 5), 0, (2, 0, 5), id="no rows"),
        pytest.param((3, 4, 0), 0, (2, 4, 0), id="no columns"),
        pytest.param((0, 0, 3), -1, (0, 0, 2), id="channels last, no pixels"),
        pytest.param((3, 1, 1), 0, (2, 1, 1), id="one pixel of an image"),
        pytest.param((1, 1, 3), -1, (1, 1, 2), id="one pixel, channels last"),
    ],
)
def test_shape(shape, axis, out):
    """The result has the shape of x, with out_channels along the axis; here every entry is 3."""
    assert_same(conv1x1(np.ones(shape), np.ones((2, 3)), axis=axis), np.full(out, 3.0))


def test_defaults():
    """By default the channels are the third axis from the end, in one group, without bias."""
    x = np.arange(24).reshape(2, 3, 2, 2)
    weight = np.array([[1, 10, 100]])
    expected = (x[:, 0] + 10 * x[:, 1] + 100 * x[:, 2])[:, None]
    assert_same(conv1x1(x, weight), expected)
    assert_same(conv1x1(x, weight, None, axis=-3, groups=1), expected)


def test_no_channels():
    """A sum of no channels is 0, and no filters make no maps."""
    assert_same(conv1x1(np.ones((0, 2, 2)), np.ones((3, 0))), np.zeros((3, 2, 2)))
    assert_same(conv1x1(np.ones((3, 2, 2)), np.ones((0, 3))), np.zeros((0, 2, 2)))


def test_numpy_integers_are_integers():
    """The axis and the groups may be NumPy integers."""
    x, weight = np.arange(8).reshape(4, 2), np.array([[1, 10], [2, 20]])
    out = conv1x1(x, weight, axis=np.int8(0), groups=np.uint16(2))
    assert_same(out, np.array([[20, 31], [128, 150]]))


# What a 1×1 convolution is


@pytest.mark.parametrize("kind", EXACT_KINDS)
@given(st.data())
def test_linear_in_the_input(kind, data):
    """The map of a sum is the sum of the maps, and numbers can be taken out."""
    layer = data.draw(layers(kind))
    other = data.draw(tensors(layer.x.shape, kind))
    mixed = conv1x1(2 * layer.x - 3 * other, layer.weight, **layer.options)
    one = conv1x1(layer.x, layer.weight, **layer.options)
    two = conv1x1(other, layer.weight, **layer.options)
    assert_same(mixed, 2 * one - 3 * two)


@pytest.mark.parametrize("kind", EXACT_KINDS)
@given(st.data())
def test_linear_in_the_weights(kind, data):
    """Filters can be added before or after."""
    layer = data.draw(layers(kind))
    other = data.draw(tensors(layer.weight.shape, kind))
    mixed = conv1x1(layer.x, 2 * layer.weight - 3 * other, **layer.options)
    one = conv1x1(layer.x, layer.weight, **layer.options)
    two = conv1x1(layer.x, other, **layer.options)
    assert_same(mixed, 2 * one - 3 * two)


@pytest.mark.parametrize("kind", EXACT_KINDS)
@given(st.data())
def test_bias_is_added_to_every_pixel(kind, data):
    """The bias of an output channel is added to all of that channel, and to nothing else."""
    layer = data.draw(layers(kind))
    bias = data.draw(tensors((layer.weight.shape[0],), kind))
    plain = conv1x1(layer.x, layer.weight, **layer.options)
    raised = np.moveaxis(np.moveaxis(plain, layer.axis, -1) + bias, -1, layer.axis)
    assert_same(conv1x1(layer.x, layer.weight, bias, **layer.options), raised)


@given(st.data())
def test_blind_to_the_order_of_pixels(data):
    """Any permutation of all pixels gives the same before and after."""
    layer = data.draw(layers())
    pixels = prod(np.moveaxis(layer.x, layer.axis, 0).shape[1:])
    order = data.draw(st.permutations(range(pixels)))
    shuffled = shuffle_pixels(layer.x, layer.axis, order)
    before = conv1x1(shuffled, layer.weight, layer.bias, **layer.options)
    assert_same(before, shuffle_pixels(call(layer), layer.axis, order))


@given(st.data())
def test_a_pixel_sees_itself_alone(data):
    """A change of one input pixel changes that output pixel by its convolution, and no other."""
    layer = data.draw(layers().filter(lambda layer: layer.x.size))
    changed = layer.x.copy()
    front = np.moveaxis(changed, layer.axis, 0)
    pixel = tuple(data.draw(st.integers(0, length - 1)) for length in front.shape[1:])
    front[(slice(None), *pixel)] += 1
    change = np.moveaxis(
        conv1x1(changed, layer.weight, **layer.options)
        - conv1x1(layer.x, layer.weight, **layer.options),
        layer.axis,
        0,
    ).copy()
    sums = layer.weight.reshape(layer.weight.shape[:2]).sum(axis=1)
    assert_same(change[(slice(None), *pixel)], sums)
    change[(slice(None), *pixel)] = 0
    assert not change.any()


@pytest.mark.parametrize("kind", EXACT_KINDS)
@given(st.data())
def test_two_layers_are_one(kind, data):
    """Without a nonlinearity between them, two layers are one, with the product as its weights."""
    layer = data.draw(layers(kind, groups=1))
    first = layer.weight.reshape(layer.weight.shape[:2])
    second = data.draw(tensors((data.draw(st.integers(1, 3)), len(first)), kind))
    twice = conv1x1(conv1x1(layer.x, first, axis=layer.axis), second, axis=layer.axis)
    assert_same(twice, conv1x1(layer.x, second @ first, axis=layer.axis))


@given(layers())
def test_groups_are_a_block_diagonal_matrix(layer):
    """Grouped weights do what one large matrix does that is 0 between the groups."""
    blocks = layer.weight.reshape(layer.groups, -1, layer.weight.shape[1])
    _, rows, columns = blocks.shape
    whole = np.zeros((layer.groups * rows, layer.groups * columns), int)
    for g, block in enumerate(blocks):
        whole[g * rows : (g + 1) * rows, g * columns : (g + 1) * columns] = block
    assert_same(call(layer), conv1x1(layer.x, whole, layer.bias, axis=layer.axis))


@given(layers())
def test_the_place_of_the_channels_does_not_matter(layer):
    """Moving the channels to the front or the end moves those of the result."""
    for place in (0, -1):
        moved = np.moveaxis(layer.x, layer.axis, place)
        out = conv1x1(moved, layer.weight, layer.bias, axis=place, groups=layer.groups)
        assert_same(out, np.moveaxis(call(layer), layer.axis, place))


@given(layers(), st.integers(0, 3))
def test_kernel_axes_do_not_matter(layer, count):
    """Weights with any number of trailing axes of length 1 do the same, forwards and backwards."""
    weight = layer.weight.reshape(*layer.weight.shape[:2], *[1] * count)
    out = call(layer)
    assert_same(conv1x1(layer.x, weight, layer.bias, **layer.options), out)
    plain = conv1x1_backward(layer.x, layer.weight, out, **layer.options)
    gradients = conv1x1_backward(layer.x, weight, out, **layer.options)
    assert_same(gradients.weight, plain.weight.reshape(weight.shape))
    assert_same(gradients.x, plain.x)
    assert_same(gradients.bias, plain.bias)


@given(st.data())
def test_a_batch_is_its_images(data):
    """Stacking images before or after gives the same, along any axis that is not the channels."""
    layer = data.draw(layers())
    place = data.draw(st.integers(0, layer.front_axis))
    images = [layer.x, -layer.x, 2 * layer.x]
    stack = np.stack(images, axis=place)
    axis = layer.front_axis + 1
    out = conv1x1(stack, layer.weight, layer.bias, axis=axis, groups=layer.groups)
    singles = [conv1x1(x, layer.weight, layer.bias, **layer.options) for x in images]
    assert_same(out, np.stack(singles, axis=place))


# Kinds of numbers


@pytest.mark.parametrize("x", DTYPES)
@pytest.mark.parametrize("weight", DTYPES)
def test_dtype(x, weight):
    """The dtype of a result is NumPy's promotion of its operands."""
    maps, filters = np.ones((2, 1, 1), x), np.ones((3, 2), weight)
    expected = np.result_type(maps, filters)
    out = conv1x1(maps, filters)
    assert out.dtype == expected
    gradients = conv1x1_backward(maps, filters, np.ones((3, 1, 1), bool))
    assert [gradient.dtype for gradient in gradients] == [expected] * 3
    assert (out == np.array(2, expected)).all()  # 1 + 1 is True, where the numbers are booleans


@pytest.mark.parametrize("third", DTYPES)
def test_dtype_of_the_third_operand(third):
    """The bias and the gradient of the output take part in the promotion."""
    x, weight = np.ones((2, 1, 2), "uint8"), np.ones((3, 2), "uint8")
    bias, grad_output = np.ones(3, third), np.ones((3, 1, 2), third)
    expected = np.result_type(x, weight, bias)
    assert conv1x1(x, weight, bias).dtype == expected
    gradients = conv1x1_backward(x, weight, grad_output)
    assert [gradient.dtype for gradient in gradients] == [expected] * 3


@pytest.mark.parametrize("dtype", [">f8", "<f8", ">f4", "<f4"])
def test_the_order_of_bytes_is_the_machines(dtype):
    """A result has its bytes in order, as NumPy's promotion has, also where no operand does."""
    x = np.ones((2, 1, 3), dtype)
    weight, bias, grad_output = x[:, 0, :2], x[:, 0, 0], x[:]  # of the very dtype of x
    plain = np.result_type(x, x)
    arrays = [conv1x1(x, weight), conv1x1(x, weight, bias)]
    arrays += conv1x1_backward(x, weight, grad_output)
    assert plain.isnative
    assert [array.dtype for array in arrays] == [plain] * 5


def test_sums_are_taken_in_the_dtype_of_the_result():
    """Small integers neither wrap nor round before they reach the wider dtype of the result."""
    x, weight = np.full((2, 1, 1), 200, "uint8"), np.full((1, 2), 200, "uint8")
    assert_same(conv1x1(x, weight, np.zeros(1, "int64")), np.array([[[80_000]]]))
    gradients = conv1x1_backward(x, weight, np.full((1, 1, 1), 2))
    assert_same(gradients.x, np.array([[[400]], [[400]]]))
    assert_same(gradients.weight, np.array([[400, 400]]))
    assert_same(gradients.bias, np.array([2]))


def test_sums_over_a_batch_are_taken_in_the_dtype_of_the_result():
    """A gradient adds up the batch in its own dtype: 300 images do not wrap at 256."""
    x, weight = np.ones((300, 1, 1, 1), "int64"), np.ones((1, 1), "uint8")
    gradients = conv1x1_backward(x, weight, np.ones((300, 1, 1, 1), "uint8"))
    assert_same(gradients.weight, np.array([[300]]))
    assert_same(gradients.bias, np.array([300]))
    narrow = conv1x1_backward(x.astype("uint8"), weight, np.ones((300, 1, 1, 1), "uint8"))
    assert_same(narrow.weight, np.array([[44]], "uint8"))
    assert_same(narrow.bias, np.array([44], "uint8"))


def test_large_integers_are_exact():
    """Integers never pass through floating point: 2**62 + 1 has no float64."""
    x = np.array([[[2**62]], [[1]]])
    assert_same(conv1x1(x, np.array([[1, 1]])), np.array([[[2**62 + 1]]]))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("axis", [0, -1])
def test_against_rational_arithmetic(dtype, axis):
    """A sum of a thousand products is off by no more than its rounding errors, at their worst.

    The bound is that of Higham, Accuracy and Stability of Numerical Algorithms, section 3.1. With
    half floats, whose sums are taken in single precision, the rounding of the result comes last.
    """
    rng = np.random.default_rng(6)
    x, weight = rng.normal(size=(1000, 2, 2)).astype(dtype), rng.normal(size=(3, 1000))
    weight = weight.astype(dtype)
    exact = conv1x1(*(np.vectorize(Fraction, otypes=[object])(a) for a in (x, weight)))
    sizes = conv1x1(*(np.abs(array).astype(float) for array in (x, weight)))
    out = np.moveaxis(conv1x1(np.moveaxis(x, 0, axis), weight, axis=axis), axis, 0)
    assert out.dtype == dtype
    sums = np.finfo("float32" if dtype == "float16" else dtype).eps / 2
    bound = 1000 * sums / (1 - 1000 * sums) * sizes + np.finfo(dtype).eps / 2 * np.abs(out)
    errors = np.array(
        [abs(Fraction(float(a)) - b) for a, b in zip(out.flat, exact.flat, strict=True)]
    )
    assert (errors.astype(float) <= bound.ravel()).all()


def test_half_floats_are_summed_in_single_precision():
    """In half precision, a sum of ones would stop at 2048: there 2049 is no number."""
    ones = np.ones((3000, 1, 1), "float16")
    assert conv1x1(ones, ones.reshape(1, -1), np.ones(1, "float16")).item() == 3000
    gradients = conv1x1_backward(ones.reshape(1, -1, 1), ones[:1, 0], ones.reshape(1, -1, 1))
    assert [gradient.dtype for gradient in gradients] == ["float16"] * 3
    assert (gradients.weight.item(), gradients.bias.item()) == (3000, 3000)


@given(layers("int"))
def test_integers_are_exact_fractions(layer):
    """Integers give what exact rational arithmetic gives."""
    operands = [
        None if array is None else np.vectorize(Fraction, otypes=[object])(array)
        for array in (layer.x, layer.weight, layer.bias)
    ]
    exact = conv1x1(*operands, **layer.options)
    assert call(layer).tolist() == exact.tolist()


def test_decimals_are_exact():
    """Decimals keep the arithmetic of the article's kernel exact, where floats do not."""
    x = np.array([[[Decimal(4)]], [[Decimal(7)]], [[Decimal(7)]]])
    weight = np.array([[Decimal("0.1"), Decimal("0.2"), Decimal("0.4")]])
    (out,) = conv1x1(x, weight, np.array([Decimal("0.05")])).flat
    assert (type(out), out) == (Decimal, Decimal("4.65"))


class Symbol:
    """A symbol that spells out what is done to it."""

    def __init__(self, text):
        self.text = text

    def __mul__(self, other):
        return Symbol(f"{self.text}{other.text}")

    def __add__(self, other):
        return Symbol(f"{self.text}+{other.text}")


def test_symbols():
    """Symbols come out as the weighted sum of the channels, spelled out in their order."""
    a, b, v, w, c = map(Symbol, "abvwc")
    out = conv1x1(np.array([[[a]], [[b]]]), np.array([[v, w]]), np.array([c]))
    assert out.dtype == object
    assert [symbol.text for symbol in out.flat] == ["va+wb+c"]
    gradients = conv1x1_backward(np.array([[[a]], [[b]]]), np.array([[v, w]]), np.array([[[c]]]))
    texts = [[symbol.text for symbol in gradient.flat] for gradient in gradients]
    assert texts == [["vc", "wc"], ["ca", "cb"], ["c"]]


# What is done to the operands, and how


@pytest.mark.parametrize("kind", KINDS)
@given(st.data())
def test_inputs_are_not_written_to(kind, data):
    """Forwards and backwards, the bytes of every operand stay what they were."""
    layer = data.draw(layers(kind))
    grad_output = data.draw(tensors(layer.output_shape, kind))
    operands = [layer.x, layer.weight, grad_output] + (
        [layer.bias] if layer.bias is not None else []
    )
    before = [operand.tobytes() for operand in operands]
    call(layer)
    conv1x1_backward(layer.x, layer.weight, grad_output, **layer.options)
    assert [operand.tobytes() for operand in operands] == before


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("axis", [0, 1, 2, -1])
def test_memory_layout(layout, axis):
    """An operand may lie in memory in any way, be a view, or be read-only."""
    rng = np.random.default_rng(2)
    x, weight, bias = rng.integers(-9, 9, (3, 3, 3)), rng.integers(-9, 9, (2, 3)), np.arange(2)
    expected = conv1x1(x, weight, bias, axis=axis)
    laid = [lay_out(operand, layout) for operand in (x, weight, bias)]
    assert_same(conv1x1(*laid, axis=axis), expected)
    gradients = conv1x1_backward(*laid[:2], lay_out(expected, layout), axis=axis)
    plain = conv1x1_backward(x, weight, expected, axis=axis)
    for gradient, other in zip(gradients, plain, strict=True):
        assert_same(gradient, other)


def test_results_are_new_arrays():
    """A result shares no memory with an operand, even where nothing was to be done."""
    x, weight = np.ones((1, 2, 2)), np.ones((1, 1))
    assert not np.shares_memory(conv1x1(x, weight), x)
    grad_output = np.ones(3)
    gradients = conv1x1_backward(np.ones(2), np.ones((3, 2)), grad_output, axis=0)
    assert_same(gradients.bias, np.ones(3))
    assert not np.shares_memory(gradients.bias, grad_output)


def test_subclasses_become_plain_arrays():
    """A subclass of ndarray is taken as the array that it is."""

    class Tagged(np.ndarray):
        pass

    x, weight, bias = (np.ones(shape).view(Tagged) for shape in ((2, 1, 1), (3, 2), (3,)))
    assert_same(conv1x1(x, weight, bias), np.full((3, 1, 1), 3.0))
    for gradient in conv1x1_backward(x, weight, np.ones((3, 1, 1)).view(Tagged)):
        assert type(gradient) is np.ndarray


@pytest.mark.parametrize(
    ("shape", "axis", "groups", "matrices"),
    [
        pytest.param((3, 400, 500), 0, 1, (3, 200_000), id="large image"),
        pytest.param((1000, 3, 8, 8), 1, 1, (1000, 3, 64), id="large batch"),
        pytest.param((100, 8, 8, 3), -1, 1, (6400, 3), id="channels last"),
        pytest.param((1000, 3), 1, 1, (1000, 3), id="vectors"),
        pytest.param((1000, 3, 8, 8), 1, 3, (1000, 3, 1, 64), id="groups"),
    ],
)
def test_matrices(shape, axis, groups, matrices):
    """However many pixels there are, they are the columns or the rows of one matrix an image."""
    layout = operation._layout("test", shape, (6, 3 // groups), axis, groups)
    assert layout.x == matrices
    x = np.zeros(shape)
    assert np.shares_memory(x.reshape(layout.x), x)


@pytest.fixture
def small_slices(monkeypatch):
    """Let a product take 300 numbers of its result at a time, and 50 pixels at least."""
    monkeypatch.setattr(operation, "_SLICE_NUMBERS", 300)
    monkeypatch.setattr(operation, "_SLICE_PIXELS", 50)
    operation._layout.cache_clear()
    yield
    operation._layout.cache_clear()


@pytest.mark.parametrize("more", [-1, 0, 1, 100])
@pytest.mark.parametrize(
    ("shape", "axis", "groups"),
    [((4, -1), 0, 1), ((2, 4, -1), 1, 1), ((4, -1), 0, 2), ((-1, 4), 1, 1), ((-1, 4), 1, 2)],
)
def test_every_slice_of_the_pixels(small_slices, more, shape, axis, groups):
    """More pixels than a product takes at once are all computed, forwards and backwards."""
    pixels = 300 // (6 // groups) + more
    shape = [pixels if length == -1 else length for length in shape]
    x = np.random.default_rng(8).integers(-9, 9, shape).astype(float)
    weight = np.arange(24.0)[: 24 // groups].reshape(6, 4 // groups)
    layer = Layer(x, weight, np.arange(6.0), axis, groups)
    front = np.moveaxis(x, axis, 0).reshape(groups, 4 // groups, -1)
    filters = weight.reshape(groups, 6 // groups, 4 // groups)
    expected = np.einsum("goi,gip->gop", filters, front).reshape(6, -1) + layer.bias[:, None]
    out = call(layer)
    assert_same(np.moveaxis(out, axis, 0).reshape(6, -1), expected)
    gradients = conv1x1_backward(x, weight, out, **layer.options)
    back = np.einsum("goi,gop->gip", filters, expected.reshape(groups, 6 // groups, -1))
    assert_same(np.moveaxis(gradients.x, axis, 0).reshape(4, -1), back.reshape(4, -1))


def test_the_everyday_call_takes_slices_too(small_slices):
    """A large map without a bias is computed piece by piece, like any other."""
    x, weight = np.random.default_rng(8).integers(-9, 9, (2, 1, 777)).astype(float), np.eye(2)[::-1]
    assert_same(conv1x1(x, weight), x[::-1])


@pytest.mark.parametrize("bias", [None, np.ones(8, "float32")], ids=["plain", "bias"])
@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize(
    ("shape", "axis"),
    [
        pytest.param((16, 200, 300), 0, id="image"),
        pytest.param((10, 16, 80, 80), 1, id="batch"),
        pytest.param((4, 100, 150, 16), -1, id="channels last"),
        pytest.param((60_000, 16), 1, id="vectors"),
        pytest.param((2, 4, 16, 20, 20, 20), 2, id="volumes"),
    ],
)
def test_memory(shape, axis, groups, bias):
    """What is allocated is the output and little else: within 5 % of all operands."""
    x, weight = np.ones(shape, "float32"), np.ones((8, 16 // groups), "float32")
    conv1x1(x, weight, bias, axis=axis, groups=groups)
    tracemalloc.start()
    try:
        out = conv1x1(x, weight, bias, axis=axis, groups=groups)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert out.nbytes <= peak <= out.nbytes + 0.05 * (x.nbytes + weight.nbytes + out.nbytes)


@pytest.mark.parametrize("axis", [1, -1])
def test_no_loop_over_pixels_or_images(axis):
    """The lines that run are the same for a small and for a large batch."""

    def count_lines(function, *operands):
        lines = []

        def trace(frame, event, argument):
            if frame.f_code.co_filename != operation.__file__:
                return None
            lines.append(event)
            return trace

        before = sys.gettrace()
        sys.settrace(trace)
        try:
            function(*operands, axis=axis, groups=3)
        finally:
            sys.settrace(before)
        return len(lines)

    counts = {"forward": set(), "backward": set()}
    for size in (12, 24):
        shape = [size] * 4
        shape[axis] = 6
        x, weight = np.ones(shape), np.ones((6, 2))
        counts["forward"].add(count_lines(conv1x1, x, weight, np.ones(6)))
        counts["backward"].add(count_lines(conv1x1_backward, x, weight, np.ones(shape)))
    assert {name: len(found) for name, found in counts.items()} == {"forward": 1, "backward": 1}
    assert min(min(found) for found in counts.values()) > 10


# The gradients


def test_gradients_by_hand():
    """Two maps of two pixels, one filter, and a loss whose gradient is 1 and 10."""
    x, weight = np.array([[[1, 2]], [[3, 4]]]), np.array([[5, 6]])
    gradients = conv1x1_backward(x, weight, np.array([[[1, 10]]]))
    assert isinstance(gradients, Gradients)
    assert_same(gradients.x, np.array([[[5, 50]], [[6, 60]]]))
    assert_same(gradients.weight, np.array([[21, 43]]))
    assert_same(gradients.bias, np.array([11]))


def test_backward_defaults():
    """By default the channels are the third axis from the end, in one group."""
    x, weight, grad = (
        np.arange(12).reshape(1, 3, 2, 2),
        np.array([[1, 2, 3]]),
        np.ones((1, 1, 2, 2)),
    )
    plain = conv1x1_backward(x, weight, grad)
    for gradient, other in zip(
        plain, conv1x1_backward(x, weight, grad, axis=1, groups=1), strict=True
    ):
        assert_same(gradient, other)


@pytest.mark.parametrize("kind", ["int", "fraction"])
@given(st.data())
def test_gradients_are_exact_differences(kind, data):
    """The loss sum(out * g) is linear in each operand: its differences are its gradients."""
    layer = data.draw(layers(kind))
    bias = data.draw(tensors((layer.weight.shape[0],), kind))
    g = data.draw(tensors(layer.output_shape, kind))

    def loss(x, weight, bias):
        return (conv1x1(x, weight, bias, **layer.options) * g).sum()

    gradients = conv1x1_backward(layer.x, layer.weight, g, **layer.options)
    operands = [layer.x, layer.weight, bias]
    for k, (operand, gradient) in enumerate(zip(operands, gradients, strict=True)):
        assert (gradient.shape, gradient.dtype) == (operand.shape, operand.dtype)
        step = data.draw(tensors(operand.shape, kind))
        moved = [*operands[:k], operand + step, *operands[k + 1 :]]
        assert loss(*moved) - loss(*operands) == (gradient * step).sum()


@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_every_entry_of_a_gradient(axis, groups):
    """Each entry is what the loss gains when that entry of the operand grows by 1."""
    rng = np.random.default_rng(3)
    shape, out_shape = [2, 3, 2], [2, 3, 2]
    shape[axis], out_shape[axis] = 4, 2
    operands = [rng.integers(-9, 9, size) for size in (shape, (2, 4 // groups, 1, 1), (2,))]
    g = rng.integers(-9, 9, out_shape)

    def loss(operands):
        return (conv1x1(*operands, axis=axis, groups=groups) * g).sum()

    gradients = conv1x1_backward(*operands[:2], g, axis=axis, groups=groups)
    for k, gradient in enumerate(gradients):
        expected = np.zeros_like(operands[k])
        for index in np.ndindex(expected.shape):
            moved = [operand.copy() for operand in operands]
            moved[k][index] += 1
            expected[index] = loss(moved) - loss(operands)
        assert_same(gradient, expected)


@given(st.data())
def test_adjoint(data):
    """<conv(x), g> is <x, grad_x> and <weight, grad_weight>, with the complex inner product too."""
    layer = data.draw(layers("complex"))
    g = data.draw(tensors(layer.output_shape, "complex"))
    out = conv1x1(layer.x, layer.weight, **layer.options)
    gradients = conv1x1_backward(layer.x, layer.weight, g, **layer.options)
    inner = (out.conj() * g).sum()
    assert (layer.x.conj() * gradients.x).sum() == inner
    assert (layer.weight.conj() * gradients.weight).sum() == inner


@given(st.data())
def test_complex_gradients_point_uphill(data):
    """For a real loss they are dL/d(real) + i·dL/d(imaginary), as PyTorch has it.

    The loss sum(|out|²) is quadratic, so that central differences are exact.
    """
    layer = data.draw(layers("complex"))
    bias = data.draw(tensors((layer.weight.shape[0],), "complex"))

    def loss(*operands):
        return (abs(conv1x1(*operands, **layer.options)) ** 2).sum()

    operands = [layer.x, layer.weight, bias]
    out = conv1x1(*operands, **layer.options)
    gradients = conv1x1_backward(layer.x, layer.weight, 2 * out, **layer.options)
    for k, (operand, gradient) in enumerate(zip(operands, gradients, strict=True)):
        step = data.draw(tensors(operand.shape, "complex"))
        up = loss(*operands[:k], operand + step, *operands[k + 1 :])
        down = loss(*operands[:k], operand - step, *operands[k + 1 :])
        rise = (gradient.conj() * step).sum().real
        assert (up - down) / 2 == pytest.approx(rise, rel=1e-9, abs=1e-6)


def test_objects_are_not_conjugated():
    """What an object array holds is multiplied as it is, complex numbers too."""
    x, weight, grad_output = np.array([[[2j]]]), np.array([[3j]]), np.array([[[1]]])
    gradients = conv1x1_backward(x.astype(object), weight.astype(object), grad_output)
    assert (gradients.x.item(), gradients.weight.item()) == (3j, 2j)
    gradients = conv1x1_backward(x, weight, grad_output)
    assert (gradients.x.item(), gradients.weight.item()) == (-3j, -2j)


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_gradients_of_a_nonlinear_loss(axis):
    """For the loss sum(sin(out)) the gradients are its central differences."""
    rng = np.random.default_rng(4)
    shape = [3, 3, 3]
    shape[axis] = 4
    operands = [rng.normal(size=size) for size in (shape, (2, 2), (2,))]

    def loss(operands):
        return np.sin(conv1x1(*operands, axis=axis, groups=2)).sum()

    g = np.cos(conv1x1(*operands, axis=axis, groups=2))
    gradients = conv1x1_backward(*operands[:2], g, axis=axis, groups=2)
    for k, gradient in enumerate(gradients):
        for index in np.ndindex(gradient.shape):
            values = []
            for step in (1e-5, -1e-5):
                moved = [operand.copy() for operand in operands]
                moved[k][index] += step
                values.append(loss(moved))
            assert (values[0] - values[1]) / 2e-5 == pytest.approx(gradient[index], abs=1e-8)


@pytest.mark.parametrize("dtype", [float, int, object])
def test_gradients_of_no_pixels(dtype):
    """Without images there is nothing to learn: the gradients of weights and bias are 0."""
    x, weight, grad_output = (
        np.ones(shape, dtype) for shape in ((0, 4, 2, 2), (6, 2, 1, 1), (0, 6, 2, 2))
    )
    gradients = conv1x1_backward(x, weight, grad_output, groups=2)
    assert_same(gradients.x, np.zeros((0, 4, 2, 2), dtype))
    assert_same(gradients.weight, np.zeros((6, 2, 1, 1), dtype))
    assert_same(gradients.bias, np.zeros(6, dtype))


BY_LAYOUT = pytest.mark.parametrize(
    ("shape", "axis"),
    [
        pytest.param((-1, 2), 1, id="channels last"),
        pytest.param((2, -1), 0, id="channels first"),
        pytest.param((30, 2, -1), 1, id="batch"),
        pytest.param((-1, 2, 30), 1, id="many small images"),
        pytest.param((7, 11, -1, 2), -1, id="images with the channels last"),
    ],
)


def ulps(bias, grad, axis):
    """Return how far the sums are from the exact ones, in units of the last digit."""
    rows = np.moveaxis(grad, axis, 0).reshape(grad.shape[axis], -1)
    exact = np.array([math.fsum(row) for row in rows.real]) + 0j
    exact.imag = [math.fsum(row) for row in rows.imag]
    return np.max(np.abs(bias - exact) / np.spacing(np.abs(exact).astype(grad.real.dtype)))


@BY_LAYOUT
@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128"])
@pytest.mark.parametrize("wider", [True, False], ids=["wider", "no wider dtype"])
def test_the_gradient_of_the_bias_is_as_exact_in_every_layout(
    shape, axis, dtype, wider, monkeypatch
):
    """Wherever the channels are, all but the last digit of a sum over 231,000 pixels is right."""
    if not wider:
        monkeypatch.setattr(operation, "_WIDER", {})
    rng = np.random.default_rng(3)
    pixels = 231_000
    lengths = [length if length > 0 else 2 * pixels // -prod(shape) for length in shape]
    grad = rng.random(lengths) + (1j * rng.random(lengths) if dtype[0] == "c" else 0)
    grad = grad.astype(dtype)
    x = np.zeros_like(
        grad[tuple(slice(1) if n == axis % len(shape) else slice(None) for n in range(grad.ndim))]
    )
    gradients = conv1x1_backward(x, np.zeros((2, 1), dtype), grad, axis=axis)
    assert gradients.bias.dtype == dtype
    assert ulps(gradients.bias, grad, axis) < (
        1 if wider and np.dtype(dtype) in operation._WIDER else 3
    )


@pytest.mark.parametrize("count", [1, 2, 3, 15, 16, 17, 31, 33, 1023, 1024, 1025, 2047, 2049, 5000])
@pytest.mark.parametrize("few", [1, 1024])
def test_every_pixel_counts_once_in_the_gradient_of_the_bias(count, few, monkeypatch):
    """However the pixels are laid in layers and pairs, none is left out or taken twice."""
    monkeypatch.setattr(operation, "_FEW", few)
    for shape, axis in (((count, 1), 1), ((1, count), 0), ((3, 1, count), 1), ((count, 1, 3), 1)):
        grad = np.random.default_rng(count).integers(-(2**20), 2**20, shape).astype(float)
        gradients = conv1x1_backward(grad, np.ones((1, 1)), grad, axis=axis)
        assert_same(gradients.bias, grad.sum(keepdims=True).reshape(1))


def test_a_sum_of_ones_in_single_precision_does_not_stop():
    """One after the other, ones add up to 2**24 in float32 and no further."""
    ones = np.ones((20_000_000, 1), "float32")
    assert_same(conv1x1_backward(ones, ones[:1], ones, axis=-1).bias, ones[:1, 0] * 20_000_000)


def test_infinite_gradients_stay_infinite():
    """An infinite pixel makes the gradient of the bias infinite, not NaN."""
    for count in (3, 5000):
        grad = np.ones((count, 1), "float32")
        grad[1] = np.inf
        gradients = conv1x1_backward(np.ones((count, 1), "float32"), grad[:1], grad, axis=1)
        assert_same(gradients.bias, np.array([np.inf], "float32"))


@pytest.mark.parametrize(("shape", "axis"), [((16, 200, 300), 0), ((200, 300, 16), -1)])
def test_the_gradient_of_the_bias_needs_little_memory(shape, axis):
    """Its sums take an eighth of the output's gradient, beside the two other gradients."""
    grad = np.ones(shape, "float32")
    tracemalloc.start()
    try:
        operation._total(array_namespace(grad), grad, axis % 3)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < grad.nbytes / 4


def test_fractions_stay_fractions():
    """Neither a result nor a gradient of fractions is a float."""
    third = np.array([[[Fraction(1, 3)]]])
    for array in (conv1x1(third, third[0]), *conv1x1_backward(third, third[0], third)):
        assert {type(entry) for entry in array.flat} == {Fraction}


# What is refused

X, W = np.ones((4, 2, 5)), np.ones((6, 4))


def with_entry(entry):
    """Return an object array of numbers that holds something else in one place."""
    array = np.ones((4, 2, 5), object)
    array[3, 1, 4] = entry
    return array


def text(name, dtype, shape, suffix=""):
    """Return the message about an array that does not hold numbers."""
    return f"{name} must hold numbers; got an array of dtype {dtype} and shape {shape}{suffix}"


HELD = " with an entry of type {}"

# Both functions check x, weight, axis and groups in the same words.
SHARED = [
    pytest.param(
        ([[1]], W), {}, TypeError, "x must be an array; got [[1]] of type list", id="list"
    ),
    pytest.param(
        (None, W), {}, TypeError, "x must be an array; got None of type NoneType", id="None"
    ),
    pytest.param(
        ("maps", W), {}, TypeError, "x must be an array; got 'maps' of type str", id="text"
    ),
    pytest.param(
        (list(range(100)), W),
        {},
        TypeError,
        "x must be an array; got [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 1 "
        "of type list",
        id="long list",
    ),
    pytest.param(
        (np.float64(3.5).item(), W),
        {},
        TypeError,
        "x must be an array; got 3.5 of type float",
        id="number",
    ),
    pytest.param(
        (X, [[1, 2]]),
        {},
        TypeError,
        "weight must be an array; got [[1, 2]] of type list",
        id="weight list",
    ),
    pytest.param(
        (X, None),
        {},
        TypeError,
        "weight must be an array; got None of type NoneType",
        id="weight None",
    ),
    pytest.param((X.astype(str), W), {}, TypeError, text("x", "<U32", (4, 2, 5)), id="text array"),
    pytest.param(
        (X, W.astype("S3")), {}, TypeError, text("weight", "|S3", (6, 4)), id="weight bytes array"
    ),
    pytest.param(
        (np.zeros((4, 2, 5), "M8[s]"), W),
        {},
        TypeError,
        text("x", "datetime64[s]", (4, 2, 5)),
        id="dates",
    ),
    pytest.param(
        (np.zeros((4, 2, 5), "m8[s]"), W),
        {},
        TypeError,
        text("x", "timedelta64[s]", (4, 2, 5)),
        id="times",
    ),
    pytest.param(
        (with_entry("1"), W),
        {},
        TypeError,
        text("x", "object", (4, 2, 5), HELD.format("str")),
        id="object text",
    ),
    pytest.param(
        (with_entry(b"1"), W),
        {},
        TypeError,
        text("x", "object", (4, 2, 5), HELD.format("bytes")),
        id="object bytes",
    ),
    pytest.param(
        (with_entry(None), W),
        {},
        TypeError,
        text("x", "object", (4, 2, 5), HELD.format("NoneType")),
        id="object None",
    ),
    pytest.param(
        (X, np.array([[1, None]])),
        {},
        TypeError,
        text("weight", "object", (1, 2), HELD.format("NoneType")),
        id="weight object None",
    ),
    pytest.param(
        (np.full((4, 2, 5), None), np.full((6, 4), None)),
        {},
        TypeError,
        text("x", "object", (4, 2, 5), HELD.format("NoneType")),
        id="object None of one dtype",
    ),
    pytest.param(
        (X, np.ones(4)),
        {},
        ValueError,
        "weight must have shape (out_channels, in_channels // groups), followed by kernel axes of "
        "length 1 only; got weight (4,) with x (4, 2, 5)",
        id="1-D weight",
    ),
    pytest.param(
        (X, np.ones((6, 4, 3, 3))),
        {},
        ValueError,
        "weight must have shape (out_channels, in_channels // groups), followed by kernel axes of "
        "length 1 only; got weight (6, 4, 3, 3) with x (4, 2, 5)",
        id="3x3 kernel",
    ),
    pytest.param(
        (X, np.ones((6, 4, 3))),
        {},
        ValueError,
        "weight must have shape (out_channels, in_channels // groups), followed by kernel axes of "
        "length 1 only; got weight (6, 4, 3) with x (4, 2, 5)",
        id="1-D kernel",
    ),
    pytest.param(
        (X, np.ones((6, 4, 1, 0))),
        {},
        ValueError,
        "weight must have shape (out_channels, in_channels // groups), followed by kernel axes of "
        "length 1 only; got weight (6, 4, 1, 0) with x (4, 2, 5)",
        id="empty kernel",
    ),
    pytest.param(
        (X, np.ones((6, 3))),
        {},
        ValueError,
        "weight must have in_channels // groups = 4 columns, as x has 4 channels along axis -3; "
        "got 3 in weight (6, 3), with x (4, 2, 5) and groups 1",
        id="in_channels",
    ),
    pytest.param(
        (X, W),
        {"axis": 2},
        ValueError,
        "weight must have in_channels // groups = 5 columns, as x has 5 channels along axis 2; "
        "got 4 in weight (6, 4), with x (4, 2, 5) and groups 1",
        id="another axis",
    ),
    pytest.param(
        (X, W),
        {"groups": 2},
        ValueError,
        "weight must have in_channels // groups = 2 columns, as x has 4 channels along axis -3; "
        "got 4 in weight (6, 4), with x (4, 2, 5) and groups 2",
        id="weight of another group count",
    ),
    pytest.param(
        (np.array(1.0), W),
        {},
        ValueError,
        "axis must name one of the 0 axes of x; got axis -3 with x () and weight (6, 4)",
        id="0-D",
    ),
    pytest.param(
        (np.ones((4, 5)), W),
        {},
        ValueError,
        "axis must name one of the 2 axes of x; got axis -3 with x (4, 5) and weight (6, 4)",
        id="2-D with the default axis",
    ),
    pytest.param(
        (X, W),
        {"axis": 3},
        ValueError,
        "axis must name one of the 3 axes of x; got axis 3 with x (4, 2, 5) and weight (6, 4)",
        id="axis too large",
    ),
    pytest.param(
        (X, W),
        {"axis": -4},
        ValueError,
        "axis must name one of the 3 axes of x; got axis -4 with x (4, 2, 5) and weight (6, 4)",
        id="axis too small",
    ),
    pytest.param(
        (X, W),
        {"axis": 0.0},
        TypeError,
        "axis must be an integer; got 0.0 of type float",
        id="float axis",
    ),
    pytest.param(
        (X, W),
        {"axis": None},
        TypeError,
        "axis must be an integer; got None of type NoneType",
        id="axis None",
    ),
    pytest.param(
        (X, W),
        {"axis": (0,)},
        TypeError,
        "axis must be an integer; got (0,) of type tuple",
        id="tuple of axes",
    ),
    pytest.param(
        (X, W),
        {"axis": "x" * 90},
        TypeError,
        f"axis must be an integer; got '{'x' * 59} of type str",
        id="long text for axis",
    ),
    pytest.param(
        (X, W),
        {"groups": 0},
        ValueError,
        "groups must be a positive divisor of in_channels (4) and out_channels (6); got groups 0 "
        "with x (4, 2, 5) and weight (6, 4)",
        id="groups 0",
    ),
    pytest.param(
        (X, W),
        {"groups": -1},
        ValueError,
        "groups must be a positive divisor of in_channels (4) and out_channels (6); got groups -1 "
        "with x (4, 2, 5) and weight (6, 4)",
        id="groups negative",
    ),
    pytest.param(
        (X, np.ones((6, 1))),
        {"groups": 3},
        ValueError,
        "groups must be a positive divisor of in_channels (4) and out_channels (6); got groups 3 "
        "with x (4, 2, 5) and weight (6, 1)",
        id="groups do not divide in_channels",
    ),
    pytest.param(
        (X, np.ones((6, 1))),
        {"groups": 4},
        ValueError,
        "groups must be a positive divisor of in_channels (4) and out_channels (6); got groups 4 "
        "with x (4, 2, 5) and weight (6, 1)",
        id="groups do not divide out_channels",
    ),
    pytest.param(
        (X, W),
        {"groups": 2.0},
        TypeError,
        "groups must be an integer; got 2.0 of type float",
        id="float groups",
    ),
    pytest.param(
        (X, W),
        {"groups": "1"},
        TypeError,
        "groups must be an integer; got '1' of type str",
        id="groups text",
    ),
]


@pytest.mark.parametrize(("operands", "options", "error", "message"), SHARED)
def test_bad_input(operands, options, error, message):
    """A bad operand, axis or group count is refused with the rule and what was received."""
    with pytest.raises(error, match=exactly(f"conv1x1: {message}")):
        conv1x1(*operands, **options)
    with pytest.raises(error, match=exactly(f"conv1x1_backward: {message}")):
        conv1x1_backward(*operands, np.ones((6, 2, 5)), **options)


BAD_BIAS = [
    pytest.param(
        np.ones(4),
        ValueError,
        "bias must have shape (out_channels,) = (6,); got bias (4,) with weight (6, 4)",
        id="length",
    ),
    pytest.param(
        np.ones(1),
        ValueError,
        "bias must have shape (out_channels,) = (6,); got bias (1,) with weight (6, 4)",
        id="would broadcast",
    ),
    pytest.param(
        np.ones((6, 1)),
        ValueError,
        "bias must have shape (out_channels,) = (6,); got bias (6, 1) with weight (6, 4)",
        id="2-D",
    ),
    pytest.param(
        np.array(1.0),
        ValueError,
        "bias must have shape (out_channels,) = (6,); got bias () with weight (6, 4)",
        id="0-D",
    ),
    pytest.param(
        [0.0] * 6,
        TypeError,
        "bias must be an array; got [0.0, 0.0, 0.0, 0.0, 0.0, 0.0] of type list",
        id="list",
    ),
    pytest.param(False, TypeError, "bias must be an array; got False of type bool", id="False"),
    pytest.param(np.full(6, "b"), TypeError, text("bias", "<U1", (6,)), id="text array"),
]


@pytest.mark.parametrize(("bias", "error", "message"), BAD_BIAS)
def test_bad_bias(bias, error, message):
    """A bias that is not one number for each output channel is refused."""
    with pytest.raises(error, match=exactly(f"conv1x1: {message}")):
        conv1x1(X, W, bias)


BAD_GRAD_OUTPUT = [
    pytest.param(
        X,
        ValueError,
        "grad_output must have the shape of the output, (6, 2, 5); got grad_output (4, 2, 5) "
        "with x (4, 2, 5) and weight (6, 4)",
        id="shape of x",
    ),
    pytest.param(
        np.ones((1, 6, 2, 5)),
        ValueError,
        "grad_output must have the shape of the output, (6, 2, 5); got grad_output "
        "(1, 6, 2, 5) with x (4, 2, 5) and weight (6, 4)",
        id="another axis",
    ),
    pytest.param(
        1.0, TypeError, "grad_output must be an array; got 1.0 of type float", id="number"
    ),
    pytest.param(
        None,
        TypeError,
        "grad_output must be an array; got None of type NoneType",
        id="None",
    ),
    pytest.param(
        np.full((6, 2, 5), None),
        TypeError,
        text("grad_output", "object", (6, 2, 5), HELD.format("NoneType")),
        id="object None",
    ),
]


@pytest.mark.parametrize(("grad_output", "error", "message"), BAD_GRAD_OUTPUT)
def test_bad_grad_output(grad_output, error, message):
    """A gradient that is not one number for each entry of the output is refused."""
    with pytest.raises(error, match=exactly(f"conv1x1_backward: {message}")):
        conv1x1_backward(X, W, grad_output)


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param([1], id="list"),
        pytest.param((1,), id="tuple"),
        pytest.param(bytearray(b"1"), id="bytearray"),
        pytest.param(np.ones(1), id="ndarray"),
        pytest.param(timedelta(1), id="timedelta"),
        pytest.param(np.timedelta64(1), id="timedelta64"),
    ],
)
def test_what_multiplies_may_be_no_number(entry):
    """An object that a number multiplies into something else than a number is refused."""
    x = with_entry(0)
    x[3, 1, 4:] = np.fromiter([entry], object)
    held = HELD.format(type(entry).__name__)
    with pytest.raises(TypeError, match=exactly(f"conv1x1: {text('x', 'object', x.shape, held)}")):
        conv1x1(x, W.astype(int))


def test_symbols_are_no_text():
    """An object array is refused for what is no number, not for objects that are unknown."""
    out = conv1x1(with_entry(Fraction(1, 2)), W.astype(int))
    assert out[0, 1, 4] == Fraction(7, 2)


def test_objects_that_do_not_multiply_or_add():
    """An error of the objects' own is told with the call that made it, and remains its cause."""
    rule = "the operands must hold numbers that multiply and add; got unsupported operand type(s)"
    one, tenth = np.full((1, 1, 1), Decimal(1)), np.array([[0.1]])
    message = f"{rule} for *: 'float' and 'decimal.Decimal'"
    with pytest.raises(TypeError, match=exactly(f"conv1x1: {message}")) as raised:
        conv1x1(one, tenth)
    assert str(raised.value.__cause__).startswith("unsupported operand")
    message = f"{rule} for +: 'decimal.Decimal' and 'float'"
    with pytest.raises(TypeError, match=exactly(f"conv1x1: {message}")):
        conv1x1(one, one[0], tenth[0])
    backward = re.escape(f"conv1x1_backward: {rule} for ")
    for entry in (tenth[None], np.full((1, 1, 1), {})):
        with pytest.raises(TypeError, match=rf"\A{backward}[*+]: "):
            conv1x1_backward(one, one[0], entry)
    two = np.stack([one, np.full((1, 1, 1), 0.1)])
    with pytest.raises(TypeError, match=rf"\A{backward}\+: "):
        conv1x1_backward(np.ones((2, 1, 1, 1), int), np.ones((1, 1), int), two)


def test_the_forward_options_are_keywords():
    """The axis and the groups cannot be mistaken for a bias."""
    with pytest.raises(TypeError, match="takes from 2 to 3 positional arguments but 4 were given"):
        conv1x1(X, W, None, 0)
    with pytest.raises(TypeError, match="takes 3 positional arguments but 4 were given"):
        conv1x1_backward(X, W, np.ones((6, 2, 5)), 0)


def test_what_is_no_plain_array_is_refused():
    """A masked array or a matrix raises: the mask would be lost, and a matrix is no array."""
    rule = "must be an array, not a masked one or a matrix; got"
    masked = np.ma.masked_array(np.ones((1, 1, 1)), mask=True)
    message = rf"\Aconv1x1: x {rule} masked_array\((?s:.*) of type MaskedArray\Z"
    with pytest.raises(TypeError, match=message):
        conv1x1(masked, np.ones((1, 1)))
    matrix = np.ones((1, 1)).view(np.matrix)
    if is_array_api_obj(matrix):  # array-api-compat before 1.15, and then it is as good as an array
        assert type(conv1x1(np.ones((1, 1, 1)), matrix)) is np.ndarray
        return
    message = f"conv1x1: weight {rule} matrix([[1.]]) of type matrix"
    with pytest.raises(TypeError, match=exactly(message)):
        conv1x1(np.ones((1, 1, 1)), matrix)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("axis", [0, -1])
def test_the_everyday_call_needs_no_long_checks(monkeypatch, dtype, axis):
    """Few floats of one dtype go straight to the product, which is what takes the time."""
    shape = (3, 4, 3)
    expected = conv1x1(np.ones(shape), np.ones((2, 3)), axis=axis)
    monkeypatch.delattr(operation, "check_arrays")
    out = conv1x1(np.ones(shape, dtype), np.ones((2, 3), dtype), axis=axis)
    assert_same(out, expected.astype(dtype))


def test_errors_name_the_argument_beside_a_bias():
    """With a bias too, it is the weight that is called the weight."""
    with pytest.raises(TypeError, match="conv1x1: weight must be an array"):
        conv1x1(np.ones((3, 2, 2)), [[1, 2, 3]], np.ones(1))
