"""Tests of the package as a whole: what it exports, what it imports, and its examples."""

import ast
import doctest
import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

import conv1x1

PACKAGE = Path(conv1x1.__file__).parent
MODULES = [module.name for module in pkgutil.iter_modules([str(PACKAGE)])]
FUNCTIONS = [
    (module, name)
    for module in MODULES
    for name in importlib.import_module(f"conv1x1.{module}").__all__
    if inspect.isfunction(getattr(importlib.import_module(f"conv1x1.{module}"), name))
]

# Which modules of the package a module may import: data flows from article to page, one way.
MAY_IMPORT = {
    "arrays": set(),
    "operation": {"arrays"},
    "rewrite": {"arrays"},
    "reference": set(),
    "cost": set(),
    "audit": set(),
    "article": set(),
    "networks": {"cost"},
    "display": set(),
    "figures": {"cost", "display", "operation"},
    "explorer": {"article", "audit", "networks", "operation"},
    "__init__": {"cost", "operation"},
}


def run(code):
    """Run code in a fresh interpreter, and return the lines that it prints."""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PACKAGE.parent, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


def run_examples(name):
    """Run the examples of a module and of all in it; return each failure, and their number."""
    failures = []
    finder = doctest.DocTestFinder(exclude_empty=True)
    runner = doctest.DocTestRunner(verbose=False)
    for test in finder.find(importlib.import_module(name)):
        runner.run(test, out=failures.append)
    return failures, runner.tries


# What is exported


def test_public_names():
    """These are the names of the contract, in alphabetical order, and each is there."""
    assert conv1x1.__all__ == [
        "Cost",
        "Gradients",
        "conv1x1",
        "conv1x1_backward",
        "conv_cost",
        "linear_cost",
        "receptive_field",
    ]
    for name in conv1x1.__all__:
        assert getattr(conv1x1, name).__name__ == name


def test_a_star_import_brings_the_public_names():
    """What __all__ lists is what a star import brings, and nothing else."""
    lines = run("from conv1x1 import *\nprint(*[name for name in dir() if name[0] != '_'])")
    assert lines[0].split() == sorted(conv1x1.__all__)


@pytest.mark.parametrize("module", MODULES)
def test_modules_list_their_public_names(module):
    """Every module lists its names in order, each of which is there."""
    loaded = importlib.import_module(f"conv1x1.{module}")
    assert len(set(loaded.__all__)) == len(loaded.__all__) > 0
    assert set(loaded.__all__) <= set(vars(loaded))
    assert not [name for name in loaded.__all__ if name.startswith("_")]


def test_version():
    """The version is three numbers."""
    assert re.fullmatch(r"\d+\.\d+\.\d+", conv1x1.__version__)


def test_typed():
    """Type checkers are told that the package has annotations."""
    assert (PACKAGE / "py.typed").is_file()


# What is imported


def test_import_is_light():
    """Importing the package loads NumPy, and no library that computes, draws or builds."""
    loaded = {
        name.partition(".")[0]
        for name in run("import sys, conv1x1\nprint(*sys.modules, sep='\\n')")
    }
    assert "numpy" in loaded
    heavy = {"matplotlib", "PIL", "sphinx", "docutils", "myst_nb", "IPython", "sympy", "hypothesis"}
    others = {"array_api_strict", "cupy", "dask", "distributed", "jax", "torch"}
    assert loaded & (heavy | others) == set()


@pytest.mark.parametrize(
    "module",
    ["operation", "reference", "cost", "rewrite", "networks", "article", "audit", "display"],
)
def test_computing_needs_numpy_alone(module):
    """The modules that compute and write text need neither Matplotlib nor SymPy."""
    loaded = run(f"import sys, conv1x1.{module}\nprint(*sys.modules, sep='\\n')")
    assert f"conv1x1.{module}" in loaded
    assert {"matplotlib", "PIL", "sympy", "IPython"}.isdisjoint(loaded)


@pytest.mark.parametrize("module", [*MODULES, "__init__"])
def test_imports_run_one_way(module):
    """A module imports those below it, and neither the documentation nor the tests."""
    imported = set()
    for node in ast.walk(ast.parse((PACKAGE / f"{module}.py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            if node.module == "conv1x1":
                imported |= {f"conv1x1.{alias.name}" for alias in node.names}
            else:
                imported.add(node.module)
    own = {name.removeprefix("conv1x1.") for name in imported if name.startswith("conv1x1")}
    assert own <= MAY_IMPORT[module]
    assert {name.partition(".")[0] for name in imported}.isdisjoint({"docs", "tests", "conf"})


# What is explained


@pytest.mark.parametrize("name", ["conv1x1", *(f"conv1x1.{module}" for module in MODULES)])
def test_examples_run(name):
    """Every module has examples, and they give what their docstrings say."""
    failures, tries = run_examples(name)
    assert not failures, "".join(failures)
    assert tries > 0


@pytest.mark.parametrize(("module", "name"), FUNCTIONS)
def test_functions_have_examples(module, name):
    """The docstring of every public function says what it does, and shows it."""
    docstring = getattr(importlib.import_module(f"conv1x1.{module}"), name).__doc__
    assert doctest.DocTestParser().get_examples(docstring)
    assert re.match(r"[A-Z].*\.$", docstring.splitlines()[0])
