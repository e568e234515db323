# `make demo`, `make test` and `make check` do their own set-up: they need Python >= 3.11, git and make.

# The first Python on the path that is new enough; PYTHON=/path/to/python decides otherwise.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && command -v "$$p" && break; done)
VENV := .venv
BIN := $(VENV)/bin
CODE := src tests deploy hatch_build.py $(wildcard benchmarks)
# Processes that pytest spreads the tests over.
WORKERS ?= 2

.PHONY: help demo page pictures test soak check format bench lock setup clean browser
.DELETE_ON_ERROR:

help:
	@echo 'make demo    train a few models, track them, show what was kept'
	@echo 'make page    build the page that `assay ui` and `assay server` show'
	@echo 'make pictures take the pictures of the page in docs/pictures anew; look at each before you commit it'
	@echo 'make test    all tests, in random order, warnings are errors'
	@echo 'make soak    the long versions of the tests that kill, cut and fill what a server stands on (half an hour)'
	@echo 'make check   format, lint, types, layers, documents'
	@echo 'make format  put the code in format'
	@echo 'make bench   measure against the floor and other trackers'
	@echo 'make setup   the virtual environment $(VENV) that all of these make for themselves'
	@echo 'make lock    resolve the locked dependencies anew (UPGRADE=1: to their newest versions)'
	@echo 'make clean   remove $(VENV), the page and the caches'

# Without Node's packages (no network) the demo runs all the same; only the page is missing then, and `assay ui` says so.
demo: $(VENV)/demo.stamp
	@$(MAKE) --no-print-directory -s page || echo 'make: the page could not be built; `make page` tries again' >&2
	ASSAY_STORE=.assay $(BIN)/assay demo

# Node of the system where it is new enough, else that of the environment.
NODE := PATH="$$PATH:$(CURDIR)/$(BIN)"
PAGE := src/assay/serving/page/index.html
page: $(PAGE)

$(PAGE): $(shell find web -name node_modules -prune -o -name schema.ts -o -type f -print) hatch_build.py | $(VENV)/demo.stamp
	$(NODE) $(BIN)/python hatch_build.py

web/node_modules: web/package-lock.json $(PAGE)
	test -d $@ || { cd web && $(NODE) npm ci --no-audit --no-fund; }
	@touch $@

# The system tests look at the page in a real browser; without one they are skipped, and say so.
browser:
	@command -v chromium >/dev/null || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && \
		{ apt-get update -q || true; } && \
		DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends chromium; } || \
		echo 'make: no chromium here, so nothing looks at the page; install it (on Debian and Ubuntu: apt-get install chromium)' >&2

# What is marked `alone` runs first and by itself: it measures time. Exit code 5 says that nothing is marked so.
test: $(VENV)/dev.stamp $(PAGE) web/node_modules browser
	cd web && $(NODE) npm test
	$(BIN)/python -m pytest -q -m alone $(ARGS) || test $$? -eq 5
	$(BIN)/python -m pytest -q -m "not alone" -n $(WORKERS) $(ARGS)

# One at a time: what is killed at random moments should be killed while it works, and not while it waits for the others.
soak: $(VENV)/dev.stamp
	SOAK=1 $(BIN)/python -m pytest -q --timeout 2400 $(ARGS) tests/system/test_server_*.py

pictures: $(VENV)/dev.stamp $(PAGE) browser
	ASSAY_PICTURES=1 $(BIN)/python -m pytest -q -p no:randomly tests/system/test_page_pictures.py

check: $(VENV)/dev.stamp web/node_modules
	cd web && $(NODE) npm run check
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/mypy $(CODE)
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m pytest -q tests/test_docs.py

format: $(VENV)/dev.stamp web/node_modules
	$(BIN)/ruff format $(CODE)
	$(BIN)/ruff check --fix $(CODE)
	cd web && $(NODE) npm run format

bench: $(VENV)/dev.stamp
	$(BIN)/python -m benchmarks $(ARGS)

setup: $(VENV)/dev.stamp

# The demo's packages are a part of the development packages, in the same versions, so one environment holds both.
$(VENV)/demo.stamp: requirements/demo.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/demo.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/demo.stamp

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo 'make: no Python >= 3.11 on the path; install one, or say which: make PYTHON=/path/to/python' >&2; exit 1; }
	@"$(PYTHON)" -m venv --clear $(VENV) || { rm -rf $(VENV); \
		echo 'make: $(PYTHON) can make no virtual environment (on Debian and Ubuntu: apt-get install python3-venv)' >&2; exit 1; }

# Hashes of every platform's files and no address: the lock names no package registry. One version of each package for
# all of Python 3.11 and later, so that tests and types say the same on each.
LOCK = "$$uv/bin/uv" pip compile -q --universal --python-version 3.11 --fork-strategy fewest \
	--generate-hashes --no-annotate --no-header \
	--no-emit-index-url --no-emit-find-links $(if $(UPGRADE),--upgrade)
lock: $(VENV)/bin/python
	uv=$$(mktemp -d) && trap 'rm -rf "$$uv"' EXIT && \
	$(BIN)/python -m venv "$$uv" && "$$uv/bin/pip" install -q --disable-pip-version-check uv && \
	$(LOCK) pyproject.toml requirements/dev.in --extra all -o requirements/dev.txt && \
	$(LOCK) pyproject.toml requirements/demo.in --extra sklearn --extra figures --extra ui -c requirements/dev.txt -o requirements/demo.txt
	cd web && $(NODE) npm install --package-lock-only && $(NODE) npm run forget-addresses
	! grep -nE '://' requirements/*.txt web/package-lock.json

clean:
	rm -rf $(VENV) src/assay/serving/page web/node_modules .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
