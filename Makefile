# The one set of commands: people and CI use the same. `make help` lists them.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARRAYS := .venv-arrays
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# A page's kernel is told not to write byte code into the package it checks.
export PYTHONDONTWRITEBYTECODE := 1

SPHINX := $(BIN)/sphinx-build -q -W --keep-going -n -j auto -c . -d _build/doctrees

.DEFAULT_GOAL := help

.PHONY: html
html: $(VENV)/docs.stamp  ## Build the site into _build/html
	@$(SPHINX) -b html docs _build/html
	@echo "Built. Open _build/html/index.html"

.PHONY: doctest
doctest: $(VENV)/docs.stamp  ## Run every example and check every shown result
	@$(SPHINX) -b doctest docs _build/doctest

.PHONY: doctest-fix
doctest-fix: $(VENV)/docs.stamp  ## Write the real outputs into the pages' expectations (FORCE=1 on a dirty tree)
	@test -n "$(FORCE)" || test -z "$$(git status --porcelain -- docs)" || \
		{ echo "docs/ has uncommitted changes: commit them, or say FORCE=1" >&2; exit 1; }
	@$(BIN)/sphinx-build -q -t fix -E -c . -d _build/dummy/doctrees -b dummy docs _build/dummy
	@git diff --stat -- docs

.PHONY: test
test: $(VENV)/docs.stamp $(VENV)/tests.stamp html doctest  ## Run every test, the doctest pass and the browser tests included
	@$(BIN)/python -m pytest

.PHONY: mutate
mutate: $(VENV)/docs.stamp $(VENV)/tests.stamp  ## Put mistakes into the package, one at a time, and count those that tests catch
	@$(BIN)/python tests/mutate.py

.PHONY: mutate-sample
mutate-sample: $(VENV)/docs.stamp $(VENV)/tests.stamp  ## The same with every 40th mistake
	@$(BIN)/python tests/mutate.py --sample

.PHONY: test-arrays
test-arrays: $(ARRAYS)/arrays.stamp  ## Test the operation on PyTorch's and JAX's arrays too
	@$(ARRAYS)/bin/python -c "import jax, torch"
	@$(ARRAYS)/bin/python -m pytest tests/test_arrays.py tests/test_operation.py

.PHONY: bench
bench: $(ARRAYS)/bench.stamp  ## Measure the operation beside other libraries
	@$(ARRAYS)/bin/python tests/benchmarks/bench.py $(BENCH)

.PHONY: lint
lint: $(VENV)/docs.stamp $(VENV)/tests.stamp  ## Check style and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

.PHONY: linkcheck
linkcheck: $(VENV)/tests.stamp html  ## Check every link; those to other sites where there is a network
	@$(BIN)/python -m pytest -q tests/test_site.py -k internal_link
	@if $(BIN)/python -c 'import socket; socket.create_connection(("doi.org", 443), 10)' 2>/dev/null; \
		then $(SPHINX) -b linkcheck docs _build/linkcheck; \
		else echo "No network: the links to other sites were not checked."; fi

.PHONY: lighthouse
lighthouse: $(VENV)/tests.stamp html  ## Measure every page as a phone on a slow network (needs npx and Chromium)
	@$(BIN)/python tests/lighthouse.py

.PHONY: validate
validate: html  ## Check every page with the Nu validator (needs npx and Java)
	@npx --yes --package vnu-jar@26.9.27 vnu --errors-only _build/html/*.html
	@echo "The Nu validator finds no error, in the theme's part of the pages either."

.PHONY: serve
serve: html  ## Serve the built site on http://127.0.0.1:8000
	@$(BIN)/python -m http.server --bind 127.0.0.1 --directory _build/html 8000

.PHONY: lock
lock:  ## Resolve the dependencies anew, for every supported Python
	@test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet uv
	@$(BIN)/uv pip compile $(LOCK_OPTIONS) pyproject.toml --group docs -o docs/requirements.txt
	@$(BIN)/uv pip compile $(LOCK_OPTIONS) --group test --group lint -c docs/requirements.txt -o tests/requirements.txt

LOCK_OPTIONS := --quiet --upgrade --universal --python-version 3.11 --fork-strategy fewest \
	--generate-hashes --no-annotate --no-header

.PHONY: clean
clean:  ## Remove what was built; the virtual environment stays
	@rm -rf _build dist .hypothesis .pytest_cache .mypy_cache .ruff_cache

.PHONY: help
help:  ## List these commands
	@sed -n 's/^\([a-z-]*\):.*  ## /\1\t/p' $(MAKEFILE_LIST) | sort | awk -F '\t' '{printf "make %-12s %s\n", $$1, $$2}'

# The stamps say which lock file the environment was last brought up to.
$(VENV)/docs.stamp: docs/requirements.txt pyproject.toml
	@echo "Setting up $(VENV)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --require-hashes -r docs/requirements.txt
	@$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/tests.stamp: tests/requirements.txt $(VENV)/docs.stamp
	@$(BIN)/pip install --quiet --require-hashes -r tests/requirements.txt
	@touch $@

# On Linux, PyPI's PyTorch brings CUDA, which takes gigabytes. To have its CPU build, set
# PIP_EXTRA_INDEX_URL to the index of CPU builds that PyTorch's installation page names.
$(ARRAYS)/arrays.stamp $(ARRAYS)/bench.stamp: $(ARRAYS)/%.stamp: pyproject.toml
	@echo "Setting up $(ARRAYS)"
	@test -x $(ARRAYS)/bin/python || $(PYTHON) -m venv $(ARRAYS)
	@$(ARRAYS)/bin/pip install --quiet --upgrade "pip>=25.1"
	@$(ARRAYS)/bin/pip install --quiet --group $* --editable .
	@touch $@
