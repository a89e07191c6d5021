# The two commands: `make demo` (set up, train, translate) and `make test`.
# Everything happens in .venv, but for the Debian packages of SYSTEM_PACKAGES, which
# `make test` installs where it may.

PYTHON ?= python3
BIN := .venv/bin
DEMO := saved_models/english-french
# A file as a whole runs in one process, which then trains and traces for it once.
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder
# A browser for the tests of the report, a font with Hangul for those of pictures, dot
# to draw models with.
SYSTEM_PACKAGES := chromium fonts-nanum graphviz

.DEFAULT_GOAL := help

.PHONY: help
help:  ## Show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 22

.PHONY: install
install: .venv/installed  ## Make .venv with the package and every extra

.venv/installed: pyproject.toml requirements.txt requirements-dev.txt
	@echo "== Checking Python (3.11 or newer)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "This needs Python 3.11 or newer, but $(PYTHON) is $$($(PYTHON) --version)."; \
	  echo "Name another one: make install PYTHON=python3.12"; exit 1; }
	@echo "== Making the environment .venv"
	@$(PYTHON) -m venv .venv || { \
	  echo "The venv module is missing. On Debian and Ubuntu: apt-get install python3-venv"; \
	  exit 1; }
	@echo "== Installing the package and every extra (about a minute, 2 GB)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

.PHONY: demo
demo: install  ## Train on the built-in corpus and translate held-out sentences
	@echo "== Training English to French on the built-in phrasebook (under 3 minutes on 2 cores)"
	@$(BIN)/seq2seq-keras train --config configs/demo.yaml --output $(DEMO) --overwrite true
	@echo
	@echo "== Translating sentences that were held out from training"
	@$(BIN)/seq2seq-keras evaluate $(DEMO) --corpus phrasebook/english-french --examples 8
	@echo
	@echo "== The model is in $(DEMO). Try it:"
	@echo "  echo 'i am a student' | $(BIN)/seq2seq-keras translate $(DEMO)"
	@echo "  $(BIN)/seq2seq-keras export $(DEMO) $(DEMO)/serving"
	@echo "  make serve"
	@echo "  $(BIN)/python -c \"import seq2seq_keras as s2s; print(s2s.Translator.load('$(DEMO)').translate('i am a student'))\""

.PHONY: serve
serve: install  ## Serve what `make demo` left: a page at http://127.0.0.1:8501, REST and gRPC
	@test -d $(DEMO) || { echo "There is no model in $(DEMO) yet: make demo"; exit 1; }
	@echo "== Serving $(DEMO). Open http://127.0.0.1:8501, stop by Ctrl-C"
	@$(BIN)/seq2seq-keras serve $(DEMO)

.PHONY: test
test: install system-packages page-packages lint  ## Formatter, linter, type checker and tests (10 to 20 minutes)
	@echo "== Running the tests"
	@$(PYTEST)

# Where this is not Debian or not root, the tests that need them say so and are skipped.
.PHONY: system-packages
system-packages:
	@command -v dpkg-query >/dev/null && command -v apt-get >/dev/null || exit 0; \
	missing=$$(for name in $(SYSTEM_PACKAGES); do \
	  dpkg-query --show --showformat='$${db:Status-Status}' $$name 2>/dev/null \
	    | grep -qx installed || echo $$name; done); \
	test -n "$$missing" || exit 0; \
	if [ "$$(id -u)" != 0 ]; then \
	  echo "Some tests are skipped without: sudo apt-get install" $$missing; exit 0; fi; \
	echo "== Installing" $$missing; \
	export DEBIAN_FRONTEND=noninteractive; apt-get update -qq; \
	for name in $$missing; do \
	  apt-get install -qq --yes --no-install-recommends $$name >/dev/null \
	    || echo "$$name could not be installed; the tests that need it are skipped."; \
	done

# What the page without a server runs on, in npm's cache; without npm its tests are skipped.
.PHONY: page-packages
page-packages: install
	@command -v npm >/dev/null || exit 0; \
	version=$$($(BIN)/python -c 'from seq2seq_keras.page import ONNXRUNTIME_WEB as v; print(v)'); \
	npm cache add --prefer-offline --silent "onnxruntime-web@$$version" \
	  || echo "onnxruntime-web could not be had from npm; the tests that need it are skipped."

.PHONY: test-slow
test-slow: install  ## The tests that take longer
	@$(PYTEST) -m slow

.PHONY: coverage
coverage: install system-packages  ## Every test, and how much of the package they run (with a floor)
	@$(PYTEST) -m "slow or not slow" --cov --cov-report=term:skip-covered

.PHONY: release-check
release-check: install  ## Build and check a release; run the README's first script with it alone
	@$(BIN)/python tools/release_check.py

.PHONY: notebooks
notebooks: install system-packages  ## Run every tutorial and write its notebooks (half an hour)
	@$(BIN)/python notebooks/run.py

.PHONY: docs
docs: install  ## Build the documentation site into site/
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	@echo "== The site is in site/: open site/index.html. Searching in it needs a server:"
	@echo "  $(BIN)/python -m http.server --directory site"

.PHONY: lint
lint: install
	@echo "== Checking format, style and types"
	@$(BIN)/ruff format --check --quiet . || { echo "Run: make format"; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy --no-error-summary

.PHONY: format
format: install  ## Format the code
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check --quiet --fix .

.PHONY: lock
lock:  ## Pin today's versions anew (after changing pyproject.toml)
	@rm -rf .venv-lock && $(PYTHON) -m venv .venv-lock
	@.venv-lock/bin/python -m pip install --quiet --disable-pip-version-check .[jupyter]
	@{ echo "# What a user needs, with the versions the tests pass on: pip install -r requirements.txt"; \
	   echo "# Generated by \`make lock\`."; \
	   .venv-lock/bin/python -m pip freeze --exclude seq2seq-keras; } > requirements.txt
	@.venv-lock/bin/python -m pip install --quiet --disable-pip-version-check .[all,dev,docs]
	@{ echo "# requirements.txt, every extra and what the tests need. Generated by \`make lock\`."; \
	   .venv-lock/bin/python -m pip freeze --exclude seq2seq-keras; } > requirements-dev.txt
	@rm -rf .venv-lock

.PHONY: clean
clean:  ## Delete the environment and caches
	rm -rf .venv .venv-lock .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage dist
