# Two commands are all that most people need: `make up` and `make test`.

PYTHON := .venv/bin/python
PORT ?= 8000
DATA ?= ./bootcamp-data
# Each file of tests on one of two processors, the longest first (tests/conftest.py);
# `make test PARALLEL=` runs them one after another.
PARALLEL ?= -n 2 --dist loadfile --no-loadscope-reorder

.PHONY: up test test-all lint build bench setup setup-dev clean

up: setup  ## Start the bootcamp on http://localhost:8000 with a demo cohort.
	@exec .venv/bin/bootcamp up --port $(PORT) --data $(DATA)

test: setup-dev lint  ## Lint, types, layers, and every test but the slow ones.
	$(PYTHON) -m pytest -m "not slow" $(PARALLEL)

test-all: setup-dev lint  ## The slow tests too.
	$(PYTHON) -m pytest $(PARALLEL)

lint: setup-dev
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/bootcamp build --check

build: setup-dev  ## Build the notebooks from their sources.
	.venv/bin/bootcamp build

bench: setup-dev  ## Measure against the stock tools; writes docs/benchmarks.md.
	$(PYTHON) -m benchmarks

setup:
	@scripts/setup

setup-dev:
	@scripts/setup --dev

clean:  ## Remove the environment; data folders stay.
	rm -rf .venv dist
