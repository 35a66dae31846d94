# Everything a developer or CI calls. Needs Python 3.11+ and make; the rest is installed here.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN := $(BIN)/python
PORT ?= 8000

.DEFAULT_GOAL := help
.PHONY: help install install-test browser demo extension test test-quick lint format bench clean

help: ## Show this help
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

# The stamp holds what was installed: a second `make` installs nothing.
$(VENV)/.installed: pyproject.toml constraints.txt
	@echo "== virtual environment and packages (several hundred MB the first time)"
	@test -x $(RUN) || $(PYTHON) -m venv $(VENV)
	@$(RUN) -m pip install --disable-pip-version-check --progress-bar off -q -c constraints.txt torch==2.13.0
	@$(RUN) -m pip install --disable-pip-version-check --progress-bar off -q -c constraints.txt -e .
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	@echo "== packages for tests"
	@$(RUN) -m pip install --disable-pip-version-check --progress-bar off -q -c constraints.txt -e '.[test]'
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/npm install --silent --no-audit --no-fund --prefix $(VENV)/node web-ext@10.7.0
	@touch $@

install: $(VENV)/.installed ## Make the virtual environment with pinned packages

install-test: $(VENV)/.installed-test

browser: ## Chromium and LibreOffice, through apt on Debian as root; elsewhere it says what is missing
	@sh tests/install-parts.sh

demo: $(VENV)/.installed ## Build the demo library and serve it
	@$(BIN)/contentlib demo --port $(PORT)

extension: $(VENV)/.installed ## Pack the browser extension for Chromium and Firefox into dist/
	@$(RUN) -m web.extension_pack dist

test: $(VENV)/.installed-test browser ## Run everything
	@sh tests/run.sh $(RUN) -n 2 --dist loadgroup --ignore=tests/benchmarks

test-quick: $(VENV)/.installed-test ## Run what needs no model, browser, page or PostgreSQL (under 90 s)
	@sh tests/run.sh $(RUN) -n 2 -m 'not slow' -k 'not postgresql' --ignore=tests/benchmarks --ignore=tests/web

lint: $(VENV)/.installed-test ## Style and types
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

format: $(VENV)/.installed-test
	@$(BIN)/ruff check --fix-only . && $(BIN)/ruff format .

bench: $(VENV)/.installed-test ## Speed as ratios, measured side by side
	@$(RUN) -m pytest tests/benchmarks -q -s -p no:cacheprovider

clean: ## Remove what was made here (the demo library too)
	@rm -rf $(VENV) var build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
