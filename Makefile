# Each word does what the README says. A python3 that is too old or incomplete: make test PYTHON=python3.13
PYTHON ?= python3
# uv makes .venv and installs, if it is on PATH; else venv and pip do.
UV ?= uv

PROJECT := <<cookiecutter.project>>
BAKED := build/my-agent
BAKED_MAKE = $(MAKE) --no-print-directory -C $(BAKED)

# One .venv for both: a baked repository's is a link to this one, so that its make finds installed what is installed here.
INSTALL := PYTHON="$(PYTHON)" UV="$(UV)" PYTHON_IS_NAMED="$(filter-out file,$(origin PYTHON))" \
  sh "$(PROJECT)/requirements/install" --git
BAKE := requirements/bake.txt
RUN := "$(PROJECT)/requirements/run.txt"
DEV := $(RUN) "$(PROJECT)/requirements/dev.txt"
TEST := requirements/test.txt

# What somebody set for another Python, or for all of them, is not meant for the one in .venv.
unexport PYTHONPATH PYTHONHOME PYTHONSAFEPATH PYTHONUSERBASE PYTHONINSPECT PYTHONOPTIMIZE PYTHONWARNINGS
unexport VIRTUAL_ENV CONDA_PREFIX

.PHONY: help demo test test-template test-baked test-faults test-workflows bench lint lint-baked bake requirements

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-16s%s\n", $$1, $$2}' Makefile

demo:  ## bake the defaults into build/my-agent; rehearse a good release and a bad one there
	@$(INSTALL) --parts $(BAKE) $(RUN)
	$(bake)
	+@$(BAKED_MAKE) demo

# Side by side: what minds no busy machine. The rest is judged by its pace, and runs alone.
test:  ## run all tests: the template's, and those of a repository baked from it
	@$(INSTALL) --parts $(BAKE) $(DEV) $(TEST)
	$(bake)
	+@$(BAKED_MAKE) setup
	@$(MAKE) --no-print-directory -j2 lint test-template lint-baked
	@$(MAKE) --no-print-directory test-baked

test-template:
	@$(INSTALL) $(BAKE) $(TEST)
	@echo "the template's tests ..."
	@.venv/bin/pytest

test-baked: bake
	@echo "the tests of $(BAKED) ..."
	+@$(BAKED_MAKE) test

# After make test's own bake: two at once would be in each other's way.
lint-baked:
	+@$(BAKED_MAKE) lint

test-faults: bake  ## the whole matrix of faults on containers; three quarters of an hour
	+@$(BAKED_MAKE) test-faults

test-workflows: bake  ## the baked workflows, run here with act and Docker; ten minutes
	+@$(BAKED_MAKE) test-workflows

lint:  ## check style, format and types of hooks/ and tests/
	@$(INSTALL) $(BAKE) $(TEST)
	@.venv/bin/ruff check
	@.venv/bin/ruff format --check --quiet
	@.venv/bin/mypy --no-error-summary

bench: bake  ## measure: verdict to last canary request, requests lost, detection, bake time, wrong verdicts; an hour
	@$(INSTALL) --parts $(BAKE) $(DEV)
	+@$(BAKED_MAKE) setup
	@PYTHONPATH=.:$(BAKED) .venv/bin/python -m bench $(BAKED)

# What the repository needs, it brings itself: its .venv is this one.
bake:
	@$(INSTALL) $(BAKE)
	$(bake)

define bake
@echo "baking the defaults into $(BAKED) ..."
@.venv/bin/python -m tests.bake_defaults $(BAKED)
@[ -d $(BAKED)/.venv ] || ln -s ../../.venv $(BAKED)/.venv
endef

requirements:  ## write requirements/*.txt anew, the baked repository's too; needs uv. UPGRADE=--upgrade: newest versions
	@$(MAKE) --no-print-directory -C "$(PROJECT)" requirements UV="$(UV)" UPGRADE="$(UPGRADE)"
	@for name in test bake; do \
	  echo "requirements/$$name.txt of the template"; \
	  $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --custom-compile-command "make requirements (uv pip compile --universal --python-version 3.11)" $(UPGRADE) \
	    --constraint "$(PROJECT)/requirements/dev.txt" \
	    --output-file requirements/$$name.txt requirements/$$name.in || exit 1; \
	done
