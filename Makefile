# All commands of this repository. CI runs `make check`, so what passes here passes there.
SHELL := /bin/sh
DEV := .venv/dev
BIN := $(DEV)/bin
PYTEST := $(BIN)/python -m pytest
# Several processes, each with a sandbox of its own; tests/conftest.py says which tests stay together.
TOGETHER := --dist loadscope --no-loadscope-reorder
WORKERS := --numprocesses auto --maxprocesses 4 $(TOGETHER)
# Tests that deploy or type commands mostly wait: four of them leave a core to `make test`.
WAITING := --numprocesses 4 $(TOGETHER)
AXE := tests/browser/node_modules/.package-lock.json
ASL := tests/fleet/node_modules/.package-lock.json
TERSER := standby_function/node_modules/.package-lock.json
COMPILED := .cache/compiled
# The SAM CLI looks for the Python of the Lambda runtime on PATH.
export PATH := $(CURDIR)/$(BIN):$(PATH)
export SAM_CLI_TELEMETRY := 0
# Python starts hundreds of times here; without compiled files the SAM CLI alone takes twice as long.
# They are kept apart from the sources, so that `make clean` removes all of them.
export PYTHONDONTWRITEBYTECODE :=
export PYTHONPYCACHEPREFIX := $(CURDIR)/.cache/pycache

.DEFAULT_GOAL := help
.PHONY: help setup bench demo demo-fleet sandbox live-check test test-rest laws cover fmt lint types imports template audit build check lock \
	clean docs screens page-images check-docs load mutation invoke lambda-image packages install release

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(DEV)/.made .venv/sandbox/.made ## Create both Python environments from pinned requirements

.venv/%/.made: requirements/%.txt | .venv/uv/.made
	@tools/environment $*

# Before the environments, of which make --jobs makes several at once.
.venv/uv/.made:
	@tools/environment uv

$(AXE): tests/browser/package-lock.json
	@tools/browser

$(ASL): tests/fleet/package-lock.json
	@tools/state_machine_validator

$(TERSER): standby_function/package-lock.json
	@tools/standby_function /dev/null || echo "So the build of the standby engine's function will not be checked." >&2

# One story compiles most of what the tests import. Otherwise each of their processes compiles all of it, at the same time.
# Its verdict does not count: it runs again with the others.
$(COMPILED): | setup
	@$(PYTEST) --quiet --no-header -n0 -k test_on_closes_every_behavior_and_off_restores_the_identical_bytes >/dev/null || true
	@mkdir -p $(@D) && touch $@

demo: setup ## Show maintenance on this machine: a site, on, off, a window (two minutes; ENGINE=standby)
	@$(BIN)/python -m sandbox.demo $(if $(ENGINE),--engine $(ENGINE))

demo-fleet: setup ## Show a fleet on this machine: a hub and two accounts (about three minutes)
	@$(BIN)/python -m sandbox.demo.fleet

sandbox: setup ## Keep a deployed site running to play with (PORT=4570 to choose the port)
	@$(BIN)/python -m sandbox.demo --keep$(if $(ENGINE), --engine $(ENGINE))$(if $(PORT), --port $(PORT))

live-check: setup ## Ask a live account what only it can answer (CONFIRM=<account id>, CLEAN=1)
	@$(BIN)/python -m live_check --confirm '$(CONFIRM)' $(if $(CLEAN),--clean) $(if $(ENDPOINT),--endpoint '$(ENDPOINT)')

invoke: setup ## Run a function in a container: make invoke EVENT=events/switch-on.json
	@$(BIN)/python -m sandbox.invoke $(if $(ENDPOINT),--endpoint-url '$(ENDPOINT)') '$(or $(EVENT),$(error Which event? make invoke EVENT=events/switch-on.json))'

lambda-image: ## Build the image for make invoke if AWS's cannot be pulled (as root, after make setup)
	@tools/lambda-image

test: setup $(if $(T)$(K),,$(COMPILED)) ## Run the tests that need no browser, Docker or stack (T=path or K=expression for some)
	$(if $(COVERAGE),COVERAGE_FILE=.coverage.test) $(PYTEST) $(if $(T)$(K),-n0 $(T) $(if $(K),-k '$(K)'),$(WORKERS) -m quick $(COVERAGE))

# Where CI is set no test may be skipped, so the image for the tests in containers is built.
test-rest: setup $(COMPILED) $(AXE) $(ASL) $(TERSER) .venv/examples/.made $(if $(CI),lambda-image)
	$(if $(COVERAGE),COVERAGE_FILE=.coverage.rest) $(PYTEST) $(WAITING) -m 'not quick' $(COVERAGE)

# With make --jobs=2 both run at once: the rest mostly waits.
cover: COVERAGE := --cov --cov-report=
cover: test-rest test ## Run all tests, and check that everything but the shell is covered whole
	$(BIN)/coverage combine --quiet .coverage.test .coverage.rest
	$(BIN)/coverage report --fail-under=100

laws: setup ## Run property tests and model checking with ten times the examples
	LAWS=10 $(PYTEST) -raP tests/properties tests/edge tests/model_checking tests/simulation tests/stories/test_crashes.py

mutation: .venv/mutation/.made ## Check that tests notice small changes of the core (ONLY=cron,reporting for some)
	nice .venv/mutation/bin/python tools/mutation.py --only '$(ONLY)'

fmt: setup ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix-only --quiet .

lint: setup ## Check format and lint
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: setup ## Check types, of the command also for the oldest Python that it runs on
	$(BIN)/mypy
	$(BIN)/mypy --python-version 3.12 --cache-dir .mypy_cache/3.12 controller/maintenance edge_handler

imports: setup ## Check the direction of imports
	PYTHONPATH=controller:. $(BIN)/lint-imports

template: setup ## Check the templates of the product, also as plain CloudFormation, of a fleet, the live check and the examples
	sam validate --lint
	@$(BIN)/python -m tools.packages --template-only .aws-sam/plain/template.json
	$(BIN)/cfn-lint .aws-sam/plain/template.json fleet/*.yaml live_check/probe.yaml examples/*/*.yaml

audit: .venv/audit/.made ## Look for known vulnerabilities in pinned packages (AUDIT_REQUIRED=1 to fail without an answer)
	@tools/audit

build: setup ## Build both functions, small and quick to start
	sam build --cached --parallel
	@tools/slim .aws-sam/build/Controller .aws-sam/build/MaintenanceEdge

packages: build ## Make the Lambda packages and the plain template that the wheel carries
	@$(BIN)/python -m tools.packages

install: packages ## Install the command of this checkout, with the Lambda packages, and say where it is
	@tools/environment command

release: packages .venv/release/.made ## Make everything of a release in dist/, the same bytes each time
	@$(BIN)/python -m tools.release

# The tests take longest, so they come first.
check: cover lint types imports template check-docs audit ## Everything that CI checks

bench: setup .venv/bench/.made ## Measure against the goals (ONLY=edge,toggle for some)
	@PYTHONPATH=controller:edge_handler:. $(BIN)/python -m benchmarks $(if $(ONLY),--only $(ONLY))

load: setup ## Check what holds under load (ONLY=fleet,windows,events for some)
	@PYTHONPATH=controller:edge_handler:. $(BIN)/python -m benchmarks --load $(if $(ONLY),--only $(ONLY))

docs: setup ## Write the tables of docs/configuration.md and the schemas of events and --json
	@PYTHONPATH=controller:edge_handler:. $(BIN)/python -m tools.check_docs --write

screens: setup ## Write docs/screens.md from the sandbox, if the command shows something else
	@PYTHONPATH=controller:edge_handler:. $(BIN)/python -m tools.screens

page-images: setup ## Take the pictures of the page in the docs again (needs Chromium)
	@PYTHONPATH=controller:edge_handler:. $(BIN)/python -m tools.page_images

check-docs: setup ## Check the links, commands and tables of the docs
	@PYTHONPATH=controller:edge_handler:. $(BIN)/python -m tools.check_docs

lock: setup ## Pin the requirements again after an edit of an .in file
	tools/lock

clean: ## Remove what these commands made
	rm -rf .venv .aws-sam .cache dist tests/browser/node_modules tests/fleet/node_modules standby_function/node_modules .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache .coverage*
