# Every command a person types. `make` alone lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
SPEED ?= 1
BIN := $(CURDIR)/.venv/bin
NODE = PATH="$$($(PYTHON) $(CURDIR)/setup/prepare.py node-path):$$PATH"
CELLAR_DATA := $(CURDIR)/.cache/check
CHECK_ENV = FINANCEHUB_DATA_DIR=$(CELLAR_DATA) FINANCEHUB_SECRET_KEY=only-for-checks-000000000000000000000000000000000000

.PHONY: help run test test-fast check lint types contracts test-backend test-frontend test-browser docs openapi lock screenshots bench clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

run: ## prepare everything and serve the terminal (DEMO=1, REPLAY=file, SPEED=20, HOST, PORT, DATA_DIR)
	@$(PYTHON) setup/prepare.py run
	@exec $(BIN)/financehub $(if $(DATA_DIR),--data-dir "$(DATA_DIR)") $(if $(REPLAY),replay "$(REPLAY)" --speed $(SPEED),$(if $(DEMO),demo,up)) --host $(HOST) --port $(PORT)

test: ## everything: lint, types, contracts, all tests, real servers, a real browser
	@$(PYTHON) setup/prepare.py test
	@$(MAKE) --no-print-directory lint types contracts test-backend test-frontend test-browser

test-fast: ## the pure rooms' tests, in seconds
	@$(PYTHON) setup/prepare.py run && $(PYTHON) setup/prepare.py test
	@cd backend && $(BIN)/pytest -n 2 --ignore=tests/journeys -m "not journey" tests

check: lint types contracts test-fast ## what every commit passes

lint: ## ruff, and ESLint with its zones
	@cd backend && $(BIN)/ruff check --quiet --config pyproject.toml . ../setup && $(BIN)/ruff format --quiet --check --config pyproject.toml . ../setup
	@cd frontend && $(NODE) npm run --silent lint

types: ## mypy strict, and TypeScript strict
	@cd backend && $(CHECK_ENV) $(BIN)/mypy
	@cd frontend && $(NODE) npm run --silent typecheck

contracts: ## who may import whom
	@cd backend && $(CHECK_ENV) $(BIN)/lint-imports --no-cache | tail -25

test-backend: ## backend tests with real PostgreSQL, Redis and MariaDB, and coverage
	@cd backend && $(BIN)/pytest -n 2 --dist loadgroup --cov --cov-report=term tests

test-frontend: ## front-end unit tests with coverage, and the size gate
	@cd frontend && $(NODE) npm run --silent test && $(NODE) npm run --silent size

test-browser: ## journeys in a real browser against a real server
	@$(BIN)/python setup/browser_journeys.py

docs: ## draw docs/providers.md from the adapters
	@cd backend && $(BIN)/python -m financehub.project.provider_page > ../docs/providers.md

openapi: ## write the OpenAPI document and the terminal's types from it
	@cd backend && $(CHECK_ENV) $(BIN)/python manage.py export_openapi ../frontend/openapi.json
	@cd frontend && $(NODE) npm run --silent generate:api

lock: ## lock the dependencies again, with hashes
	@cd backend && for kind in run test; do $(BIN)/uv pip compile pyproject.toml $$([ $$kind = run ] || echo --extra $$kind) \
		--universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -o requirements/$$kind.txt; done
	@cd backend && $(BIN)/uv pip compile --group node --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -o requirements/node.txt
	@cd backend && $(BIN)/uv pip compile --group bench --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -o requirements/bench.txt

screenshots: ## pictures of every page, light and dark, 320 and 1440 px, into .cache/screenshots
	@$(BIN)/python setup/browser_journeys.py --screenshots

bench: ## measure everything beside its peers, write docs/benchmarks.md (QUICK=1: two minutes, printed only)
	@$(PYTHON) setup/prepare.py run && $(PYTHON) setup/prepare.py test
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r backend/requirements/bench.txt
	@cd backend && $(BIN)/python tests/benchmarks/run_benchmarks.py $(if $(QUICK),--quick)

clean: ## remove what was built; your data stays
	rm -rf .venv .cache frontend/node_modules frontend/.next frontend/out
