"""Sphinx configuration: settings only. The work is done by ``docs/_ext``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "docs" / "_ext"))

# -- Project ------------------------------------------------------------------------------------

project = "conv1x1"
author = "The conv1x1 maintainers"
copyright = "The conv1x1 maintainers"
language = "en"

# -- Extensions ---------------------------------------------------------------------------------

extensions = [
    # Well-kept ones.
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.doctest",
    "sphinx.ext.napoleon",
    "sphinxcontrib.bibtex",
    # Our own, in docs/_ext. Each folder and each file says what it is for.
    "checked_pages",
    "formats",
    "website",
]
exclude_patterns = ["_ext", "_static", "_templates", "data"]

# -- Pages --------------------------------------------------------------------------------------

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
bibtex_bibfiles = ["docs/references.bib"]
bibtex_reference_style = "author_year"

# -- Execution of the pages ---------------------------------------------------------------------

nb_execution_mode = "inline"  # {eval} needs the kernel while the page is read
nb_execution_raise_on_error = True
nb_execution_show_tb = True
nb_execution_timeout = 120
nb_output_stderr = "warn"  # a RuntimeWarning in a cell stops the build
nb_eval_name_regex = r"(?s).+"  # {eval} takes expressions; see docs/_ext/checked_pages/values.py
nb_render_markdown_format = "myst"  # tables may link to pages
nb_code_prompt_show = "Show the code"
nb_code_prompt_hide = "Hide the code"

# -- Checks -------------------------------------------------------------------------------------

nitpicky = True
expected_page = "verification"
typed_numbers_words = True
dependencies_data = ["conv1x1/*.json", "docs/data/*"]
dependencies_of_every_page = [
    "conf.py",
    "docs/_ext/*/*.py",
    "docs/names.toml",
    "docs/requirements.txt",
]
doctests_package = "conv1x1"
doctests_minimums = {
    "pages": 32,
    "cells": 326,
    "outputs": 315,
    "pinned": 315,
    "docstring examples": 148,
}
# Cells compute in their own kernel; examples on pages get a fresh namespace each.
doctest_test_doctest_blocks = ""  # checked_pages.doctests finds and runs those of docstrings
linkcheck_ignore = [
    # Both refuse programs, and show the page to people.
    r"https://www\.reddit\.com/",
    r"https://doi\.org/10\.1145/",
]

# -- API pages ----------------------------------------------------------------------------------

autodoc_member_order = "bysource"
autodoc_typehints = "none"  # the docstrings give shapes and meaning, which a type cannot
napoleon_google_docstring = False
napoleon_use_rtype = False

# -- HTML ---------------------------------------------------------------------------------------

html_theme = "sphinx_book_theme"
html_title = "1×1 convolution"
html_static_path = ["docs/_static"]
# website.purge joins them into one file; docs/_templates/layout.html links that, and the script.
html_css_files = ["style.css", "reading.css", "explorer.css"]
html_js_files = [(f"{name}.js", {"defer": "defer"}) for name in ("reading", "sources", "questions")]
templates_path = ["docs/_templates"]
html_math_renderer = "mathml"
html_copy_source = True  # every page offers its source
html_show_sphinx = False
html_domain_indices = False
html_use_index = False  # the glossary and the search are better ways to find a word
html_context = {"default_mode": "light"}  # without scripts; with them, docs/_templates/layout.html
html_theme_options = {
    "use_download_button": False,
    "use_fullscreen_button": False,
    "show_toc_level": 2,
    # The sidebar has the title and the search; a second bar above it would repeat both.
    "navbar_start": [],
    "navbar_center": [],
    "navbar_end": [],
    "navbar_persistent": [],
}

faq_file = "docs/faq.toml"
search_synonyms = "docs/search.toml"
search_last = ["api", "references", "test-yourself"]  # they mention all, and explain nothing

# -- Book ---------------------------------------------------------------------------------------

epub_basename = "conv1x1"
epub_css_files = ["style.css"]
epub_show_urls = "no"  # a link in an e-book can be followed
epub_exclude_files = [
    *("_static/explorer.css", "_static/explorer*.js", "_static/math.css", "_static/search.js"),
    *("_static/reading.css", "_static/reading.js", "_static/sources.js"),
    "_static/questions.js",
    *("_static/stix-two-math.woff2", "_static/stix-two-math-licence.txt"),
    *("_static/base-stemmer.js", "_static/english-stemmer.js", "_static/doctools.js"),
    *("_static/documentation_options.js", "_static/language_data.js", "_static/searchtools.js"),
    *("_static/sphinx_highlight.js", "search.xhtml"),
]
latex_engine = "xelatex"  # the pages are Unicode
latex_documents = [("index", "conv1x1.tex", "1×1 convolution", author, "manual")]
latex_show_urls = "footnote"
latex_use_xindy = False  # makeindex comes with every LaTeX
latex_domain_indices = False
latex_elements = {
    "preamble": r"""
\usepackage{newunicodechar}
\newunicodechar{ᵀ}{\textsuperscript{T}}
""",  # the one character of the pages that the book's fonts lack
}
