# Everything by one command on a fresh clone. `make help` lists them.
SHELL := /bin/sh
PYTHON ?= python3
BIN := .venv/bin
NODE := $(BIN)/node
PUBLIC_CLIENT := .clients/linq-python-0.65.0
LOCK := requirements/run.txt requirements/dev.txt
MARKDOWN := *.md docs server/README.md server/src sdk/README.md bench/README.md
CORES := $(shell getconf _NPROCESSORS_ONLN)
# Tests with real services wait more than they work, so there is one process more than cores.
PROCESSES := $(shell expr $(CORES) + 1)
INSTALLED := .venv/dev.stamp .clients/stamp .pgbouncer/stamp .haproxy/stamp .chromium/stamp
# The longest first, because they run side by side.
CHECKS := check-pyright check-mypy check-architecture check-generated check-python check-markdown check-scripts

# Each of the many processes of the tests would compile every module again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run setup test test-fast check $(CHECKS) bench screenshots generate dist release lock clean
help: ## what each command does
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Trunkline needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version). Name another with: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv .venv

.venv/run.stamp: $(BIN)/python requirements/run.txt server/pyproject.toml sdk/pyproject.toml
	@echo "Installing into .venv …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/run.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e sdk -e server
	@touch $@

.venv/dev.stamp: .venv/run.stamp requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/dev.txt
	@touch $@

.clients/stamp: requirements/clients.txt | .venv/dev.stamp
	@tests/acceptance/install-clients $(BIN)/python requirements/clients.txt .clients
	@touch $@

.pgbouncer/stamp:
	@tests/support/install-program .pgbouncer pgbouncer
	@mkdir -p .pgbouncer && touch $@

.haproxy/stamp:
	@tests/support/install-program .haproxy haproxy
	@mkdir -p .haproxy && touch $@

node_modules/.package-lock.json: .venv/dev.stamp package-lock.json
	@$(BIN)/npm ci --silent
	@touch $@

.chromium/stamp: node_modules/.package-lock.json tests/support/install-chromium.mjs
	@command -v chromium >/dev/null || [ -n "$$TRUNKLINE_TEST_CHROMIUM" ] || $(NODE) tests/support/install-chromium.mjs .chromium
	@mkdir -p .chromium && touch $@

run: .venv/run.stamp ## load sample data, serve it, list its chats, and say what to try next
	@examples/quickstart

setup: ## install everything that running, testing and checking need
	@$(MAKE) --silent --no-print-directory --jobs 5 $(INSTALLED)

generate: .venv/dev.stamp .clients/stamp ## write the version, from VERSION, and the SDK's generated files
	$(BIN)/python tools/version.py
	$(BIN)/python sdk/tools/generate.py
	$(BIN)/python sdk/tools/compare_names.py $(PUBLIC_CLIENT)

check: setup ## formatting, lint, types, import directions, generated files
	@$(MAKE) --no-print-directory --keep-going --jobs $(CORES) $(CHECKS)

check-pyright:
	$(NODE) node_modules/pyright/index.js --pythonpath $(BIN)/python

check-mypy:
	$(BIN)/mypy --strict sdk/src/linq

check-architecture:
	$(BIN)/python -m pytest --quiet tests/architecture

check-generated:
	$(BIN)/python tools/version.py --check
	$(BIN)/python sdk/tools/generate.py --check
	$(BIN)/python sdk/tools/compare_names.py $(PUBLIC_CLIENT) --check

check-python:
	$(BIN)/ruff format --check
	$(BIN)/ruff check

check-markdown:
	$(BIN)/mdformat --check $(MARKDOWN)

check-scripts:
	$(NODE) node_modules/@biomejs/biome/bin/biome check
	$(NODE) node_modules/typescript/bin/tsc

test: setup ## every test: on SQLite and on a real PostgreSQL, with the public clients
	$(BIN)/python -m pytest --numprocesses $(PROCESSES) --dist loadscope --no-loadscope-reorder

test-fast: setup ## the tests that need neither PostgreSQL nor whole processes, in under a minute
	$(BIN)/python -m pytest --numprocesses 2 --dist loadscope --no-loadscope-reorder -m "not (postgres or acceptance or slow)"

bench: setup ## measure the service, a tenant beside a bad neighbour, the console and the SDK; bench/README.md shows it
	$(BIN)/python -m bench.server
	$(BIN)/python -m bench.neighbour
	$(BIN)/python -m bench.console
	$(BIN)/python -m bench.sdk

screenshots: setup ## take the pictures of the console in docs/images
	$(BIN)/python -m tools.screenshots

dist: .venv/dev.stamp ## build both wheels and source archives into build/dist, and check them
	$(BIN)/python tools/build_distributions.py build/dist

release: .venv/dev.stamp ## the same, if the changelog has a section for the version
	$(BIN)/python tools/version.py --release
	$(BIN)/python tools/build_distributions.py build/dist

lock: .venv/dev.stamp ## pin the newest versions of every dependency
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-annotate --no-header -o requirements/run.txt server/pyproject.toml sdk/pyproject.toml --no-emit-package trunkline-sdk
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-annotate --no-header -c requirements/run.txt -o requirements/dev.txt requirements/dev.in

clean: ## remove everything that was installed or made
	rm -rf .venv .clients .pgbouncer .haproxy .chromium node_modules build trunkline.db trunkline.db-wal trunkline.db-shm
