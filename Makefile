# One entrance to everything. CI runs what `make check` does, so green here is green there.
SHELL := /bin/sh
DEV := .venv/dev
BIN := $(DEV)/bin
BYPASS := PYTHONPATH=controller:edge_handler $(BIN)/python -m maintenance.cli.bypass
MAINTENANCE = PYTHONPATH=controller $(BIN)/python -m maintenance
# As it was typed: neither make nor the shell reads what stands in ARGS, where a message may hold ' ; & ( $ and more.
export TYPED := $(value ARGS)
unexport ARGS
OPERATE = @set -f; $(MAINTENANCE) $@ $$TYPED
PYTEST := $(BIN)/python -m pytest
# Several processes, each with a sandbox of its own; tests/conftest.py says which tests stay together.
WORKERS := --numprocesses auto --maxprocesses 4 --dist loadscope --no-loadscope-reorder
AXE := tests/browser/node_modules/.package-lock.json
# SAM looks for the Python of the Lambda runtime on PATH.
export PATH := $(CURDIR)/$(BIN):$(PATH)
export SAM_CLI_TELEMETRY := 0
# Python starts here by the hundred: without its compiled files the SAM CLI alone takes twice as long.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup bench demo sandbox live-check test laws cover fmt lint types imports template audit build check lock \
	clean docs check-docs load mutation status plan on off windows history secret bypass link invoke lambda-image

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(DEV)/.made .venv/sandbox/.made ## Make both Python environments from their pinned requirements

.venv/%/.made: requirements/%.txt | .venv/uv/.made
	@tools/environment $*

# Before the environments, of which make --jobs makes several at once.
.venv/uv/.made:
	@tools/environment uv

$(AXE): tests/browser/package-lock.json
	@tools/browser

demo: setup ## Show the whole story on this machine: site up, on, off, everything as before
	@$(BIN)/python -m sandbox.demo

sandbox: setup ## Keep a deployed site running to play with (PORT=4570 to listen there)
	@$(BIN)/python -m sandbox.demo --keep $(if $(PORT),--port $(PORT))

live-check: setup ## Ask a live account what only it can answer (CONFIRM=<account id>, CLEAN=1)
	@$(BIN)/python -m live_check --confirm '$(CONFIRM)' $(if $(CLEAN),--clean) $(if $(ENDPOINT),--endpoint '$(ENDPOINT)')

invoke: setup ## Run a function in a container: make invoke EVENT=events/switch-on.json
	@$(BIN)/python -m sandbox.invoke $(if $(ENDPOINT),--endpoint-url '$(ENDPOINT)') '$(or $(EVENT),$(error Which event? make invoke EVENT=events/switch-on.json))'

lambda-image: ## Build the image for invoke where AWS's cannot be pulled (as root, after make setup)
	@tools/lambda-image

test: setup ## Run all but what needs a browser, Docker or a stack (T=path or K=expression for some)
	$(PYTEST) $(if $(T)$(K),-n0 $(T) $(if $(K),-k '$(K)'),$(WORKERS) -m quick $(COVERAGE))

# Where CI is set no test may be skipped, so the image for the tests in containers is built.
cover: COVERAGE := --cov --cov-report=
cover: test $(AXE) $(if $(CI),lambda-image) ## Run all tests, and see that everything but the shell is covered whole
	$(PYTEST) $(WORKERS) -m 'not quick' $(COVERAGE) --cov-append
	$(BIN)/coverage report --fail-under=100

laws: setup ## Run the laws for longer, with many more generated examples
	LAWS=10 $(PYTEST) -raP tests/properties tests/edge tests/model_checking tests/simulation tests/stories/test_crashes.py

mutation: .venv/mutation/.made ## See whether tests notice small changes of the core (ONLY=cron,reporting for some)
	nice .venv/mutation/bin/python tools/mutation.py --only '$(ONLY)'

status: setup ## Say how the site stands (STACK=..., ARGS='--wait --json', here and for the next five)
	$(OPERATE)

plan: setup ## Say what would be done: make plan ARGS='--if on for 2h'
	$(OPERATE)

on: setup ## Close the site: make on ARGS='for 90m --wait'
	$(OPERATE)

off: setup ## Open the site
	$(OPERATE)

windows: setup ## Draw the coming weeks as a timeline
	$(OPERATE)

history: setup ## Say who set the switch and the windows when
	$(OPERATE)

secret: setup ## Write a new secret of the bypass link to Parameter Store (REPLACE=1 ends all links)
	@$(BYPASS) create $(if $(REPLACE),--replace) $(if $(PARAMETER),--parameter '$(PARAMETER)')

bypass: setup ## Write what verifies the bypass link into the edge handler, for the next deployment
	@$(BYPASS) prepare $(if $(PARAMETER),--parameter '$(PARAMETER)')

link: setup ## Print the bypass link: make link URL=https://www.example.com/
	@$(BYPASS) print '$(URL)' $(if $(PARAMETER),--parameter '$(PARAMETER)')

fmt: setup ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix-only --quiet .

lint: setup ## Check format and lint
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: setup ## Check types
	$(BIN)/mypy

imports: setup ## Check that imports point one way
	PYTHONPATH=controller:. $(BIN)/lint-imports

template: setup ## Check the template
	sam validate --lint

audit: .venv/audit/.made ## Ask advisory services about all that is pinned (AUDIT_REQUIRED=1 to fail without)
	@tools/audit

build: setup ## Build both functions, and make them quicker to start
	sam build
	@tools/slim .aws-sam/build/Controller .aws-sam/build/MaintenanceEdge

check: lint types imports template check-docs audit cover ## Everything that CI checks

bench: setup .venv/bench/.made ## Measure against the floor and the goals (ONLY=edge,toggle for some)
	@tools/node-floor
	@PYTHONPATH=controller:edge_handler:. $(BIN)/python -m benchmarks $(if $(ONLY),--only $(ONLY))

load: setup ## See what holds under load (ONLY=fleet,windows,events,edge for some; needs wrk)
	@PYTHONPATH=controller:edge_handler:. $(BIN)/python -m benchmarks.load $(if $(ONLY),--only $(ONLY)) $(ARGS)

docs: setup ## Write the tables of docs/configuration.md from the template
	@PYTHONPATH=controller:. $(BIN)/python -m tools.check_docs --write

check-docs: setup ## Check the links, commands and tables of the docs
	@PYTHONPATH=controller:. $(BIN)/python -m tools.check_docs

lock: setup ## Pin the requirements again after an edit of an .in file
	tools/lock

clean: ## Remove what was made here
	rm -rf .venv .aws-sam .cache tests/browser/node_modules benchmarks/node/node_modules .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache .coverage
