# The README explains each target. If python3 is too old or incomplete: make test PYTHON=python3.13
PYTHON ?= python3
# If uv is on PATH, it creates .venv and installs; otherwise venv and pip do.
UV ?= uv

PROJECT := <<cookiecutter.project>>
BAKED := build/my-agent
BAKED_MAKE = $(MAKE) --no-print-directory -C $(BAKED)
# The engine's tests use this repository's agent/ and rollout/: make test-engine REPOSITORY=../my-agent
REPOSITORY ?= $(BAKED)
ENGINE := tests/deploy tests/host tests/rollout tests/workflows
PYTEST = REPOSITORY="$(REPOSITORY)" .venv/bin/python -m pytest

# The baked repository's .venv is a link to this one, so its make finds everything already installed.
INSTALL := PYTHON="$(PYTHON)" UV="$(UV)" PYTHON_IS_NAMED="$(filter-out file,$(origin PYTHON))" \
  sh "$(PROJECT)/requirements/install" --git
BAKE := requirements/bake.txt
RUN := "$(PROJECT)/requirements/run.txt"
DEV := $(RUN) "$(PROJECT)/requirements/dev.txt" "$(PROJECT)/requirements/evals.txt"
TEST := requirements/test.txt
CLUSTER := requirements/cluster.txt

# These settings are meant for another Python; the one in .venv ignores them.
unexport PYTHONPATH PYTHONHOME PYTHONSAFEPATH PYTHONUSERBASE PYTHONINSPECT PYTHONOPTIMIZE PYTHONWARNINGS
unexport VIRTUAL_ENV CONDA_PREFIX
# Python keeps what it compiled: without that, a start of the service takes twice the time.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test test-template test-units test-engine test-parts test-hosts test-deploy test-baked-code
.PHONY: test-browser test-rehearsals test-engine-rehearsals test-baked-rehearsals test-baked-images test-faults
.PHONY: test-workflows docker-answers
.PHONY: cluster test-kubernetes bench bench-kubernetes lint lint-baked bake tested requirements

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-18s%s\n", $$1, $$2}' Makefile

demo:  ## bake the defaults into build/my-agent, then rehearse a good and a bad release there
	@$(INSTALL) --parts $(BAKE) $(RUN)
	$(bake)
	+@$(BAKED_MAKE) demo

# First what tolerates load. Then hosts and rehearsals, which take longest and wait a lot: they judge releases by their
# answers, so no more than these two judge at once, and each measures what the machine answers beside the other. The rest
# takes only what they leave. With JOBS=1 it takes twice the time.
JOBS ?= 4
test:  ## run all tests: the template's, the engine's, and a baked repository's
	@$(INSTALL) --parts $(BAKE) $(DEV) $(TEST)
	$(bake)
	+@$(BAKED_MAKE) setup
	@$(MAKE) --no-print-directory -j3 test-units test-parts test-baked-images test-deploy lint-baked lint test-browser REPOSITORY="$(BAKED)"
	@$(MAKE) --no-print-directory -j$(JOBS) test-hosts test-rehearsals test-baked-code test-template REPOSITORY="$(BAKED)"
	$(what_was_skipped)

test-rehearsals:
	@$(MAKE) --no-print-directory -j1 test-engine-rehearsals test-baked-rehearsals

test-template:
	@$(INSTALL) $(BAKE) $(TEST)
	@echo "running the template's tests ..."
	@nice -n 10 .venv/bin/python -m pytest -m "not browser" $(addprefix --ignore=,$(ENGINE) tests/cluster)

test-engine: tested  ## run the engine's tests; on your own copy: make test-engine REPOSITORY=../my-agent
	@$(MAKE) --no-print-directory test-units test-browser
	@$(MAKE) --no-print-directory -j$(JOBS) test-hosts test-engine-rehearsals test-parts test-deploy
	$(what_was_skipped)

test-units:
	@echo "running the engine's unit tests on $(REPOSITORY) ..."
	@$(PYTEST) -m "not parts and not docker and not browser and not workflows$$($(without_ssh) >/dev/null && echo ' and not ssh')" $(ENGINE)

test-browser:
	@echo "running the tests of the pages in Chromium ..."
	@$(without_browser) || $(PYTEST) -m browser tests/rollout/dashboard tests/test_page_in_chromium.py

test-parts:
	@echo "running the engine's tests on $(REPOSITORY) with HAProxy and Prometheus ..."
	@$(PYTEST) -m "parts and not docker and not faults and not workflows" --ignore=tests/rollout/rehearsal $(ENGINE)

test-engine-rehearsals:
	@echo "running the engine's rehearsals of $(REPOSITORY) ..."
	@$(PYTEST) -m "parts and not docker and not faults" tests/rollout/rehearsal

test-hosts:
	@echo "running the engine's tests on $(REPOSITORY) with Docker ..."
	@$(without_docker) || $(PYTEST) -m "docker and not faults and not workflows$$($(without_sshd) >/dev/null && echo ' and not sshd')" \
	  --ignore=tests/rollout/replay $(filter-out tests/deploy,$(ENGINE))

# These start hosts too, or replays that mostly wait; both tolerate load.
test-deploy:
	@echo "running the tests of deploy/ and of the replays with Docker ..."
	@$(without_docker) || $(PYTEST) -m docker tests/deploy tests/rollout/replay

# Said again at the end, where it is seen.
without_docker = { ! docker info >/dev/null 2>&1 && \
  echo "SKIPPED: the tests of the Docker target. No Docker engine answers; 'docker info' says why."; }

without_browser = { ! { command -v chromium || command -v chromium-browser || command -v google-chrome; } >/dev/null && \
  echo "SKIPPED: the tests of the pages in a browser. No Chromium: 'apt-get install chromium' brings one; CI has it."; }

without_ssh = { ! command -v ssh-keygen >/dev/null && \
  echo "SKIPPED: the tests of SSH keys. No ssh-keygen: 'apt-get install openssh-client' brings it; CI has it."; }

without_sshd = { ! PATH="/usr/sbin:/usr/local/sbin:$$PATH" command -v sshd >/dev/null && \
  echo "SKIPPED: the tests over SSH. No sshd: 'apt-get install openssh-server' brings it; CI has it."; }

define what_was_skipped
@$(without_docker) || true
@$(without_browser) || true
@$(without_ssh) || true
@$(without_sshd) || true
endef

# These three are without a bake: make test bakes first, and two bakes at once would conflict.
test-baked-code:
	@echo "running the tests of $(BAKED) ..."
	+@$(BAKED_MAKE) test-code

test-baked-rehearsals:
	@echo "running the rehearsals of $(BAKED) ..."
	+@$(BAKED_MAKE) test-rehearsals

test-baked-images:
	@echo "running the tests of the images of $(BAKED) ..."
	+@$(BAKED_MAKE) test-docker

lint-baked:
	+@$(BAKED_MAKE) lint

test-faults: docker-answers tested  ## run the whole fault matrix on containers; over an hour
	@$(PYTEST) -m "docker or faults" tests/host/faults tests/host/test_what_serves.py tests/rollout/rehearsal/test_stable_dies.py
	@REPOSITORY="$(REPOSITORY)" .venv/bin/python -m tests.host.faults.page

test-workflows: docker-answers tested  ## run the baked workflows with act and Docker; 16 minutes
	@$(PYTEST) -m workflows tests/workflows/executed

cluster: docker-answers tested
	@$(INSTALL) $(CLUSTER)
	@REPOSITORY="$(REPOSITORY)" .venv/bin/python -m tests.cluster build

test-kubernetes: cluster  ## run releases, faults and workflows on a real cluster, as root; the first time it builds Kubernetes
	@$(PYTEST) -m cluster tests/cluster
	@$(PYTEST) -m cluster tests/workflows/in_cluster

# Before anything is baked.
docker-answers:
	@docker version >/dev/null 2>&1 || { \
	  echo "make test-faults, test-workflows and test-kubernetes need a running Docker engine; 'docker version' says why none answers."; \
	  exit 1; }

# Prepare the repository under test: bake the default one; one that REPOSITORY names is not changed.
tested:
ifeq ($(REPOSITORY),$(BAKED))
	@$(INSTALL) --parts $(BAKE) $(DEV) $(TEST)
	$(bake)
else
	@[ -d "$(REPOSITORY)/rollout" ] || { echo "REPOSITORY=$(REPOSITORY) has no folder rollout/."; exit 1; }
	@$(INSTALL) --parts $(BAKE) "$(REPOSITORY)/requirements/run.txt" "$(REPOSITORY)/requirements/dev.txt" $(TEST)
endif

lint:  ## check style, format and types of the template's own Python
	@$(INSTALL) $(BAKE) $(TEST)
	@.venv/bin/python -m ruff check
	@.venv/bin/python -m ruff format --check --quiet
	@.venv/bin/python -m mypy --no-error-summary

bench: bake  ## measure: time from verdict to last canary request, lost requests, hostile clients, detection, bake time, the service's cost and memory, wrong verdicts, false alarms; two hours
	@$(INSTALL) --parts $(BAKE) $(DEV)
	+@$(BAKED_MAKE) setup
	@REPOSITORY=$(BAKED) PYTHONPATH=.:$(BAKED) .venv/bin/python -m bench $(BAKED)

bench-kubernetes: cluster  ## measure on a real cluster, as root: time from verdict to last canary request, lost requests, detection beside the Docker target; forty minutes
	@REPOSITORY="$(REPOSITORY)" PYTHONPATH=.:"$(REPOSITORY)" .venv/bin/python -m bench.kubernetes "$(REPOSITORY)"

# Installs only what the bake needs; the baked repository's make adds the rest to the same .venv.
bake:
	@$(INSTALL) $(BAKE)
	$(bake)

define bake
@echo "baking the defaults into $(BAKED) ..."
@.venv/bin/python -m tests.bake_defaults $(BAKED)
@[ -d $(BAKED)/.venv ] || ln -sfn ../../.venv $(BAKED)/.venv
endef

requirements:  ## recompile all requirements/*.txt with uv; UPGRADE=--upgrade takes the newest versions
	@$(MAKE) --no-print-directory -C "$(PROJECT)" requirements UV="$(UV)" UPGRADE="$(UPGRADE)"
	@for name in test bake cluster; do \
	  echo "requirements/$$name.txt of the template"; \
	  $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --custom-compile-command "make requirements (uv pip compile --universal --python-version 3.11)" $(UPGRADE) \
	    --constraint "$(PROJECT)/requirements/dev.txt" \
	    --output-file requirements/$$name.txt requirements/$$name.in || exit 1; \
	done
