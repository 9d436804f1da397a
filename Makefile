# The one set of commands: people and CI use the same. `make help` lists them.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARRAYS := .venv-arrays
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# A page's kernel is told not to write byte code into the package it checks.
export PYTHONDONTWRITEBYTECODE := 1
# What a user's own Python is told is not for this one: it imports what is here and what is locked.
export PYTHONPATH := $(CURDIR)
unexport PYTHONHOME PYTHONSTARTUP PYTHONWARNINGS

# Two builds of one commit are the same, whenever they are made.
SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null)
ifneq ($(SOURCE_DATE_EPOCH),)
export SOURCE_DATE_EPOCH
endif

# Where the repository's address is known, a notebook says how to install the package of this commit.
CONV1X1_COMMIT ?= $(shell git rev-parse HEAD 2>/dev/null)
export CONV1X1_COMMIT

# Read the Docs collects the formats from a folder of its own.
OUTPUT := $(or $(READTHEDOCS_OUTPUT),_build)
SPHINX := $(BIN)/sphinx-build -q -W --keep-going -n -j auto -c . -d _build/doctrees

.DEFAULT_GOAL := help

# The formats share the pages that were read, so one is made after the other.
.NOTPARALLEL:

.PHONY: html
html: $(VENV)/docs.stamp  ## Build the site into _build/html
	@$(SPHINX) -b html docs $(OUTPUT)/html
	@echo "Built. Open $(OUTPUT)/html/index.html"

.PHONY: epub
epub: $(VENV)/docs.stamp  ## Build an e-book, _build/epub/conv1x1.epub
	@rm -rf _build/epub-files  # all that is in this folder goes into the book
	@$(SPHINX) -b epub docs _build/epub-files
	@mkdir -p $(OUTPUT)/epub && cp _build/epub-files/conv1x1.epub $(OUTPUT)/epub
	@echo "Built $(OUTPUT)/epub/conv1x1.epub"

.PHONY: latex
latex: $(VENV)/docs.stamp  ## Write the LaTeX source into _build/latex
	@$(SPHINX) -b latex docs _build/latex

.PHONY: latexpdf
latexpdf: latex  ## Build a book, _build/pdf/conv1x1.pdf; needs LaTeX (make latex-tools)
	@cd _build/latex && latexmk -pdf -halt-on-error -interaction=nonstopmode conv1x1.tex \
		> latexmk.log 2>&1 || { cat latexmk.log; exit 1; }
	@! grep -E "Missing character|LaTeX Warning: (Reference|Citation)" _build/latex/conv1x1.log
	@mkdir -p $(OUTPUT)/pdf && cp _build/latex/conv1x1.pdf $(OUTPUT)/pdf
	@echo "Built $(OUTPUT)/pdf/conv1x1.pdf"

.PHONY: doctest
doctest: $(VENV)/docs.stamp  ## Run every example and check every shown result
	@$(SPHINX) -b doctest docs _build/doctest

.PHONY: doctest-fix
doctest-fix: $(VENV)/docs.stamp  ## Write the real outputs into the pages' expectations (FORCE=1 on a dirty tree)
	@test -n "$(FORCE)" || test -z "$$(git status --porcelain -- docs)" || \
		{ echo "docs/ has uncommitted changes: commit them, or say FORCE=1" >&2; exit 1; }
	@$(BIN)/sphinx-build -q -t fix -c . -d _build/dummy/doctrees -b dummy docs _build/dummy
	@git diff --stat -- docs

# What ARGS says is said to pytest: make test ARGS="-k cost". All cores run tests.
PYTEST := $(BIN)/python -m pytest -q -n auto --dist loadgroup

.PHONY: check
check: $(VENV)/docs.stamp $(VENV)/tests.stamp html doctest  ## Run what a change to a page or to the package most likely breaks
	@$(PYTEST) $(CHECKED) tests/test_reading.py::test_one_visit $(ARGS)

# The tests of the explorers look for mistakes in their script.
CHECKED = $(filter-out tests/test_explorer.py,$(wildcard tests/test_site.py tests/test_package.py \
	$(patsubst conv1x1/%.py,tests/test_%*.py,$(wildcard conv1x1/*.py))))

.PHONY: test
test: $(VENV)/docs.stamp $(VENV)/tests.stamp html doctest  ## Run every test, the doctest pass and the browser tests included
	@$(PYTEST) $(ARGS)

.PHONY: mutate
mutate: $(VENV)/docs.stamp $(VENV)/tests.stamp  ## Put mistakes into the package and the pages, one at a time, and count those that are caught
	@$(BIN)/python tests/mutate.py
	@$(MUTATE_PAGES)

.PHONY: mutate-sample
mutate-sample: $(VENV)/docs.stamp $(VENV)/tests.stamp  ## The same with every 40th mistake
	@$(BIN)/python tests/mutate.py --sample
	@$(MUTATE_PAGES) --sample

# As the pages run when they are built: one thread, and texts whose hashes never vary.
MUTATE_PAGES = OMP_NUM_THREADS=1 PYTHONHASHSEED=0 $(BIN)/python tests/mutate_pages.py

.PHONY: test-arrays
test-arrays: $(ARRAYS)/arrays.stamp  ## Test the operation on PyTorch's and JAX's arrays, and the pages' snippets
	@# Where one of these is missing, the tests would skip what needs it.
	@KERAS_BACKEND=torch $(ARRAYS)/bin/python -c "import flax, fvcore, jax, keras, onnx, onnxruntime, \
		ptflops, thop, torch, torchinfo"
	@$(ARRAYS)/bin/python -m pytest tests/test_operation.py tests/test_operation_arrays.py tests/test_snippets.py

.PHONY: bench
bench: $(ARRAYS)/arrays.stamp  ## Measure the operation beside other libraries, and the ways to write it
	@$(ARRAYS)/bin/python tests/benchmarks/bench.py $(BENCH)
	@$(ARRAYS)/bin/python tests/benchmarks/bench.py --threads 1 --spellings docs/data/spellings.json

.PHONY: coverage
coverage: $(VENV)/docs.stamp $(VENV)/tests.stamp html  ## Run every test, and list the branches that none takes
	@$(PYTEST) --cov --cov-report=term $(ARGS)

.PHONY: lint
lint: $(VENV)/docs.stamp $(VENV)/tests.stamp  ## Check style and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/check-jsonschema -q --builtin-schema vendor.github-workflows .github/workflows/*.yml
	@$(BIN)/check-jsonschema -q --builtin-schema vendor.dependabot .github/dependabot.yml
	@$(BIN)/check-jsonschema -q --builtin-schema vendor.readthedocs .readthedocs.yaml
	@$(BIN)/check-jsonschema -q --builtin-schema vendor.citation-file-format CITATION.cff
	@$(BIN)/zizmor --quiet --offline --no-progress --persona=auditor .
	@review=$$($(BIN)/sp-repo-review . --show err) || { echo "$$review"; exit 1; }

.PHONY: audit
audit: $(VENV)/docs.stamp $(VENV)/tests.stamp  ## Look for known holes in what the locks name; needs a network
	@$(BIN)/pip-audit --require-hashes --disable-pip -r docs/requirements.txt -r tests/requirements.txt

.PHONY: dist
dist: $(VENV)/docs.stamp $(VENV)/tests.stamp  ## Build the package into dist/, and check what was built
	@rm -rf dist
	@$(BIN)/python -m build --no-isolation --outdir dist . > /dev/null
	@$(BIN)/twine check --strict dist/*
	@$(BIN)/check-wheel-contents dist/*.whl

.PHONY: linkcheck
linkcheck: $(VENV)/tests.stamp html  ## Check every link; those to other sites too, where there is a network (OFFLINE=1: not)
	@$(BIN)/python -m pytest -q tests/test_site.py -k internal_link
	@if test -z "$(OFFLINE)" && $(BIN)/python -c 'import socket; socket.create_connection(("doi.org", 443), 10)' 2>/dev/null; \
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
	@$(call install,$(VENV),tests/requirements.txt,uv)
	@$(BIN)/uv pip compile $(LOCK_OPTIONS) pyproject.toml --group docs -o docs/requirements.txt
	@$(BIN)/uv pip compile $(LOCK_OPTIONS) --group test --group lint --group release --group lock -c docs/requirements.txt -o tests/requirements.txt
	@sed -n 's/^\([^ ]*==[^ ]*\).*/\1/p' docs/requirements.txt tests/requirements.txt | paste -s -d ' ' -

# CI tests the oldest versions that are allowed, too: RESOLUTION=lowest-direct. One set of versions is
# for every Python from OLDEST_PYTHON on, so the newest versions of all need the newest Python there.
RESOLUTION ?= highest
OLDEST_PYTHON ?= 3.11
LOCK_OPTIONS := --quiet --upgrade --resolution $(RESOLUTION) --universal --python-version $(OLDEST_PYTHON) \
	--fork-strategy fewest --generate-hashes --no-annotate --no-header

.PHONY: environment
environment: $(VENV)/docs.stamp  ## Set up .venv; every other command does so by itself

.PHONY: hooks
hooks: $(VENV)/docs.stamp $(VENV)/tests.stamp  ## Check style and types before each commit
	@$(BIN)/pre-commit install

# Root on a bare machine has no sudo and needs none.
.PHONY: latex-tools
latex-tools:  ## Install LaTeX on Debian or Ubuntu
	@sudo=$$(command -v sudo); \
		$$sudo apt-get update -qq && $$sudo apt-get install -y -qq --no-install-recommends $(LATEX_PACKAGES)

LATEX_PACKAGES := fonts-freefont-otf latexmk tex-gyre texlive-fonts-recommended \
	texlive-latex-extra texlive-xetex

.PHONY: clean
clean:  ## Remove what was built; the virtual environment stays
	@rm -rf _build dist .coverage* .hypothesis .pytest_cache .mypy_cache .ruff_cache

.PHONY: help
help:  ## List these commands
	@awk -F ':.*  ## ' '/^[a-z-]+:.*  ## / {printf "make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST) | sort

# The stamps say which lock file the environment was last brought up to.
#
# What is installed is what is locked, whatever has been published since: a lock names everything,
# so pip is told not to look for more (--no-deps), and checks afterwards that nothing is missing.
# Otherwise a pip before 24 resolves anew what is asked for with an extra, such as coverage[toml].
#
# What makes this quick, in seconds of processor time of 79 for all of docs/requirements.txt: the
# locked pip, which needs 16 where the one of Python 3.11 needs 33, and byte code that all cores
# make at once. It stays pip, because a machine's settings say where packages come from, and other
# installers do not read them.
$(VENV)/docs.stamp: docs/requirements.txt pyproject.toml
	@test -w . || { echo "$(CURDIR) is read-only: copy it to a folder that can be written" >&2; exit 1; }
	@echo "Setting up $(VENV)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(call install,$(VENV),docs/requirements.txt,pip)
	@$(INSTALL) -r docs/requirements.txt
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m pip check --quiet
	@$(COMPILE)
	@touch $@

$(VENV)/tests.stamp: tests/requirements.txt $(VENV)/docs.stamp
	@$(INSTALL) -r tests/requirements.txt
	@$(BIN)/python -m pip check --quiet
	@$(COMPILE)
	@touch $@

INSTALL := $(BIN)/python -m pip install --quiet --no-deps --require-hashes --no-compile
# Nothing else writes byte code, and each kernel would translate anew what it imports. What is no
# Python, as a template with such a name may be, is nothing to stop for.
COMPILE := $(BIN)/python -m compileall -qq -j 0 -x /tests/ $(VENV)/lib || true

# $(call install,ENVIRONMENT,LOCK,NAME): one package alone, as the lock has it.
install = sed -n '/^$(3)==/,/[^\\]$$/p' $(2) > $(1)/$(3).txt && \
	$(1)/bin/python -m pip install --quiet --no-deps --require-hashes -r $(1)/$(3).txt

# On Linux, PyPI's PyTorch brings CUDA, which takes gigabytes. To have its CPU build, set
# PIP_EXTRA_INDEX_URL to the index of CPU builds that PyTorch's installation page names.
$(ARRAYS)/arrays.stamp: pyproject.toml docs/requirements.txt tests/requirements.txt
	@echo "Setting up $(ARRAYS)"
	@test -x $(ARRAYS)/bin/python || $(PYTHON) -m venv $(ARRAYS)
	@$(call install,$(ARRAYS),docs/requirements.txt,pip)
	@sed -n '/==/s/ *\\$$//p' docs/requirements.txt tests/requirements.txt > $(ARRAYS)/constraints.txt
	@$(ARRAYS)/bin/python -m pip install --quiet -c $(ARRAYS)/constraints.txt --group arrays --editable .
	@touch $@
