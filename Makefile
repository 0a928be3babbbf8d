# Every target sets itself up: on a fresh clone it makes .venv and installs what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Passed on to pytest, for example: make test ARGS="tests/cli -x"
ARGS ?=
# Failing programs and held-out samples for `make benchmark`, see there.
DATA ?=
HELD ?=
CHECKED := bot exporters training tests benchmarks docs

.PHONY: demo test lint format benchmark clean

demo: $(VENV)/.installed
	$(BIN)/slmfix-bot demo

test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest $(ARGS)

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check $(CHECKED)
	$(BIN)/ruff format --check $(CHECKED)
	$(BIN)/mypy

format: $(VENV)/.installed-dev
	$(BIN)/ruff check --fix $(CHECKED)
	$(BIN)/ruff format $(CHECKED)

# Without DATA: speed, and the quality of repairs on the repository's own cases. With DATA=PATH, HELD=PATH or both: the
# quality tables of docs/evaluation.md from the committed model. DATA are JSON lines of failing programs, with `language`,
# `broken` and where known `fixed`, `dialect`, `context`; the development data is not in the repository, because its
# programs belong to others. HELD are held-out samples of `slmfix-train samples`. More: benchmarks/README.md.
benchmark: $(VENV)/.installed
ifeq ($(DATA)$(HELD),)
	$(BIN)/python -P benchmarks/speed.py $(ARGS)
	$(BIN)/python -m benchmarks.quality --methods nothing --methods enumeration --methods tiers
else
	$(BIN)/python -m benchmarks.quality $(DATA) $(if $(HELD),--held $(HELD)) $(ARGS)
endif

clean:
	rm -rf $(VENV) build dist bot/*.egg-info

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=...")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: setup.cfg pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

# torch comes with these extras: some 200 MB, once.
$(VENV)/.installed-dev: setup.cfg pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable '.[dev,export,train]'
	@touch $@
