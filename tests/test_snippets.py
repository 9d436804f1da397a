"""Tests of the page on other libraries: its snippets, and the rows of its tables.

What needs the libraries runs in ``make test-arrays``; the rest in ``make test`` too.
"""

import ast
import json
import os
import re
import runpy
import subprocess
import sys
import tomllib
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from packaging.version import Version

from conv1x1 import conv1x1

os.environ.setdefault("KERAS_BACKEND", "torch")

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "in-your-library.md"
SNIPPETS = sorted((ROOT / "docs" / "snippets").glob("*.py"))
LIBRARIES = json.loads((ROOT / "docs/data/libraries.json").read_text(encoding="utf-8"))
SPELLINGS = json.loads((ROOT / "docs/data/spellings.json").read_text(encoding="utf-8"))
ROWS = LIBRARIES["rows"]
COUNTERS = {"fvcore", "ptflops", "thop", "torchinfo"}
NEEDED = {"torch", "keras", "flax", "jax", "onnx", "onnxruntime"} | COUNTERS
BENCH = ROOT / "tests" / "benchmarks" / "bench.py"

libraries = pytest.mark.skipif(
    not all(map(find_spec, NEEDED)), reason="`make test-arrays` has the libraries"
)
# What they warn of among themselves is not for this page to mend.
pytestmark = pytest.mark.filterwarnings("default")


def name_of(row: dict[str, Any]) -> str:
    return f"{row['library']}: {row['layer']}"


every_row = pytest.mark.parametrize("row", ROWS, ids=name_of)
every_snippet = pytest.mark.parametrize("snippet", SNIPPETS, ids=lambda path: path.stem)


# Without the libraries


def test_the_page_includes_every_snippet() -> None:
    """No snippet is left off the page, and the page includes no other file."""
    included = re.findall(r"^```\{literalinclude\} (\S+)$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert sorted(included) == [f"snippets/{path.name}" for path in SNIPPETS]
    assert len(SNIPPETS) > 5


@every_snippet
def test_a_snippet_compares_with_the_package(snippet: Path) -> None:
    """Each is Python that fits its column, calls conv1x1, and checks what a library gives."""
    source = snippet.read_text(encoding="utf-8")
    assert max(map(len, source.splitlines())) <= 74
    calls = [n.func for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Call)]
    names = [f.attr if isinstance(f, ast.Attribute) else getattr(f, "id", "") for f in calls]
    assert "conv1x1" in names
    assert {"assert_close", "assert_allclose"} & set(names)


def test_the_versions_are_those_that_are_installed() -> None:
    """The versions that the page names are the pinned ones of the environment that runs them."""
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["dependency-groups"]
    pins = dict(d.split("==") for d in groups["arrays"] if "==" in d)
    assert LIBRARIES["versions"] == pins
    assert set(pins) == NEEDED


@every_row
def test_a_row_is_whole(row: dict[str, Any]) -> None:
    """Every row says the same of its layer; what has no default says so in all three places."""
    assert row.keys() == ROWS[0].keys()
    assert len({row[key] is None for key in ("bias", "start", "bias_start")}) == 1


def test_the_measured_layers() -> None:
    """The times on the page are of the benchmark's layers, and all are there."""
    sys.path.insert(0, str(BENCH.parent))
    try:
        layers = import_module("layers").LAYERS
    finally:
        sys.path.remove(str(BENCH.parent))
    assert [layer["name"] for layer in SPELLINGS["layers"]] == [layer.name for layer in layers]
    for layer in SPELLINGS["layers"]:
        assert layer["seconds"].keys() == SPELLINGS["layers"][0]["seconds"].keys()
        assert layer["again"].keys() == layer["seconds"].keys()
        assert min(*layer["seconds"].values(), *layer["again"].values()) > 0
    assert SPELLINGS["processor"]


# With them


@libraries
def test_the_installed_versions() -> None:
    """What runs the snippets here is what the page names."""
    installed = {name: Version(version(name)).public for name in NEEDED}
    assert installed == LIBRARIES["versions"]


@libraries
@every_snippet
def test_a_snippet_runs(snippet: Path) -> None:
    """What a library computes is what conv1x1 computes: each snippet compares the two."""
    found = runpy.run_path(str(snippet))
    assert np.isfinite(np.asarray(found["expected"])).all()


class Sizes(dict[str, int]):
    """The lengths that the letters of a shape stand for."""

    def __call__(self, shape: str) -> tuple[int, ...]:
        return tuple(eval(shape, {}, self))


SMALL = Sizes(N=2, I=6, O=4, D=3, H=5, W=7)
LARGE = Sizes(N=1, I=300, O=200, D=1, H=1, W=1)


def namespace(sizes: Sizes) -> dict[str, Any]:
    """Return what the code of the tables refers to."""
    import keras
    import torch
    from flax import nnx

    return {
        **sizes,
        **{"torch": torch, "nn": torch.nn, "keras": keras, "layers": keras.layers},
        **{"nnx": nnx, "rngs": nnx.Rngs(0), "np": np},
    }


def built(
    row: dict[str, Any], sizes: Sizes, x: np.ndarray
) -> tuple[np.ndarray, np.ndarray | None, Callable[[], Any]]:
    """Return the weights of a row's layer, its bias, and a call that applies it to ``x``."""
    names = namespace(sizes)
    if row["library"] in ("ONNX", "NumPy"):
        w = np.random.default_rng(1).normal(size=sizes(row["weight"])).astype(np.float32)
        if row["library"] == "NumPy":
            return w, None, lambda: eval(row["layer"], {**names, "w": w, "x": x})
        run = runpy.run_path(str(ROOT / "docs" / "snippets" / "in_onnx.py"))["run"]
        return w, None, lambda: run(row["layer"], x, w)
    layer = eval(row["layer"], names)
    if row["library"] == "PyTorch":
        tensor = names["torch"].from_numpy(x)
        bias = layer.bias.detach().numpy()
        return layer.weight.detach().numpy(), bias, lambda: layer(tensor).detach().numpy()
    if row["library"] == "Keras":
        to_numpy = names["keras"].ops.convert_to_numpy
        layer(x)
        return *layer.get_weights(), lambda: to_numpy(layer(x))
    return np.asarray(layer.kernel), np.asarray(layer.bias), lambda: np.asarray(layer(x))


def looks_like(text: str, values: np.ndarray) -> bool:
    """Return whether many drawn values have the distribution that a text names."""
    kind, _, formula = text.replace("√", "sqrt").replace(",", "").partition(" ")
    scale = eval(
        formula.removeprefix("±").removeprefix("normal variance ") or "0", {"sqrt": sqrt, **LARGE}
    )
    largest = abs(values).max()
    if kind == "zero":
        return bool(largest == 0)
    if kind == "uniform":
        deviation = scale / sqrt(3)
        at_the_edge = 0.95 * scale < largest < 1.001 * scale
    else:  # truncated at two deviations, and scaled up to make up for it
        deviation = sqrt(scale)
        at_the_edge = 2 * deviation < largest < 2.3 * deviation
    # The spread of a sample's deviation is below 1/sqrt(2 n) of it for both.
    close = abs(values.std() / deviation - 1) < 4 / sqrt(values.size)
    return bool(at_the_edge and close)


def axis_of(letter: str, shape: str) -> int:
    return shape.strip("()").split(", ").index(letter)


def faults(row: dict[str, Any]) -> set[str]:
    """Return the names of a row's fields that the library contradicts."""
    found = set()
    x = np.random.default_rng(0).normal(size=SMALL(row["input"])).astype(np.float32)
    try:
        weight, bias, call = built(row, SMALL, x)
        out = call()
    except Exception:  # each library has its own way to refuse a shape
        return {"input"}
    if weight.shape != SMALL(row["weight"]):
        found.add("weight")
    if out.shape != SMALL(row["output"]):
        found.add("output")
    try:
        matrix = eval(row["matrix"], {"w": weight})
        assert matrix.shape == SMALL("(O, I)")
        expected = conv1x1(x, matrix, bias, axis=axis_of("I", row["input"]))
        expected = np.moveaxis(expected, axis_of("I", row["input"]), -1)
        got = np.moveaxis(out, axis_of("O", row["output"]), -1)
        np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-5)
    except (AssertionError, IndexError, ValueError):
        found.add("matrix")
    if row["start"] is not None:
        large = np.ones(LARGE(row["input"]), np.float32)
        weight, bias, _ = built(row, LARGE, large)
        if (bias is not None) != row["bias"]:
            found.add("bias")
        if not looks_like(row["start"], weight):
            found.add("start")
        if bias is None or not looks_like(row["bias_start"], bias):
            found.add("bias_start")
    return found


WRONG = {
    "weight": "(I, 1, O)",
    "output": "(N, O, I)",
    "matrix": "w[::-1]",
    "bias": False,
    "start": "uniform ±√(3/I)",
    "bias_start": "truncated normal, variance 1/I",
}


@libraries
@every_row
def test_a_row_is_true(row: dict[str, Any]) -> None:
    """The shapes, the way to the matrix and the defaults of a layer are what the table says."""
    assert faults(row) == set()


@libraries
@every_row
def test_a_wrong_row_is_noticed(row: dict[str, Any]) -> None:
    """Each field of a row is found wrong where it is, or the library refuses the operands."""
    for field, wrong in WRONG.items():
        if row[field] is not None:
            assert faults(row | {field: wrong}) & {field, "input"}, field


@libraries
@pytest.mark.parametrize(
    "row", [row for row in ROWS if re.search("Linear|Dense|MatMul", row["layer"])], ids=name_of
)
def test_a_dense_layer_reads_any_number_of_axes(row: dict[str, Any]) -> None:
    """One row of channels for each item is read as an image of them is."""
    assert faults(row | {"input": "(N, I)", "output": "(N, O)"}) == set()


@libraries
@pytest.mark.parametrize("setting", LIBRARIES["settings"])
def test_a_setting_is_true(setting: str) -> None:
    """The settings that the page names have the values that it names."""
    assert eval(setting, namespace(SMALL)) == LIBRARIES["settings"][setting]


@libraries
@pytest.mark.parametrize("row", LIBRARIES["counts"], ids=lambda row: row["layer"])
def test_what_the_counting_tools_say(row: dict[str, Any]) -> None:
    """Each tool counts what the table says that it counts for a layer."""
    import ptflops
    import thop
    import torch
    import torchinfo
    from fvcore.nn import FlopCountAnalysis
    from torch.utils.flop_counter import FlopCounterMode

    layer = eval(row["layer"], {"nn": torch.nn}).eval()
    x = torch.zeros(eval(row["input"]))
    quiet = {"as_strings": False, "print_per_layer_stat": False, "verbose": False}
    with FlopCounterMode(display=False) as counter:
        layer(x)
    found = {
        "fvcore": FlopCountAnalysis(layer, x).total(),
        "ptflops": ptflops.get_model_complexity_info(layer, tuple(x.shape[1:]), **quiet)[0],
        "torchinfo": torchinfo.summary(layer, input_data=x, verbose=0).total_mult_adds,
        "torch": counter.get_total_flops(),
        "thop": thop.profile(layer, (x,), verbose=False)[0],  # last, as it leaves traces
    }
    assert found.keys() == COUNTERS | {"torch"}
    assert found == {name: row[name] for name in found}


@libraries
def test_the_spellings_are_measured(tmp_path: Path) -> None:
    """The benchmark of the spellings runs, and writes what the page reads."""
    written = tmp_path / "spellings.json"
    options = ["--only", "10→4", "--rounds", "1", "--turn", "0.001", "--threads", "1"]
    command = [sys.executable, str(BENCH), *options, "--spellings", str(written)]
    subprocess.run(command, check=True)
    report = json.loads(written.read_text(encoding="utf-8"))
    assert report.keys() == SPELLINGS.keys()
    assert [layer.keys() for layer in report["layers"]] == [SPELLINGS["layers"][0].keys()]
    assert report["layers"][0]["seconds"].keys() == SPELLINGS["layers"][0]["seconds"].keys()
