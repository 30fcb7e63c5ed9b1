# Each word does what the README says. A python3 that is too old or incomplete: make test PYTHON=python3.13
PYTHON ?= python3
# uv makes .venv and installs, if it is on PATH; else venv and pip do.
UV ?= uv

PROJECT := <<cookiecutter.project>>
BAKED := build/my-agent
BAKED_MAKE = $(MAKE) --no-print-directory -C $(BAKED)
# Whose agent/ and rollout/ the tests of the engine import, run and build: make test-engine REPOSITORY=../my-agent
REPOSITORY ?= $(BAKED)
ENGINE := tests/deploy tests/host tests/rollout tests/workflows
PYTEST = REPOSITORY="$(REPOSITORY)" .venv/bin/python -m pytest

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

.PHONY: help demo test test-template test-units test-engine test-engine-alone test-baked test-faults test-workflows
.PHONY: docker-answers bench lint lint-baked bake tested requirements

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-16s%s\n", $$1, $$2}' Makefile

demo:  ## bake the defaults into build/my-agent; rehearse a good release and a bad one there
	@$(INSTALL) --parts $(BAKE) $(RUN)
	$(bake)
	+@$(BAKED_MAKE) demo

# Side by side: what tolerates a busy machine. The rest is judged by its pace, and runs alone.
test:  ## run all tests: the template's, the engine's, and those of a repository baked from it
	@$(INSTALL) --parts $(BAKE) $(DEV) $(TEST)
	$(bake)
	+@$(BAKED_MAKE) setup
	@$(MAKE) --no-print-directory -j2 lint test-template lint-baked test-units REPOSITORY="$(BAKED)"
	@$(MAKE) --no-print-directory test-engine-alone REPOSITORY="$(BAKED)"
	@$(MAKE) --no-print-directory test-baked

test-template:
	@$(INSTALL) $(BAKE) $(TEST)
	@echo "the template's tests ..."
	@.venv/bin/python -m pytest $(addprefix --ignore=,$(ENGINE))

test-engine: tested  ## the engine's tests; of your own copy: make test-engine REPOSITORY=../my-agent
	@$(MAKE) --no-print-directory test-units
	@$(MAKE) --no-print-directory test-engine-alone

test-units:
	@echo "the engine's tests of $(REPOSITORY), without processes ..."
	@$(PYTEST) -m "not parts and not docker and not workflows" $(ENGINE)

test-engine-alone:
	@echo "the engine's tests of $(REPOSITORY), with HAProxy, Prometheus and Docker ..."
	@if docker info >/dev/null 2>&1; then $(PYTEST) -m "(parts or docker) and not faults and not workflows" $(ENGINE); else \
	  $(PYTEST) -m "parts and not docker and not workflows" $(ENGINE) && \
	  echo && echo "LEFT OUT: the tests of the Docker target, since no Docker engine answers here; 'docker info' says why."; \
	fi

test-baked: bake
	@echo "the tests of $(BAKED) ..."
	+@$(BAKED_MAKE) test

# After make test's own bake: two at once would be in each other's way.
lint-baked:
	+@$(BAKED_MAKE) lint

test-faults: docker-answers tested  ## the whole matrix of faults on containers; three quarters of an hour
	@$(PYTEST) -m docker tests/host/faults
	@REPOSITORY="$(REPOSITORY)" .venv/bin/python -m tests.host.faults.page

test-workflows: docker-answers tested  ## the baked workflows, run here with act and Docker; ten minutes
	@$(PYTEST) -m workflows tests/workflows/executed

# Before anything is baked.
docker-answers:
	@docker version >/dev/null 2>&1 || { \
	  echo "make test-faults and make test-workflows need Docker's engine: 'docker version' says why none answers."; exit 1; }

# The repository under test, with what it needs: the one baked here, or one that somebody names and that stays as it is.
tested:
ifeq ($(REPOSITORY),$(BAKED))
	@$(INSTALL) --parts $(BAKE) $(DEV) $(TEST)
	$(bake)
else
	@[ -d "$(REPOSITORY)/rollout" ] || { echo "REPOSITORY=$(REPOSITORY) is no folder with a rollout/ in it."; exit 1; }
	@$(INSTALL) --parts $(BAKE) "$(REPOSITORY)/requirements/run.txt" "$(REPOSITORY)/requirements/dev.txt" $(TEST)
endif

lint:  ## check style, format and types of hooks/ and tests/
	@$(INSTALL) $(BAKE) $(TEST)
	@.venv/bin/python -m ruff check
	@.venv/bin/python -m ruff format --check --quiet
	@.venv/bin/python -m mypy --no-error-summary

bench: bake  ## measure: verdict to last canary request, requests lost, detection, bake time
	@$(INSTALL) --parts $(BAKE) $(DEV)
	+@$(BAKED_MAKE) setup
	@REPOSITORY=$(BAKED) PYTHONPATH=.:$(BAKED) .venv/bin/python -m bench $(BAKED)

# What the repository needs, it brings itself: its .venv is this one.
bake:
	@$(INSTALL) $(BAKE)
	$(bake)

define bake
@echo "baking the defaults into $(BAKED) ..."
@.venv/bin/python -m tests.bake_defaults $(BAKED)
@[ -d $(BAKED)/.venv ] || ln -sfn ../../.venv $(BAKED)/.venv
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
