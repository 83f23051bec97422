PYTHON ?= python3.11
BIN := .venv/bin
# Processes that run tests at the same time.
JOBS ?= 2
# Which tests test-newest and test-python run, as a marker of pytest; all.
SELECT ?=
PYTEST := -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder
EXTRAS := lite,analysis,export,benchmark,tests

.DEFAULT_GOAL := help
.PHONY: help setup demo lint test test-quick test-newest test-python \
	test-wheel bench faults fuzz clean

help:  ## list these targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 13

setup: .venv/installed  ## make .venv with the tested environment and this package

# The stamp comes last, so that an interrupted installation is taken up again.
.venv/installed: requirements/tested.txt requirements/dev.txt setup.cfg pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -r requirements/dev.txt
	$(BIN)/python -m pip install --no-build-isolation --no-deps -e .
	touch $@

data/demo/val.txt: | .venv/installed
	$(BIN)/python tools/make_demo_data.py data/demo

demo: setup data/demo/val.txt  ## train and test SKD-SRL on synthetic videos
	$(BIN)/python tools/run_demo.py

lint: setup  ## check style and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

test: lint  ## setup, lint and all tests
	$(BIN)/python $(PYTEST)

test-quick: lint  ## the tests that do not train in processes of their own
	$(BIN)/python $(PYTEST) -m 'not slow'

# Installs whatever is newest, also over an older .venv-NAME.
define test_in
$(PYTHON) -m venv $(1)
$(1)/bin/python -m pip install --upgrade --upgrade-strategy eager -e '.[$(EXTRAS)]'
$(1)/bin/python $(PYTEST) -m '$(SELECT)'
endef

test-newest:  ## all tests with the newest version of every requirement
	$(call test_in,.venv-newest)

test-python:  ## the same for another Python: make test-python PYTHON=python3.13
	$(call test_in,.venv-$(notdir $(PYTHON)))

test-wheel: setup  ## train and test the demo from a wheel, without the checkout
	PYTHON=$(PYTHON) tests/wheel.sh $(BIN)/python

bench: setup  ## measure loading of videos and a training step
	$(BIN)/python tools/benchmark_pipeline.py

faults: setup  ## kill and resume runs, a hundred times
	OMP_NUM_THREADS=1 $(BIN)/python -m tests.faults

fuzz: setup  ## compare the reader with sequential decoding on drawn videos
	$(BIN)/python -m tests.support.fuzz_reader --files 1000 --seed 1

clean:  ## remove the environments, the demo data and caches; work_dirs/ stays
	rm -rf .venv .venv-* data/demo build *.egg-info .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
