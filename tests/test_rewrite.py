"""Tests of conv1x1/rewrite.py: each rewrite against the loops, and what it refuses."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import array_api_strict
import dask.array as da
import numpy as np
import pytest
import sympy
from array_api_compat import array_namespace
from hypothesis import given
from hypothesis import strategies as st
from strategies import assert_same, exactly, tensors

from conv1x1 import conv1x1
from conv1x1.reference import conv2d
from conv1x1.rewrite import compose, fold_batch_norm, low_rank, to_kernel

LIBRARIES = {
    "array_api_strict": array_api_strict.asarray,
    "dask.array": lambda array: da.from_array(array, chunks=-1),
}
every_library = pytest.mark.parametrize("library", LIBRARIES)


@st.composite
def two_layers(draw: st.DrawFn, kind: str, larger: str) -> tuple[Any, Any, Any]:
    """Draw an image and two layers, one of which may have a larger kernel than 1×1."""
    channels = [draw(st.integers(1, 3)) for _ in range(3)]
    size = draw(st.sampled_from([1, 3]))
    sizes = {"first": 1, "second": 1, larger: size}
    layers = []
    for name, inputs, outputs in (
        ("first", channels[0], channels[1]),
        ("second", channels[1], channels[2]),
    ):
        weight = draw(tensors((outputs, inputs, sizes[name], sizes[name]), kind))
        bias = draw(st.none() | tensors((outputs,), kind))
        if (larger, name) == ("second", "first") and size > 1:
            bias = None
        layers.append((weight, bias))
    x = draw(tensors((channels[0], draw(st.integers(1, 3)), draw(st.integers(1, 3))), kind))
    return x, layers[0], layers[1]


def run(x: Any, weight: Any, bias: Any) -> Any:
    """Return what the loops give, with as much padding as keeps the size."""
    return conv2d(x, weight, bias, padding=weight.shape[-1] // 2)


# Merging


@pytest.mark.parametrize("larger", ["first", "second"])
@pytest.mark.parametrize("kind", ["int", "fraction", "complex"])
@given(data=st.data())
def test_two_layers_are_one(kind: str, larger: str, data: st.DataObject) -> None:
    """The merged layer gives what the two give, one after the other, at the borders too."""
    x, first, second = data.draw(two_layers(kind, larger))
    weight, bias = compose(second, first)
    np.testing.assert_array_equal(run(x, weight, bias), run(run(x, *first), *second))
    assert (bias is None) == (first[1] is None and second[1] is None)


@pytest.mark.parametrize(
    ("second", "first", "shape"),
    [
        ((4, 3), (3, 2), (4, 2)),
        ((4, 3, 1, 1), (3, 2, 1, 1), (4, 2, 1, 1)),
        ((4, 3), (3, 2, 1, 1), (4, 2, 1, 1)),
        ((4, 3, 1), (3, 2), (4, 2, 1)),
        ((4, 3), (3, 2, 3, 5), (4, 2, 3, 5)),
        ((4, 3, 3, 5), (3, 2), (4, 2, 3, 5)),
        ((4, 3, 2), (3, 2, 1), (4, 2, 2)),
        ((4, 0), (0, 2), (4, 2)),
    ],
)
def test_the_shape_of_two_layers(second: Any, first: Any, shape: Any) -> None:
    """The weight has the kernel axes of the larger kernel."""
    weight, bias = compose(np.ones(second), np.ones(first))
    assert_same(weight, np.full(shape, float(first[0])))
    assert bias is None


def test_a_larger_kernel_after_a_bias_is_not_exact() -> None:
    """What is refused is no single layer: at the border the bias is missing, inside it is not."""
    first, second = (np.ones((1, 1, 1, 1), int), np.array([10])), np.ones((1, 1, 3, 3), int)
    x = np.zeros((1, 3, 3), int)
    out = run(run(x, *first), second, None)
    assert out.tolist() == [[[40, 60, 40], [60, 90, 60], [40, 60, 40]]]
    with pytest.raises(ValueError, match=r"\Acompose: first must have no bias where second has a"):
        compose(second, first)


def test_what_to_do_instead_of_merging_a_bias_into_a_larger_kernel() -> None:
    """Padded by the bias, or not padded at all, the layer that the message describes is exact."""
    rng = np.random.default_rng(1)
    x, w1, b1, w2, b2 = (
        rng.integers(-9, 9, size) for size in ((2, 4, 4), (3, 2), (3,), (4, 3, 3, 3), (4,))
    )
    weight, none = compose(w2, w1)
    assert none is None
    bias = b2 + w2.sum(axis=(2, 3)) @ b1
    between = conv1x1(x, w1, b1)
    assert_same(conv2d(x, weight, bias), conv2d(between, w2, b2))
    padded = np.stack(
        [np.pad(one, 1, constant_values=value) for one, value in zip(between, b1, strict=True)]
    )
    assert_same(conv2d(x, weight, bias, padding=1), conv2d(padded, w2, b2))


# Folding


@pytest.mark.parametrize("before", [False, True])
@pytest.mark.parametrize("given_bias", [False, True])
@pytest.mark.parametrize("given_gamma", [False, True])
@pytest.mark.parametrize("given_beta", [False, True])
@pytest.mark.parametrize("kernel", [(), (1, 1), (3, 3)])
def test_a_folded_normalisation(
    before: bool, given_bias: bool, given_gamma: bool, given_beta: bool, kernel: tuple[int, ...]
) -> None:
    """One layer gives what the layer and the normalisation give, in either order."""
    if before and kernel == (3, 3):
        return
    rng = np.random.default_rng(2)
    x, weight = rng.normal(size=(3, 4, 5)), rng.normal(size=(2, 3, *kernel))
    channels = 3 if before else 2
    bias = rng.normal(size=2) if given_bias else None
    mean, gamma, beta = rng.normal(size=(3, channels))
    var = rng.random(channels)
    gamma, beta = gamma if given_gamma else None, beta if given_beta else None

    def norm(maps: Any) -> Any:
        scaled = (maps - mean[:, None, None]) / np.sqrt(var + 0.25)[:, None, None]
        scaled = scaled * (1 if gamma is None else gamma[:, None, None])
        return scaled + (0 if beta is None else beta[:, None, None])

    def layer(maps: Any, weight: Any, bias: Any) -> Any:
        return run(maps, weight.reshape(2, 3, *(kernel or (1, 1))), bias)

    expected = layer(norm(x), weight, bias) if before else norm(layer(x, weight, bias))
    folded = fold_batch_norm(
        weight, bias, mean=mean, var=var, gamma=gamma, beta=beta, eps=0.25, before=before
    )
    assert folded[0].shape == weight.shape
    np.testing.assert_allclose(layer(x, *folded), expected, rtol=1e-12)


def test_the_default_epsilon_and_order() -> None:
    """By default eps is that of PyTorch, and the normalisation stands after the layer."""
    one = np.ones(1)
    weight, bias = fold_batch_norm(np.ones((1, 2)), None, mean=one, var=one * 0)
    np.testing.assert_allclose(weight, np.full((1, 2), 1e-5**-0.5))
    np.testing.assert_allclose(bias, [-(1e-5**-0.5)])


def test_a_normalisation_without_epsilon_or_of_groups() -> None:
    """eps may be 0, and after a layer in groups a normalisation folds like any other."""
    mean, var = np.array([1, 2, 3, 4]), np.array([1, 4, 16, 64])
    weight, bias = fold_batch_norm(np.full((4, 2), 8), None, mean=mean, var=var, eps=0)
    assert_same(weight, np.array([[8.0, 8], [4, 4], [2, 2], [1, 1]]))
    assert_same(bias, np.array([-1.0, -1, -0.75, -0.5]))


# Widening


@pytest.mark.parametrize("size", [1, 3, 5])
@pytest.mark.parametrize("kind", ["int", "fraction", "complex"])
@given(data=st.data())
def test_a_wider_kernel_computes_the_same(kind: str, size: int, data: st.DataObject) -> None:
    """With the padding that keeps the size, k×k with zeros around is the 1×1."""
    rows, columns = data.draw(st.integers(1, 3)), data.draw(st.integers(1, 3))
    weight = data.draw(tensors((rows, columns), kind))
    x = data.draw(tensors((columns, 2, 3), kind))
    kernel = to_kernel(weight, size)
    assert kernel.shape == (rows, columns, size, size)
    assert kernel.dtype == weight.dtype
    np.testing.assert_array_equal(run(x, kernel, None), conv1x1(x, weight))
    assert_same(to_kernel(weight.reshape(rows, columns, 1, 1), np.int64(size)), kernel)


def test_an_infinite_weight_stays_alone() -> None:
    """The zeros around are zeros, not multiples of the weight."""
    kernel = to_kernel(np.array([[np.inf]]), 3)
    assert (kernel == 0).sum() == 8


# Factoring


@pytest.mark.parametrize("kernel", [(), (1, 1)])
@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (4, 4)])
@pytest.mark.parametrize("dtype", ["float32", "float64", "complex128", "int64", "bool"])
def test_the_best_two_factors(shape: Any, kernel: Any, dtype: str) -> None:
    """The squared error is that of the singular values left out, and the full rank has none."""
    rng = np.random.default_rng(3)
    weight = (rng.normal(size=shape) * 3 + 1j * rng.normal(size=shape) * (dtype[0] == "c")).real
    if dtype[0] == "c":
        weight = weight + 1j * rng.normal(size=shape)
    weight = weight.astype(dtype).reshape(*shape, *kernel)
    floats = np.result_type(weight.dtype, np.float64 if dtype in ("int64", "bool") else dtype)
    sizes = np.linalg.svd(weight.reshape(shape), compute_uv=False)
    for rank in range(1, min(shape) + 1):
        second, first = low_rank(weight, rank)
        assert second.dtype == first.dtype == floats
        assert (second.shape, first.shape) == (
            (shape[0], rank, *kernel),
            (rank, shape[1], *kernel),
        )
        error = np.linalg.norm((compose(second, first)[0] - weight).reshape(shape)) ** 2
        np.testing.assert_allclose(error, (sizes[rank:] ** 2).sum(), atol=1e-9, rtol=1e-4)
        np.testing.assert_allclose(np.linalg.norm(second), np.linalg.norm(first), rtol=1e-5)


# Arrays of any library, and any kind of numbers


@every_library
def test_same_as_numpy(library: str) -> None:
    """Every rewrite gives arrays of the library that it was given, with NumPy's values."""
    rng = np.random.default_rng(4)
    w2, w1, b, v = (rng.random(size) for size in ((2, 3, 1, 1), (3, 4, 1, 1), (2,), (4,)))
    make = LIBRARIES[library]
    norm = {"mean": v, "var": v, "gamma": v, "beta": v}
    calls: list[tuple[Any, Any]] = [
        (compose((w2, b), (w1, v[:3])), compose((make(w2), make(b)), (make(w1), make(v[:3])))),
        (
            compose(to_kernel(w2, 3), w1),
            compose(to_kernel(make(w2), 3), make(w1)),
        ),
        (
            fold_batch_norm(w1, v[:3], **norm, before=True),
            fold_batch_norm(
                make(w1), make(v[:3]), **{n: make(its) for n, its in norm.items()}, before=True
            ),
        ),
        ([compose(*low_rank(w2, 2))[0]], [compose(*low_rank(make(w2), 2))[0]]),
    ]
    for expected, actual in calls:
        for its, mine in zip(expected, actual, strict=True):
            if its is None:
                assert mine is None
                continue
            assert array_namespace(mine) is array_namespace(make(w2))
            np.testing.assert_allclose(np.asarray(mine), its, rtol=1e-12)


def test_half_floats_are_summed_in_single_precision() -> None:
    """As in the operation, sums of half floats are taken in float32 and rounded once."""
    ones = np.ones((1, 4096), "float16")
    weight, bias = compose((ones, ones[0, :1]), (ones.T, ones[0]))
    assert_same(weight, np.array([[4096]], "float16"))
    assert_same(bias, np.array([4096], "float16"))  # 4097 is no half float
    folded = fold_batch_norm(ones, None, mean=ones[0], var=ones[0], before=True)
    assert [array.dtype for array in folded] == [np.float16] * 2
    assert [array.dtype for array in low_rank(ones, 1)] == [np.float16] * 2


def test_exact_numbers_stay_exact() -> None:
    """Fractions and symbols are merged and widened as they are."""
    third = np.array([[Fraction(1, 3)]], object)
    weight, bias = compose((third, third[0]), (third, third[0]))
    assert (weight[0, 0], bias[0]) == (Fraction(1, 9), Fraction(4, 9))
    a, b = sympy.symbols("a b")
    weight, _ = compose(np.array([[a, b]], object), np.array([[1], [2]], object))
    assert weight[0, 0] == a + 2 * b
    folded, shift = fold_batch_norm(
        np.array([[a]], object), None, mean=np.array([b], object), var=np.array([4], object), eps=0
    )
    assert (folded[0, 0], shift[0]) == (a * 0.5, -b * 0.5)


def test_inputs_are_not_written_to() -> None:
    """Read-only operands are enough for every rewrite."""
    weight, vector = np.ones((2, 2)), np.ones(2)
    weight.flags.writeable = vector.flags.writeable = False
    compose((weight, vector), (weight, vector))
    fold_batch_norm(weight, vector, mean=vector, var=vector, gamma=vector, beta=vector)
    to_kernel(weight, 3)
    low_rank(weight, 1)


# What is refused

W = np.ones((3, 2))
V = np.ones(3)
NUMBERS = "must hold numbers; got an array of dtype <U1"
BAD = [
    (lambda: compose([[1]], W), TypeError, "compose: second must be an array; got [[1]]"),
    (lambda: compose(W, [[1]]), TypeError, "compose: first must be an array; got [[1]]"),
    (lambda: compose(W, np.full((2, 2), "a")), TypeError, f"compose: first {NUMBERS}"),
    (
        lambda: compose(W, array_api_strict.ones((2, 2))),
        TypeError,
        "compose: first must be an array of the library of second; got first of array_api_strict",
    ),
    (
        lambda: compose((W, V, V), W.T),
        ValueError,
        "compose: second must be a weight, or a weight and a bias; got 3 parts",
    ),
    (
        lambda: compose(W, (W.T,)),
        ValueError,
        "compose: first must be a weight, or a weight and a bias; got 1 parts",
    ),
    (
        lambda: compose((W, V[:2]), W.T),
        ValueError,
        "compose: second's bias must have shape (out_channels,) = (3,); got (2,)",
    ),
    (
        lambda: compose(W, (W.T, V)),
        ValueError,
        "compose: first's bias must have shape (out_channels,) = (2,); got (3,)",
    ),
    (
        lambda: compose(W, W),
        ValueError,
        "compose: second must read the 3 channels that first makes; got second (3, 2) and first",
    ),
    (
        lambda: compose(V, W),
        ValueError,
        "compose: second must have shape (out_channels, in_channels), followed by kernel axes of "
        "length 1 or more; got (3,)",
    ),
    (
        lambda: compose(W, np.ones((2, 1, 0, 3))),
        ValueError,
        "compose: first must have shape (out_channels, in_channels), followed by kernel axes of "
        "length 1 or more; got (2, 1, 0, 3)",
    ),
    (
        lambda: compose(np.ones((1, 2, 3, 3)), np.ones((2, 1, 3, 3))),
        ValueError,
        "compose: second and first must have as many kernel axes, and one of them a kernel of "
        "length 1; got second (1, 2, 3, 3) and first (2, 1, 3, 3)",
    ),
    (
        lambda: compose(np.ones((1, 2, 3)), np.ones((2, 1, 1, 1))),
        ValueError,
        "compose: second and first must have as many kernel axes, and one of them a kernel of "
        "length 1; got second (1, 2, 3) and first (2, 1, 1, 1)",
    ),
    (
        lambda: compose(np.ones((1, 3, 3)), (np.ones((3, 1)), V)),
        ValueError,
        "compose: first must have no bias where second has a larger kernel, as second's zero "
        "padding has not seen that bias; pad the maps between the two with the bias, or pad "
        "nothing: then compose the weights alone, and add the bias times the sum of the kernel to "
        "the second's; got first's bias (3,) with second (1, 3, 3) and first (3, 1)",
    ),
    (
        lambda: fold_batch_norm(W, None, mean=None, var=V),
        TypeError,
        "fold_batch_norm: mean must be an array; got None",
    ),
    (
        lambda: fold_batch_norm(W, None, mean=V, var=np.ma.masked_array(V)),
        TypeError,
        "fold_batch_norm: var must be an array, not a masked one or a matrix; got",
    ),
    (
        lambda: fold_batch_norm(W, V[:2], mean=V, var=V),
        ValueError,
        "fold_batch_norm: bias must have shape (out_channels,) = (3,); got (2,)",
    ),
    (
        lambda: fold_batch_norm(W, V, mean=V[:2], var=V),
        ValueError,
        "fold_batch_norm: mean must have shape (out_channels,) = (3,); got (2,)",
    ),
    (
        lambda: fold_batch_norm(W, V, mean=V[:2], var=V, before=True),
        ValueError,
        "fold_batch_norm: var must have shape (in_channels,) = (2,); got (3,)",
    ),
    (
        lambda: fold_batch_norm(W, V, mean=V, var=V, gamma=V[:1]),
        ValueError,
        "fold_batch_norm: gamma must have shape (out_channels,) = (3,); got (1,)",
    ),
    (
        lambda: fold_batch_norm(W, V, mean=V, var=V, beta=V[:1]),
        ValueError,
        "fold_batch_norm: beta must have shape (out_channels,) = (3,); got (1,)",
    ),
    (
        lambda: fold_batch_norm(V, None, mean=V, var=V),
        ValueError,
        "fold_batch_norm: weight must have shape (out_channels, in_channels), followed by kernel",
    ),
    (
        lambda: fold_batch_norm(W, None, mean=V, var=V, eps=-1),
        ValueError,
        "fold_batch_norm: eps must not be negative; got -1",
    ),
    (
        lambda: fold_batch_norm(np.ones((1, 3, 1, 3)), None, mean=V, var=V, before=True),
        ValueError,
        "fold_batch_norm: weight must have a kernel of length 1 where the normalisation stands "
        "before it, as zero padding has not seen the shift; fold the normalisation into the "
        "layer before it, or do without padding; got weight (1, 3, 1, 3)",
    ),
    (
        lambda: fold_batch_norm(np.ones((1, 3, 3, 1)), None, mean=V, var=V, before=True),
        ValueError,
        "fold_batch_norm: weight must have a kernel of length 1 where the normalisation stands "
        "before it, as zero padding has not seen the shift; fold the normalisation into the "
        "layer before it, or do without padding; got weight (1, 3, 3, 1)",
    ),
    (
        lambda: fold_batch_norm(W, None, mean=V, var=np.full(3, Decimal(1))),
        TypeError,
        "fold_batch_norm: the operands must hold numbers that multiply and add; got unsupported",
    ),
    (
        lambda: compose(np.full((1, 1), Decimal(1)), np.ones((1, 1))),
        TypeError,
        "compose: the operands must hold numbers that multiply and add; got unsupported",
    ),
    (lambda: to_kernel([[1]], 3), TypeError, "to_kernel: weight must be an array; got [[1]]"),
    (
        lambda: to_kernel(W, 3.0),
        TypeError,
        "to_kernel: kernel_size must be an integer; got 3.0 of type float",
    ),
    (
        lambda: to_kernel(np.ones((1, 1, 3, 1)), 3),
        ValueError,
        "to_kernel: weight must have shape (out_channels, in_channels), followed by kernel axes "
        "of length 1 only; got (1, 1, 3, 1)",
    ),
    (lambda: to_kernel(W, 2), ValueError, "to_kernel: kernel_size must be positive and odd; got 2"),
    (
        lambda: to_kernel(W, -1),
        ValueError,
        "to_kernel: kernel_size must be positive and odd; got -1",
    ),
    (lambda: low_rank([[1]], 1), TypeError, "low_rank: weight must be an array; got [[1]]"),
    (
        lambda: low_rank(W.astype(object), 1),
        TypeError,
        "low_rank: weight must hold real or complex numbers; got an array of dtype object",
    ),
    (
        lambda: low_rank(W, 1.0),
        TypeError,
        "low_rank: rank must be an integer; got 1.0 of type float",
    ),
    (
        lambda: low_rank(np.ones((1, 1, 3, 1)), 1),
        ValueError,
        "low_rank: weight must have shape (out_channels, in_channels), followed by kernel axes of "
        "length 1 only; got (1, 1, 3, 1)",
    ),
    (
        lambda: low_rank(W, 3),
        ValueError,
        "low_rank: rank must be from 1 to 2, the smaller length of weight (3, 2); got 3",
    ),
    (
        lambda: low_rank(W, 0),
        ValueError,
        "low_rank: rank must be from 1 to 2, the smaller length of weight (3, 2); got 0",
    ),
]


@pytest.mark.parametrize(("call", "error", "message"), BAD)
def test_bad_input(call: Any, error: type[Exception], message: str) -> None:
    """Whatever does not fit is refused with the argument, the rule and what was received."""
    with pytest.raises(error, match=exactly(message)[:-2]):
        call()
