# Two commands are the whole interface: `make run` and `make test`.
# Everything else is a part of these two, kept callable on its own.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: run test test-long check unit e2e bench types lock clean

run: $(VENV)/.run web/dist/.built
	$(BIN)/hallcast serve --demo

test: $(VENV)/.test web/dist/.built
	$(MAKE) check
	$(BIN)/python -m tests.system_packages
	$(BIN)/python -m pytest tests --durations=10

test-long: $(VENV)/.test web/dist/.built
	$(BIN)/python -m tests.system_packages
	$(BIN)/python -m pytest tests --run-long -m long

check: $(VENV)/.test web/node_modules/.installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m server.wire_types --check web/src/api/types.gen.ts
	cd web && npm run --silent check

bench: $(VENV)/.run
	$(BIN)/python -m benchmarks.all

types: $(VENV)/.run
	$(BIN)/python -m server.wire_types web/src/api/types.gen.ts

lock:
	deploy/lock

$(VENV)/bin/pip:
	deploy/make-venv $(PYTHON) $(VENV)

$(VENV)/.run: requirements/run.txt pyproject.toml $(wildcard media/native/*.[ch]) | $(VENV)/bin/pip
	$(BIN)/pip install --quiet --require-hashes -r requirements/run.txt
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.test: requirements/test.txt $(VENV)/.run
	$(BIN)/pip install --quiet --require-hashes -r requirements/test.txt
	touch $@

web/node_modules/.installed: web/package-lock.json $(VENV)/.run
	cd web && npm ci --no-audit --no-fund --silent
	touch $@

WEB_SOURCES := $(shell find web/src web/locales web/public -type f 2>/dev/null) \
	web/index.html web/vite.config.ts web/package.json
web/dist/.built: web/node_modules/.installed $(WEB_SOURCES)
	cd web && npm run --silent build
	touch $@

clean:
	rm -rf $(VENV) web/node_modules web/dist
