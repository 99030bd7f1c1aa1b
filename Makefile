# Set-up, demonstration, tests. Needs make and a Python 3.12 to 3.14, or pyenv or uv to bring one.
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
INSTALL := $(PIP) install --quiet --constraint constraints.txt --editable
ARGS ?=

.PHONY: help demo test test-all lint bench warm solara dask clean
.DEFAULT_GOAL := help

help:
	@echo "make demo      install, compile, and run a town of 20,000 users for 90 days"
	@echo "make test      install and run the tests (ARGS=... goes to pytest)"
	@echo "make test-all  the slow tests too"
	@echo "make lint      ruff and mypy"
	@echo "make bench     speed, beside the targets"
	@echo "make warm      compile the rules into the user's cache"
	@echo "make solara    install Mesa's web view, for its contract test"
	@echo "make dask      install Dask, for backend=dask and its tests"
	@echo "make clean     remove the environment and what was built; results stay"

demo: warm
	$(BIN)/icsim run population=town horizon=90

warm: $(VENV)/.core
	$(BIN)/icsim warm

test: $(VENV)/.dev
	$(BIN)/python -m pytest $(ARGS)

test-all: $(VENV)/.dev
	$(BIN)/python -m pytest -m "" $(ARGS)

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: $(VENV)/.core
	$(BIN)/python -m sim.bench $(ARGS)

solara: $(VENV)/.solara

dask: $(VENV)/.dask

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache
	find sim tests experiments -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment. A stamp is newer than what it was installed from, so nothing is installed twice.
$(VENV)/.core: pyproject.toml constraints.txt | $(BIN)/python
	@echo "installing icsim and what it needs into $(VENV), a minute or two ..."
	@$(INSTALL) .
	@touch $@

$(VENV)/.dev: $(VENV)/.core
	@echo "installing pytest, ruff and mypy ..."
	@$(INSTALL) '.[dev]'
	@touch $@

$(VENV)/.solara: $(VENV)/.dev
	@echo "installing solara ..."
	@$(INSTALL) '.[solara]'
	@touch $@

$(VENV)/.dask: $(VENV)/.dev
	@echo "installing Dask ..."
	@$(INSTALL) '.[dask]'
	@touch $@

# python3 may be pyenv's, which reads .python-version; failing that, any known name, then pyenv's own folders, then uv.
$(BIN)/python:
	@fits() { "$$1" -c 'import ensurepip, sys; sys.exit(not (3, 12) <= sys.version_info[:2] <= (3, 14))' 2> /dev/null; }; \
	kept="$${PYENV_ROOT:-$$HOME/.pyenv}/versions"; \
	for python in $(PYTHON) python3 python3.12 python3.13 python3.14 \
	  "$$kept"/$$(cat .python-version)*/bin/python "$$kept"/3.1[2-4]*/bin/python; do \
	  if fits "$$python"; then echo "creating $(VENV) with $$("$$python" --version)"; exec "$$python" -m venv $(VENV); fi; \
	done; \
	if command -v uv > /dev/null; then exec uv venv --quiet --seed --python "$$(cat .python-version)" $(VENV); fi; \
	echo "icsim needs Python 3.12, 3.13 or 3.14 with its venv module, or uv: none was found" >&2; exit 1
