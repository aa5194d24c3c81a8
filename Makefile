# `make help` says what there is. Everything is installed below this folder.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PY := .venv/bin/python
PORT ?= 8000
export PORT
# Dozens of processes read the same files: what one of them compiled the others take.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup setup-tests run test test-fast check fix rules rules-mutate migrate screenshots bench backup restore drill reset clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' Makefile

setup: ## install what `run` needs (Python packages, browser files); repeating it is cheap
	@./setup.sh

setup-tests: ## the same and what the browser tests need
	@./setup.sh --with-tests

run: setup ## start the portal at http://127.0.0.1:8000/ (PORT=9000 for another); Ctrl-C stops all of it
	@exec $(PY) -m platform_site.embedded.supervisor

test-fast: setup ## units and services, some minutes
	@$(PY) -m pytest -q -n auto --dist loadfile --no-loadscope-reorder -m "not browser and not lives and not chaos and not bench"

test: setup-tests check ## everything: check, then every test with browser and chaos
	@$(PY) -m tests.parts

check: setup ## lint, layers, migrations, templates, icons
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check --quiet . || { echo "check: run make fix"; exit 1; }
	@.venv/bin/lint-imports --no-cache
	@$(PY) manage.py makemigrations --check --dry-run
	@$(PY) manage.py check --fail-level WARNING
	@node assets/build.mjs --strict

fix: ## let the linter and formatter repair what they can
	@$(PY) -m ruff check --fix --quiet . || true
	@$(PY) -m ruff format --quiet .

rules: ## every rule: enforced, monitored, tested
	@$(PY) manage.py rules

rules-mutate: ## move every rule's value by one unit; its named test must fail
	@$(PY) -m tests.rules_mutate

migrate: ## apply migrations, as the tables' owner
	@$(PY) manage.py migrate

screenshots: setup-tests ## pictures of the main pages
	@$(PY) -m tests.screenshots

bench: setup ## measure against the budget, or one row of it: make bench ONLY=draw; raw samples are kept
	@$(PY) -m tests.bench $(if $(ONLY),--only $(ONLY))

backup: ## everything worth keeping into one folder: make backup TO=folder
	@$(PY) -m platform_site.embedded.backup save $(if $(TO),"$(TO)",backups/$$(date -u +%Y%m%dT%H%M%SZ))

restore: ## bring a backup back: make restore FROM=folder (the portal must be stopped; REPLACE=yes over data)
	@$(PY) -m platform_site.embedded.backup restore "$(FROM)" $(if $(REPLACE),--replace)

drill: ## see that a backup can be restored, without touching the portal: make drill FROM=folder
	@$(PY) -m platform_site.embedded.backup drill "$(FROM)"

reset: ## throw the demo province away; the next run seeds it anew
	@$(PY) -m platform_site.embedded.backup reset

clean: ## remove what tests and tools left behind, not the data
	@rm -rf .ruff_cache .mypy_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -not -path './.venv/*' -not -path './node_modules/*' -prune -exec rm -rf {} +
