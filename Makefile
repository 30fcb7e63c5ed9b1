# Each word does what the README says. A python3 that is too old or incomplete: make test PYTHON=python3.13
PYTHON ?= python3
UV ?= uv

PROJECT := <<cookiecutter.project>>
BAKED := build/my-agent
READY := .venv/ready

.PHONY: help demo test test-template test-baked test-faults test-workflows bench lint lint-baked bake requirements

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-16s%s\n", $$1, $$2}' Makefile

demo: bake  ## bake the defaults into build/my-agent; rehearse a good release and a bad one there
	@$(MAKE) --no-print-directory -C $(BAKED) demo PYTHON="$(PYTHON)"
	@echo "reports, with pictures: $(BAKED)/.rollout/reports"

# Side by side: what minds no busy machine. The rest is judged by its pace, and runs alone.
test:  ## run all tests: the template's, and those of a repository baked from it
	@$(MAKE) --no-print-directory -j2 lint test-template lint-baked
	@$(MAKE) --no-print-directory test-baked

test-template: $(READY)
	@echo "the template's tests ..."
	@.venv/bin/pytest

test-baked: bake
	@echo "the tests of $(BAKED) ..."
	@$(MAKE) --no-print-directory -C $(BAKED) test PYTHON="$(PYTHON)"

lint-baked: bake
	@$(MAKE) --no-print-directory -C $(BAKED) lint PYTHON="$(PYTHON)"

test-faults: bake  ## the whole matrix of faults on containers; three quarters of an hour
	@$(MAKE) --no-print-directory -C $(BAKED) test-faults PYTHON="$(PYTHON)"

test-workflows: bake  ## the baked workflows, run here with act and Docker; ten minutes
	@$(MAKE) --no-print-directory -C $(BAKED) test-workflows PYTHON="$(PYTHON)"

lint: $(READY)  ## check style, format and types of hooks/ and tests/
	@.venv/bin/ruff check
	@.venv/bin/ruff format --check --quiet
	@.venv/bin/mypy --no-error-summary

bench: bake  ## measure: verdict to last canary request, requests lost, detection, bake time
	@PYTHONPATH=.:$(BAKED) .venv/bin/python -m bench $(BAKED)

bake: $(READY)
	@echo "baking the defaults into $(BAKED) ..."
	@.venv/bin/python -m tests.bake_defaults $(BAKED)
	@$(MAKE) --no-print-directory -C $(BAKED) setup PYTHON="$(PYTHON)"

$(READY): requirements/dev.txt
	@$(PYTHON) -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "This needs Python 3.11 or newer with its venv module; '$(PYTHON)' is not that."; \
	  echo "  Debian, Ubuntu:  sudo apt-get install python3 python3-venv"; \
	  echo "  macOS:           brew install python"; \
	  echo "  It has another name or place:  make demo PYTHON=/path/to/python3"; \
	  exit 1; }
	@command -v git >/dev/null || { echo "This needs git:  sudo apt-get install git  or  brew install git"; exit 1; }
	@echo "setting up .venv ..."
	@$(PYTHON) -m venv --clear .venv
	@echo "installing requirements/dev.txt ..."
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $(READY)

requirements:  ## write requirements/*.txt anew, the baked repository's too; needs uv
	@$(MAKE) --no-print-directory -C "$(PROJECT)" requirements UV="$(UV)"
	@$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --custom-compile-command "make requirements" --output-file requirements/dev.txt requirements/dev.in
