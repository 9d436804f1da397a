"""Run the docstring examples of every module, count everything, and fail when a count drops.

Works with the ``doctest`` builder, which runs the examples of the pages. The modules are found,
not listed. A ``>>>`` on a page that nothing runs is a warning in every builder.
"""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import sys
from dataclasses import asdict

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.ext.doctest import DocTestBuilder
from sphinx.util import logging

from checked_pages.expected import Counts, all_counts

logger = logging.getLogger(__name__)


def run_docstrings(package: str) -> doctest.TestResults:
    """Run the examples in the docstrings of a package and of all its modules."""
    top = importlib.import_module(package)
    found = pkgutil.walk_packages(top.__path__, f"{package}.")
    modules = [top, *(importlib.import_module(module.name) for module in found)]
    finder, runner = doctest.DocTestFinder(exclude_empty=True), doctest.DocTestRunner(verbose=False)
    for module in modules:
        for test in finder.find(module):
            runner.run(test, out=sys.stderr.write)
    return doctest.TestResults(runner.failures, runner.tries)


def report(app: Sphinx, exception: Exception | None) -> None:
    """Print the counts of the whole site, and fail where one is below its minimum."""
    if exception or not isinstance(app.builder, DocTestBuilder):
        return
    docstrings = run_docstrings(app.config.doctests_package)
    counts = asdict(sum(all_counts(app.env).values(), start=Counts()))
    counts |= {"page examples": app.builder.total_tries, "docstring examples": docstrings.attempted}
    print(", ".join(f"{count} {name}" for name, count in counts.items()))
    failures = docstrings.failed + app.builder.total_failures
    if failures:
        print(f"{failures} examples failed", file=sys.stderr)
        app.statuscode = 1
    for name, minimum in app.config.doctests_minimums.items():
        if counts[name] < minimum:
            print(f"only {counts[name]} {name}; conf.py asks for {minimum}", file=sys.stderr)
            app.statuscode = 1


def _is_example(block: nodes.Node) -> bool:
    """Whether something looks like a checked example, and is none. Docstrings are run."""
    if isinstance(block, nodes.doctest_block):
        return ":docstring of " not in (block.source or "")
    is_run = isinstance(block, nodes.literal_block) and "testnodetype" in block
    return isinstance(block, nodes.literal_block) and not is_run and ">>> " in block.astext()


def find_unrun(app: Sphinx, doctree: nodes.document) -> None:
    """Complain about prompts that look like a checked example and are not."""
    for block in doctree.findall(_is_example):
        logger.warning(
            "nothing runs this >>> example: make it a {doctest}, or a code cell",
            type="doctests",
            location=block,
        )


def setup(app: Sphinx) -> dict[str, bool]:
    app.setup_extension("sphinx.ext.doctest")
    app.setup_extension("checked_pages.expected")
    app.add_config_value("doctests_package", "", "", str)
    app.add_config_value("doctests_minimums", {}, "", dict)
    app.connect("doctree-read", find_unrun)
    app.connect("build-finished", report)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
