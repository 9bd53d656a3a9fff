# Embudo's tasks. `make` lists them.
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3
UV := $(BIN)/uv
STAMP := $(VENV)/.installed
HOME_DIR ?= .embudo
export DO_NOT_TRACK = 1
export DBT_SEND_ANONYMOUS_USAGE_STATS = false
export UV_LINK_MODE ?= copy

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-fast soak gate-trials check sbom audit hooks ui refresh benchmark docs messages dbt-docs clean

help: ## List the tasks
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-11s %s\n", $$1, $$2}'

setup: $(STAMP) ## Install everything into .venv (hashed, from requirements.lock)

$(STAMP): requirements.lock pyproject.toml scripts/setup.sh
	@PYTHON=$(PYTHON) VENV=$(VENV) bash scripts/setup.sh
	@touch $(STAMP)

demo: setup ## Generate a made-up company, refresh its warehouse and show its metrics
	@$(BIN)/embudo demo --home $(HOME_DIR)

refresh: setup ## Refresh the warehouse of ./embudo.yml
	@$(BIN)/embudo refresh --home $(HOME_DIR)

ui: setup ## Open Dagster on http://127.0.0.1:3000
	@$(BIN)/embudo ui --home $(HOME_DIR)

check: setup ## Lint and type-check, parse dbt, validate metrics, check layers, docs and licences
	@bash scripts/check.sh

test-fast: setup ## Run the unit tests that need no dbt build, in under a minute on two cores
	@$(BIN)/pytest -q -n 2 --dist loadfile --hypothesis-profile=fast -m "not slow and not browser" tests/unit

test: setup ## Install what the tests need and run all of them, slow ones too
	@bash scripts/test_needs.sh
	@EMBUDO_SOAK=1 $(BIN)/pytest -q -n 2 --dist loadfile --no-loadscope-reorder

sbom: setup ## Write target/sbom.json, the software bill of materials (CycloneDX)
	@bash scripts/sbom.sh

audit: setup ## Look up known vulnerabilities of the locked packages (needs a network)
	@bash scripts/audit.sh

hooks: setup ## Run the linters of changed files before each commit (pre-commit)
	@$(BIN)/pre-commit install

soak: setup ## Shuffle 20 deliveries, kill 200 refreshes, refresh companies of 20 seeds; print the counts
	@EMBUDO_SOAK=1 EMBUDO_SOAK_REFRESHES=$${EMBUDO_SOAK_REFRESHES:-200} EMBUDO_SOAK_SHUFFLES=20 EMBUDO_SOAK_SEEDS=20 $(BIN)/pytest -m soak -s -q

gate-trials: setup ## Damage a month in more than 130 ways; print what the gate makes of each (two hours)
	@$(BIN)/python -m tests.gate_trials --jobs 2
	@$(BIN)/python -m tests.gate_trials --honest 20

benchmark: setup ## Time a refresh beside hand-written DuckDB SQL on the same files
	@$(BIN)/python -m benchmarks.refresh

docs: setup ## Write the generated pages of docs/
	@$(BIN)/python -m scripts.docs

messages: setup ## Update and compile the Spanish texts from the code (gettext)
	@$(BIN)/python -m scripts.messages

dbt-docs: setup ## Write dbt's own pages, with lineage, into target/static_index.html (offline)
	@mkdir -p .embudo/dev
	@$(BIN)/dbt parse --quiet
	@$(BIN)/dbt docs generate --static --empty-catalog --no-compile --quiet
	@echo "Wrote target/static_index.html"

clean: ## Remove build results; landing and releases in .embudo stay
	@rm -rf target logs .pytest_cache .mypy_cache .ruff_cache .hypothesis build
	@find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
