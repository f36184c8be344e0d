# E-Akte: `make run` brings paper to a searchable record, `make test` says whether the project is sound.
# Everything lives in .venv/ and var/; nothing needs root, Docker or a Debian package.

PYTHON ?= python3
PYTEST_ARGS ?=
ONCE ?=

# Many tests wait for another process, so one more than there are cores keeps them busy.
WORKERS := $(shell echo $$(($$(nproc) < 4 ? $$(nproc) + 1 : 4)))

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PACKAGES := eakte ingest retention xrechnung

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1

.PHONY: help run test check tests bench soak docs venv lock clean

help: ## show this list
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

run: $(STAMP) ## start everything and take the sample batch from paper to search (ONCE=1: then stop)
	@exec $(BIN)/eakte demo $(if $(filter-out 0,$(ONCE)),--once)

# Side by side: mypy keeps one core busy for a minute.
test: $(STAMP) ## everything that says whether the project is sound (PYTEST_ARGS="-k akte -x")
	@$(MAKE) --no-print-directory --jobs 2 check tests

tests: $(STAMP)
	$(BIN)/pytest -q --tb=short -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

check: $(STAMP) ## the static part: ruff, mypy --strict, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict $(PACKAGES)
	$(BIN)/lint-imports

bench: $(STAMP) ## the benchmarks, each prints its table
	@for script in bench/[a-z]*.py; do echo "== $$script"; $(BIN)/python "$$script"; done

soak: $(STAMP) ## the long rounds of faults and fuzzing
	$(BIN)/pytest -q -m soak $(PYTEST_ARGS)

docs: $(STAMP) ## write the generated tables of the documentation anew
	$(BIN)/python docs/make_tables.py

venv: $(STAMP) ## install what the lock file names, when it changed

# The stamp is a copy of what was installed: a checkout that only touches dates installs nothing.
.PHONY: stale
$(STAMP): $(if $(shell cat requirements.lock pyproject.toml | cmp -s - $(STAMP) || echo stale),stale)
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "E-Akte braucht Python 3.11 oder neuer; „$(PYTHON)“ ist es nicht." >&2; \
	  echo "Bitte angeben, wo es liegt: make $(or $(MAKECMDGOALS),run) PYTHON=/pfad/zu/python3.11" >&2; exit 1; }
	@if ! $(BIN)/python -c 'import pip' 2>/dev/null; then \
	  echo "Virtuelle Umgebung $(VENV) wird angelegt …"; \
	  "$(PYTHON)" -m venv --clear $(VENV) || { \
	    echo "Bei Debian und Ubuntu steckt „venv“ im Paket python3-venv." >&2; exit 1; }; \
	fi
	@echo "Abhängigkeiten werden installiert …"
	@$(BIN)/pip install --quiet --no-compile --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python -m compileall -q -j 0 $(VENV)/lib >/dev/null || true  # some hold templates that are no Python
	@$(BIN)/pip install --quiet --no-deps --no-build-isolation --no-index -e .
	@cat requirements.lock pyproject.toml > $@

lock: ## pin the dependencies anew, with hashes and without addresses
	@test -x $(BIN)/uv || $(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-header --all-extras --group dev pyproject.toml -o requirements.lock

clean: ## remove state and whatever was built (var/ with all data; .venv/ stays)
	@if [ -e var/eakte.lock ] && ! flock -n var/eakte.lock true; then \
	  echo "E-Akte läuft noch mit var/. Bitte zuerst beenden." >&2; exit 1; fi
	rm -rf var build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -path ./$(VENV) -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +
