# `make up` and `make test` do everything on a fresh machine; the rest are their parts.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: help install up test suite chaos fuzz upgrade lint messages lock audit sbom licences chromium promtool clean

help:
	@echo "make up [ARGS=...]   install, then run the whole product (care up)"
	@echo "make test            install, then the linters and the whole test suite"
	@echo "make suite           only the tests, with what is installed"
	@echo "make chaos           let all kinds of faults come over a whole deployment, CARE_STORM_ROUNDS times; then audit it"
	@echo "make fuzz            ask the API what its document allows and forbids, as everybody (CARE_FUZZ_SECONDS for each of four)"
	@echo "make upgrade FROM=commit   run that version, fill it, and start this one on its data (some minutes)"
	@echo "make install         only install, into $(VENV)"
	@echo "make lint            only the linters"
	@echo "make messages        bring the catalogues of care/language up to what the code says"
	@echo "make lock            pin the dependencies anew (needs uv)"
	@echo "make audit           look for known holes in the dependencies, where a network allows"
	@echo "make sbom            list the parts of a deployment in build/sbom.json (CycloneDX)"
	@echo "make licences        list their licences in docs/licences.md"
	@echo "make clean           delete what can be made again; .care stays"

install: $(STAMP)

# A second run is instant: nothing is looked at but these files.
$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' || { \
	  echo "CARE needs Python 3.11, 3.12 or 3.13 as $(PYTHON): install one, or name it with 'make PYTHON=python3.11 ...'." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "Python's venv module is missing: install it with 'apt-get install -y python3-venv'." >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python -m care.brains.local
	@touch $@

up: install
	@exec $(BIN)/care up $(ARGS)

# A hole in a dependency that became known today is said at the end, and fails 'make audit' alone.
test: install chromium promtool lint
	@$(MAKE) --no-print-directory suite
	@$(MAKE) --no-print-directory audit || echo "The code is as good as before: 'make audit' is what fails."

# Three at a time: most tests wait for servers. Each has servers of its own; tests/conftest.py says what stays together.
# Browsers and killed processes share two cores with all the rest, so what failed in the crowd is run once more alone,
# in the open: what fails then is broken. `care bench suite` times it.
suite:
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder $(ARGS) \
	  || { echo "Once more, alone:"; $(BIN)/pytest --last-failed --last-failed-no-failures none $(ARGS); }

# CARE_STORM_SEED=n draws another schedule of the faults.
chaos: install
	CARE_STORM_ROUNDS=$${CARE_STORM_ROUNDS:-4} $(BIN)/pytest --timeout 7200 tests/chaos $(ARGS)

# CARE_FUZZ_SEED=n chooses other questions.
fuzz: install
	CARE_FUZZ_SECONDS=$${CARE_FUZZ_SECONDS:-300} $(BIN)/pytest --timeout 7200 tests/api/test_document.py $(ARGS)

# FROM stays installed in build/upgrade.
upgrade: install
	$(BIN)/python -m tests.upgrade $${FROM:-dc4c106}

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

# New texts wait there, empty, for their translations; tests/language says what is missing.
messages: install
	$(BIN)/python -m care.language.messages

# The browser tests drive a Chromium of the system; they skip, and say so, where none can be had.
chromium:
	@if command -v chromium-headless-shell chromium chromium-browser google-chrome >/dev/null; then :; \
	elif command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
	  export DEBIAN_FRONTEND=noninteractive; \
	  { apt-get update -qq && { apt-get install -y -qq chromium-headless-shell || apt-get install -y -qq chromium; }; } </dev/null >/dev/null 2>&1 \
	    || echo "Chromium could not be installed with apt-get: the browser tests will be skipped."; \
	else \
	  echo "There is no Chromium, and only root can install it ('apt-get install chromium'): the browser tests will be skipped."; \
	fi

# It plays the alerts through; without it they are only read. It lies in a package with a server that nobody here starts,
# so it is taken out of it.
promtool: install
	@if [ -x $(BIN)/promtool ] || command -v promtool >/dev/null; then :; \
	elif command -v apt-get >/dev/null && command -v dpkg >/dev/null; then \
	  folder=$$(mktemp -d); \
	  { (cd "$$folder" && timeout 60 apt-get download -qq prometheus && dpkg -x prometheus_*.deb .) && cp "$$folder/usr/bin/promtool" $(BIN)/; } \
	    </dev/null >/dev/null 2>&1 || echo "promtool could not be had with apt-get: the alerts are not played through."; \
	  rm -rf "$$folder"; \
	else \
	  echo "There is no promtool (Debian's package prometheus): the alerts are not played through."; \
	fi

# Hashes for every platform, and no index address: the lock is good wherever the packages come from. The second one is
# what a deployment needs: the same pins without the tools of developers.
lock:
	uv pip compile --universal --generate-hashes --no-annotate --no-header --extra dev --python-version 3.11 \
	  -o requirements.lock pyproject.toml
	uv pip compile --universal --generate-hashes --no-annotate --no-header --python-version 3.11 \
	  -c requirements.lock -o requirements-runtime.lock pyproject.toml

# Fails for a known hole, and only says so where the advisories cannot be asked.
audit: install
	@$(BIN)/python deploy/supply.py audit

sbom licences: install
	@$(BIN)/python deploy/supply.py $@

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
