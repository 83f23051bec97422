PYTHON ?= python3.11
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint bench clean

help:  ## list these habits
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

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
	$(BIN)/python tools/demo.py

lint: setup  ## check style and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

test: lint  ## setup, lint and all tests
	$(BIN)/python -m pytest

bench: setup  ## measure what loading videos and a training step cost
	$(BIN)/python tools/benchmark_pipeline.py

clean:  ## remove the environment, the demo data and caches; work_dirs/ stays
	rm -rf .venv data/demo *.egg-info .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
