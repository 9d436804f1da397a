"""Tests of conv1x1/operation.py on arrays of other libraries than NumPy.

``make test`` has array-api-strict and Dask; ``make test-arrays`` adds PyTorch and JAX.
"""

import subprocess
import sys
from importlib.util import find_spec
from typing import Any

import array_api_strict
import dask
import dask.array as da
import numpy as np
import pytest
from array_api_compat import array_namespace, device
from hypothesis import given
from hypothesis import strategies as st
from strategies import Layer, by_loops, exactly, layers
from test_operation import BAD_BIAS, BAD_GRAD_OUTPUT, SHARED, ulps

from conv1x1 import conv1x1, conv1x1_backward


def in_chunks(array: np.ndarray) -> da.Array:
    """Return a Dask array with two chunks along every axis that has the length for it."""
    return da.from_array(array, chunks=tuple(max(1, -(-length // 2)) for length in array.shape))


# How each library makes an array, and the name that an error gives it.
MAKE: dict[str, Any] = {"numpy": np.asarray, "array_api_strict": array_api_strict.asarray}
MAKE["dask.array"] = in_chunks
if find_spec("torch"):
    import torch

    MAKE["torch"] = lambda array: torch.from_numpy(array.copy())
if find_spec("jax"):
    import jax

    jax.config.update("jax_enable_x64", True)
    MAKE["jax.numpy"] = jax.numpy.asarray

OTHERS = [name for name in MAKE if name != "numpy"]
every_other = pytest.mark.parametrize("library", OTHERS)


def make(library: str, *arrays: np.ndarray | None) -> list[Any]:
    """Return the arrays in a library's own type."""
    return [None if array is None else MAKE[library](array) for array in arrays]


def assert_array(library: str, actual: Any, expected: np.ndarray) -> None:
    """Compare the library, the shape, the dtype and every value, exactly."""
    assert array_namespace(actual) is array_namespace(*make(library, np.ones(1)))
    assert str(actual.dtype).rpartition(".")[2] == str(expected.dtype)
    np.testing.assert_array_equal(np.asarray(actual), expected, strict=True)


def test_the_libraries() -> None:
    """These tests are about other libraries, and about those that must be there at least."""
    assert {"array_api_strict", "dask.array"} <= set(OTHERS)


# The same as NumPy


@every_other
@pytest.mark.parametrize("groups", [1, 2, 6])
@pytest.mark.parametrize("axis", [0, 1, 2, -1])
def test_same_as_numpy(library: str, axis: int, groups: int) -> None:
    """Wherever the channels are, in groups or not: the values are NumPy's, the type is its own."""
    rng = np.random.default_rng(1)
    shape = [2, 3, 1, 4]
    shape[axis] = 6
    x, weight, bias = (
        rng.integers(-9, 9, shape),
        rng.integers(-9, 9, (12, 6 // groups)),
        rng.integers(-9, 9, 12),
    )
    layer = Layer(x, weight.reshape(12, 6 // groups, 1, 1), bias, axis, groups)
    expected = by_loops(layer)
    mine = make(library, layer.x, layer.weight, bias)
    assert_array(library, conv1x1(*mine, **layer.options), expected)
    grad = rng.integers(-9, 9, expected.shape)
    gradients = conv1x1_backward(*mine[:2], *make(library, grad), **layer.options)
    plain = conv1x1_backward(layer.x, layer.weight, grad, **layer.options)
    for gradient, its in zip(gradients, plain, strict=True):
        assert_array(library, gradient, its)


@pytest.mark.parametrize("library", ["array_api_strict", "dask.array"])
@given(st.data())
def test_agrees_with_the_loops(library: str, data: st.DataObject) -> None:
    """For any shape, empty ones too, it gives what the loops give."""
    layer = data.draw(layers("int"))
    out = conv1x1(*make(library, layer.x, layer.weight, layer.bias), **layer.options)
    assert_array(library, out, by_loops(layer))


@every_other
@pytest.mark.parametrize("shape", [(0, 4, 2, 2), (2, 4, 0, 2), (2, 4, 1, 1), (1, 4, 1, 1)])
@pytest.mark.parametrize("groups", [1, 2])
def test_few_pixels(library: str, shape: tuple[int, ...], groups: int) -> None:
    """No images, no pixels, or one pixel an image."""
    x, weight = np.arange(float(np.prod(shape))).reshape(shape), np.ones((6, 4 // groups))
    expected = conv1x1(x, weight, groups=groups)
    mine = make(library, x, weight)
    assert_array(library, conv1x1(*mine, groups=groups), expected)
    gradients = conv1x1_backward(*mine, *make(library, expected), groups=groups)
    plain = conv1x1_backward(x, weight, expected, groups=groups)
    for gradient, its in zip(gradients, plain, strict=True):
        assert_array(library, gradient, its)


@every_other
def test_complex(library: str) -> None:
    """Gradients of complex operands are conjugated as NumPy's are."""
    rng = np.random.default_rng(2)
    x, weight, grad = (
        rng.integers(-9, 9, size) + 1j * rng.integers(-9, 9, size)
        for size in ((2, 4, 3), (2, 4), (2, 2, 3))
    )
    gradients = conv1x1_backward(*make(library, x, weight, grad), axis=1)
    for gradient, its in zip(gradients, conv1x1_backward(x, weight, grad, axis=1), strict=True):
        assert_array(library, gradient, its)


# Kinds of numbers


@every_other
@pytest.mark.parametrize("x", ["int8", "int32", "int64", "float32", "float64", "complex128"])
@pytest.mark.parametrize("weight", ["uint8", "int64", "float32", "float64"])
def test_dtype(library: str, x: str, weight: str) -> None:
    """The dtype is the library's own promotion of the operands, and the sums are taken in it."""
    maps, filters, grad = make(
        library,
        *(np.full(s, 100, d) for s, d in (((2, 1, 1), x), ((3, 2), weight), ((3, 1, 1), x))),
    )
    xp = array_namespace(maps)
    try:
        expected = xp.result_type(maps.dtype, filters.dtype)
    except TypeError as error:  # array-api-strict promotes within a kind only
        with pytest.raises(TypeError, match=exactly(str(error))):
            conv1x1(maps, filters)
        return
    out = conv1x1(maps, filters)
    assert out.dtype == expected
    assert (np.asarray(out) == np.full(1, 20_000).astype(np.asarray(out).dtype)).all()
    assert [gradient.dtype for gradient in conv1x1_backward(maps, filters, grad)] == [expected] * 3


@every_other
def test_small_integers_wrap_at_the_end(library: str) -> None:
    """A sum of small integers stays one, as in NumPy, even where a library would widen it."""
    x, weight = np.full((300, 2, 2), 1, "int8"), np.full((2, 300), 1, "int8")
    grad = np.ones((2, 2, 2), "int8")
    mine = make(library, x, weight, grad)
    assert_array(library, conv1x1(*mine[:2]), np.full((2, 2, 2), 44, "int8"))
    for gradient, its in zip(
        conv1x1_backward(*mine), conv1x1_backward(x, weight, grad), strict=True
    ):
        assert_array(library, gradient, its)


HALVES = [("dask.array", "float16")]
HALVES += [
    (name, half)
    for name in ("torch", "jax.numpy")
    for half in ("float16", "bfloat16")
    if name in MAKE
]


@pytest.mark.parametrize(("library", "half"), HALVES)
def test_half_floats_are_summed_in_single_precision(library: str, half: str) -> None:
    """A sum of ones in half precision would stop at 2048, or at 256 in bfloat16."""
    (ones,) = make(library, np.ones((4096, 1, 1), "float32"))
    xp = array_namespace(ones)
    ones = xp.astype(ones, getattr(xp, half, half))
    row, single = xp.reshape(ones, (1, 4096)), xp.reshape(ones, (1, 4096, 1))
    out = conv1x1(ones, row)
    gradients = conv1x1_backward(single, ones[:1, 0], single, axis=0)
    assert [array.dtype for array in (out, *gradients)] == [ones.dtype] * 4
    totals = [float(array[(0,) * array.ndim]) for array in (out, *gradients[1:])]
    assert totals == [4096] * 3


# Where it lives, and what it is mixed with


def test_device() -> None:
    """The result is on the device of the input."""
    there = array_api_strict.Device("device1")
    x, weight, bias = (
        array_api_strict.ones(shape, device=there) for shape in ((2, 3, 3), (4, 2), (4,))
    )
    out = conv1x1(x, weight, bias)
    for array in (out, *conv1x1_backward(x, weight, out)):
        assert device(array) == there


@pytest.mark.parametrize("library", MAKE)
@pytest.mark.parametrize("other", MAKE)
def test_mixed_libraries(library: str, other: str) -> None:
    """Operands of two libraries are refused, whichever they are, with both arguments named."""
    if library == other or (library, other) == ("dask.array", "numpy"):
        return
    x, weight, grad = make(library, *map(np.ones, [(2, 1, 1), (3, 2), (3, 1, 1)]))
    weight_, bias_, grad_ = make(other, *map(np.ones, [(3, 2), (3,), (3, 1, 1)]))
    rule = "must be an array of the library of x; got"
    for call, name in (
        (lambda: conv1x1(x, weight_), "weight"),
        (lambda: conv1x1(x, weight, bias_), "bias"),
        (lambda: conv1x1_backward(x, weight_, grad), "weight"),
        (lambda: conv1x1_backward(x, weight, grad_), "grad_output"),
    ):
        message = f"{name} {rule} {name} of {other} and x of {library}"
        with pytest.raises(TypeError, match=message):
            call()


@pytest.mark.parametrize("groups", [1, 2])
def test_numpy_weights_go_with_a_dask_image(groups: int) -> None:
    """As everywhere in Dask, small arrays may be NumPy's; the results are Dask's all the same."""
    x, weight, bias = (
        np.arange(n).reshape(shape)
        for n, shape in ((24, (4, 2, 3)), (24 // groups, (6, -1)), (6, 6))
    )
    expected = conv1x1(x, weight, bias, groups=groups)
    (lazy,) = make("dask.array", x)
    for operands in ((weight, bias), (weight, in_chunks(bias)), (in_chunks(weight), bias)):
        assert_array("dask.array", conv1x1(lazy, *operands, groups=groups), expected)
    plain = conv1x1_backward(x, weight, expected, groups=groups)
    for grad in (expected, in_chunks(expected)):
        gradients = conv1x1_backward(lazy, weight, grad, groups=groups)
        for gradient, its in zip(gradients, plain, strict=True):
            assert_array("dask.array", gradient, its)


def test_what_numpy_weights_must_hold_with_a_dask_image() -> None:
    """They are checked like Dask's own: numbers, of the right shape, and never a masked array."""
    x = da.ones((2, 3, 3))
    with pytest.raises(TypeError, match=r"\Aconv1x1: weight must hold numbers; got .* <U1"):
        conv1x1(x, np.full((3, 2), "a"))
    with pytest.raises(TypeError, match=r"\Aconv1x1: bias must be an array, not a masked one"):
        conv1x1(x, np.ones((3, 2)), np.ma.masked_array(np.ones(3), mask=True))
    with pytest.raises(ValueError, match=r"\Aconv1x1: weight must have in_channels // groups = 2 "):
        conv1x1(x, np.ones((3, 4)))


@every_other
@pytest.mark.parametrize("axis", [0, 1])
def test_the_gradient_of_the_bias_is_as_exact_in_every_layout(library: str, axis: int) -> None:
    """Every library gives all but the last digit of a sum in single precision."""
    grad = np.random.default_rng(6).random((1, 200_000)).astype("float32")
    grad = grad if axis == 0 else grad.T
    mine = make(library, np.zeros_like(grad), np.zeros((1, 1), "float32"), grad)
    bias = conv1x1_backward(*mine, axis=axis).bias
    assert ulps(np.asarray(bias), grad, axis) < 4


def test_no_other_library_is_imported() -> None:
    """Neither importing the package nor calling it with NumPy's arrays loads another library."""
    code = """
import sys, numpy as np, conv1x1
for dtype in (float, int):
    x, weight = np.ones((3, 2, 2), dtype), np.ones((4, 3))
    out = conv1x1.conv1x1(x, weight, np.ones(4))
    conv1x1.conv1x1_backward(x, weight, out)
print(*{name.partition('.')[0] for name in sys.modules})
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert {"numpy", "array_api_compat"} <= loaded
    assert loaded.isdisjoint({"array_api_strict", "cupy", "dask", "distributed", "jax", "torch"})


# What is refused


def of_library(library: str, operand: Any) -> Any:
    """Return an array of numbers in the library's type, and anything else as it is."""
    numbers = isinstance(operand, np.ndarray) and operand.dtype.kind in "biufc"
    return MAKE[library](operand) if numbers else operand


def is_its_own(operand: Any) -> bool:
    """Whether only NumPy has such an array: of text, objects or dates."""
    return isinstance(operand, np.ndarray) and operand.dtype.kind not in "biufc"


OWN = [case for case in SHARED if not any(map(is_its_own, case.values[0]))]


@every_other
@pytest.mark.parametrize(("operands", "options", "error", "message"), OWN)
def test_bad_input(
    library: str, operands: Any, options: Any, error: type[Exception], message: str
) -> None:
    """What is refused of NumPy is refused of every library, in the same words."""
    mine = [of_library(library, operand) for operand in operands]
    (grad,) = make(library, np.ones((6, 2, 5)))
    with pytest.raises(error, match=exactly(f"conv1x1: {message}")):
        conv1x1(*mine, **options)
    with pytest.raises(error, match=exactly(f"conv1x1_backward: {message}")):
        conv1x1_backward(*mine, grad, **options)


@every_other
@pytest.mark.parametrize(
    ("bias", "error", "message"), [c for c in BAD_BIAS if not is_its_own(c.values[0])]
)
def test_bad_bias(library: str, bias: Any, error: type[Exception], message: str) -> None:
    """The same for a bias."""
    x, weight = make(library, np.ones((4, 2, 5)), np.ones((6, 4)))
    with pytest.raises(error, match=exactly(f"conv1x1: {message}")):
        conv1x1(x, weight, of_library(library, bias))


@every_other
@pytest.mark.parametrize(
    ("grad_output", "error", "message"), [c for c in BAD_GRAD_OUTPUT if not is_its_own(c.values[0])]
)
def test_bad_grad_output(
    library: str, grad_output: Any, error: type[Exception], message: str
) -> None:
    """The same for a gradient of the output."""
    x, weight = make(library, np.ones((4, 2, 5)), np.ones((6, 4)))
    with pytest.raises(error, match=exactly(f"conv1x1_backward: {message}")):
        conv1x1_backward(x, weight, of_library(library, grad_output))


@every_other
def test_booleans_are_no_numbers(library: str) -> None:
    """Only NumPy multiplies booleans and objects; of other libraries they are refused."""
    x, weight = make(library, np.ones((2, 1, 1), bool), np.ones((3, 2)))
    with pytest.raises(
        TypeError, match=r"^conv1x1: x must hold numbers; got an array of dtype \S*bool"
    ):
        conv1x1(x, weight)


# Derivatives


def drawn(*shapes: tuple[int, ...]) -> list[np.ndarray]:
    """Return arrays of small whole numbers, on which the sums are exact."""
    rng = np.random.default_rng(5)
    return [rng.integers(-9, 9, shape).astype(float) for shape in shapes]


LAYOUTS = pytest.mark.parametrize(
    ("x", "weight", "out", "options"),
    [
        ((4, 3, 5), (6, 4), (6, 3, 5), {}),
        ((2, 4, 3, 5), (6, 4, 1, 1), (2, 6, 3, 5), {}),
        ((2, 4, 3, 5), (6, 2), (2, 6, 3, 5), {"groups": 2}),
        ((2, 3, 4), (6, 4), (2, 3, 6), {"axis": -1}),
        ((2, 3, 4), (6, 2), (2, 3, 6), {"axis": -1, "groups": 2}),
    ],
)


@LAYOUTS
def test_pytorch_differentiates(x: Any, weight: Any, out: Any, options: Any) -> None:
    """The gradients of PyTorch's autograd are those of conv1x1_backward."""
    torch = pytest.importorskip("torch")
    *arrays, grad = drawn(x, weight, (6,), out)
    operands = [torch.from_numpy(array).requires_grad_() for array in arrays]
    conv1x1(*operands, **options).backward(torch.from_numpy(grad))
    gradients = conv1x1_backward(*arrays[:2], grad, **options)
    for operand, its in zip(operands, gradients, strict=True):
        assert_array("torch", operand.grad, its)


@LAYOUTS
def test_pytorch_differentiates_twice(x: Any, weight: Any, out: Any, options: Any) -> None:
    """The second derivatives hold too, also those through conv1x1_backward."""
    torch = pytest.importorskip("torch")
    operands = [torch.from_numpy(array).requires_grad_() for array in drawn(x, weight, (6,))]
    (grad,) = (torch.from_numpy(array).requires_grad_() for array in drawn(out))
    assert torch.autograd.gradgradcheck(lambda *args: conv1x1(*args, **options), operands)
    assert torch.autograd.gradcheck(
        lambda *args: tuple(conv1x1_backward(*args, **options)), (*operands[:2], grad)
    )


def test_pytorch_parameters() -> None:
    """The weights of a layer of PyTorch's can be given as they are, and it computes the same."""
    torch = pytest.importorskip("torch")
    layer = torch.nn.Conv2d(8, 4, 1, groups=2, dtype=torch.float64)
    x = torch.rand(3, 8, 5, 7, dtype=torch.float64)
    out = conv1x1(x, layer.weight, layer.bias, groups=2)
    torch.testing.assert_close(out, layer(x))
    assert type(out) is torch.Tensor
    last, dense = x.movedim(1, -1), torch.nn.Linear(8, 4, dtype=torch.float64)
    out = conv1x1(last, dense.weight, dense.bias, axis=-1)
    torch.testing.assert_close(out, dense(last))


@LAYOUTS
def test_jax_differentiates_and_compiles(x: Any, weight: Any, out: Any, options: Any) -> None:
    """The gradients of jax.grad are those of conv1x1_backward, compiled or not."""
    jax = pytest.importorskip("jax")
    *arrays, grad = drawn(x, weight, (6,), out)
    operands = make("jax.numpy", *arrays)
    plain = conv1x1_backward(*arrays[:2], grad, **options)

    def loss(*operands: Any) -> Any:
        return (conv1x1(*operands, **options) * grad).sum()

    derive = jax.grad(loss, argnums=(0, 1, 2))
    compiled = jax.jit(lambda x, w, g: conv1x1_backward(x, w, g, **options))
    found = [derive(*operands), jax.jit(derive)(*operands)]
    found.append(compiled(*operands[:2], jax.numpy.asarray(grad)))
    for gradients in found:
        for gradient, its in zip(gradients, plain, strict=True):
            assert_array("jax.numpy", gradient, its)
    many = jax.vmap(lambda x: conv1x1(x, *operands[1:], **options))(operands[0][None])
    assert_array("jax.numpy", many[0], conv1x1(*arrays, **options))


# Dask


def test_dask_stays_lazy() -> None:
    """Nothing is computed until asked for; then one chunk asks for the chunks of its pixels."""
    loaded = []

    def load(block_info: Any = None) -> np.ndarray:
        place = block_info[None]["chunk-location"]
        loaded.append(place)
        return np.full(block_info[None]["chunk-shape"], float(sum(place)))

    x = da.map_blocks(load, chunks=((2, 2), (3, 3), (4, 4), (5, 5)), dtype=float, meta=np.ones(()))
    weight = da.ones((2, 6), chunks=-1)
    out = conv1x1(x, weight, da.ones(2))
    gradients = conv1x1_backward(x, weight, out)
    assert loaded == []
    assert out.chunks == ((2, 2), (2,), (4, 4), (5, 5))
    assert gradients.x.chunks == ((2, 2), (6,), (4, 4), (5, 5))
    with dask.config.set(scheduler="synchronous"):
        assert (out.blocks[1, 0, 0, 1].compute() == 1 + 3 * 2 + 3 * 3).all()
        assert sorted(loaded) == [(1, 0, 0, 1), (1, 1, 0, 1)]


@pytest.mark.parametrize("groups", [1, 2, 3])
@pytest.mark.parametrize("chunks", [(1, 1, 5), (4, 2, 2), (6, 3, 5), (5, 3, 1)])
@pytest.mark.parametrize("rows", [1, 4, 6])
def test_dask_chunked_channels(chunks: tuple[int, ...], rows: int, groups: int) -> None:
    """Channels and filters in chunks, across the borders of groups or not, are summed the same."""
    rng = np.random.default_rng(4)
    x, weight, bias = (
        rng.integers(-9, 9, (6, 3, 5)),
        rng.integers(-9, 9, (6, 6 // groups)),
        np.arange(6),
    )
    expected = conv1x1(x, weight, bias, groups=groups)
    lazy = [
        da.from_array(x, chunks=chunks),
        da.from_array(weight, chunks=(rows, 1)),
        da.from_array(bias, chunks=rows),
    ]
    assert_array("dask.array", conv1x1(*lazy, groups=groups), expected)
    gradients = conv1x1_backward(*lazy[:2], da.from_array(expected, chunks=2), groups=groups)
    for gradient, its in zip(
        gradients, conv1x1_backward(x, weight, expected, groups=groups), strict=True
    ):
        assert_array("dask.array", gradient, its)


@pytest.mark.parametrize("groups", [1, 2])
def test_dask_unknown_lengths(groups: int) -> None:
    """The lengths of the pixels' axes need not be known, forwards and backwards."""
    x, weight = np.arange(24).reshape(4, 6), np.arange(12).reshape(2, 6)[:, : 6 // groups]
    lazy = da.from_array(x, chunks=(2, 3))
    lazy = lazy[lazy[:, 0] > 0]
    options = {"axis": 1, "groups": groups}
    out = conv1x1(lazy, da.from_array(weight), **options)
    x = x[1:]
    assert_array("dask.array", out, conv1x1(x, weight, **options))
    gradients = conv1x1_backward(lazy, da.from_array(weight), out, **options)
    plain = conv1x1_backward(x, weight, conv1x1(x, weight, **options), **options)
    for gradient, its in zip(gradients, plain, strict=True):
        assert_array("dask.array", gradient, its)


def test_dask_length_unknown_on_one_side() -> None:
    """Lengths that are known and lengths that are not cannot be compared, so they are refused."""
    x = da.ones((4, 6), chunks=(2, 3))
    unknown = x[x[:, 0] > 0]
    weight = da.ones((2, 6))
    message = "the output, (nan, 2); got grad_output (4, 2) with x (nan, 6) and weight (2, 6)"
    with pytest.raises(
        ValueError, match=exactly(f"conv1x1_backward: grad_output must have the shape of {message}")
    ):
        conv1x1_backward(unknown, weight, da.ones((4, 2)), axis=1)
    message = "the output, (4, 2); got grad_output (nan, 2) with x (4, 6) and weight (2, 6)"
    with pytest.raises(
        ValueError, match=exactly(f"conv1x1_backward: grad_output must have the shape of {message}")
    ):
        conv1x1_backward(x, weight, conv1x1(unknown, weight, axis=1), axis=1)
