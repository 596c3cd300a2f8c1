# `make demo` shows Bida, `make test` proves it. Both set themselves up: Python 3.11 or newer, make and git are enough.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install -qq --no-build-isolation
COMPILE := $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header
PARALLEL := -n auto --dist worksteal

.PHONY: demo test check bench lock clean
demo: .venv/run.stamp        ## three simulated messengers in a web page (ARGS=--story: in the terminal)
	@$(BIN)/bida demo $(ARGS)

test: .venv/dev.stamp        ## the whole test-suite; what is not run is named at the end
	@$(BIN)/python -m pytest $(PARALLEL) $(ARGS)

check: .venv/dev.stamp       ## everything CI does
	$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/mypy && $(BIN)/lint-imports --no-logo
	$(BIN)/python -m pytest $(PARALLEL) --cov --cov-report= $(ARGS) && $(BIN)/python .ci/coverage_gate.py && .ci/wheel-smoke

bench: .venv/dev.stamp       ## throughput, latency, start-up, memory, each beside its raw limit
	@$(BIN)/python -m bench $(ARGS)

lock: .venv/dev.stamp        ## renew the pinned versions and their hashes
	$(PIP) uv && $(COMPILE) requirements/build.in -o requirements/build.lock
	$(COMPILE) pyproject.toml -o requirements/run.lock
	$(COMPILE) pyproject.toml --extra dev -c requirements/run.lock -o requirements/dev.lock

clean:                       ## remove what the other targets made; data in var/ stays
	rm -rf .venv dist artifacts .coverage .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("Bida needs Python 3.11 or newer, and $(PYTHON) is %d.%d. Try: make $(MAKECMDGOALS) PYTHON=python3.12" % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	@echo "Setting up .venv (once, a minute or two) …" && $(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }

.venv/build.stamp: requirements/build.lock | .venv/bin/python
	@$(PIP) --require-hashes -r $< && touch $@

.venv/run.stamp: requirements/run.lock pyproject.toml .venv/build.stamp
	@$(PIP) --require-hashes -r $< && $(PIP) --no-deps -e . && touch $@

.venv/dev.stamp: requirements/dev.lock .venv/run.stamp
	@$(PIP) --require-hashes -r $< && touch $@
