# `make` lists what can be made. Everything is kept in this folder; nothing is installed elsewhere.
.DEFAULT_GOAL := help
.PHONY: help run test setup train lock check bench tools

# Compiled modules are kept: without them every start takes twice as long.
unexport PYTHONDONTWRITEBYTECODE

PYTHON := .venv/bin/python
ENGINE := .venv-engine/bin/python
# The engine's libraries warn about themselves; that is no failure of our tests.
ENGINE_TESTS := $(ENGINE) -m pytest -o filterwarnings=default --disable-pytest-warnings -p no:cacheprovider
# endpoints.yml and credentials.yml name these, though stories are tested without any connection.
STORY_TESTS := MADAD_ACTION_URL=none MADAD_ENGINE_TOKEN=none MADAD_ENGINE_DATABASE_URL=sqlite:///var/none.db \
  $(ENGINE) -W ignore -m bot.engine test core --e2e --quiet --endpoints endpoints.yml --model models/rasa.tar.gz \
  --out var/story-tests --no-plot --fail-on-prediction-errors --stories

help: ## list these
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 10

run: setup ## start Madad on this machine; installs and trains what is missing
	@$(PYTHON) -m bot up

setup: ## install what Madad needs into .venv and .venv-engine
	@python3 scripts/setup

train: setup ## train the dialogue model, if what it is made from has changed
	@$(PYTHON) -m bot train

check: tools ## find errors without running anything: ruff and mypy
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy

test: check ## run every check and every test, in both environments
	@$(PYTHON) -m bot train
	$(ENGINE_TESTS) --confcutdir=tests/engine/unit tests/unit tests/engine/unit
	$(STORY_TESTS) tests/test_stories.yml
	$(PYTHON) -m pytest

bench: tools ## measure speed and quality; each benchmark prints a table
	@$(PYTHON) -m bot train
	@for script in benchmarks/[a-z]*.py; do echo "== $$script"; PYTHONPATH=. $(PYTHON) "$$script" || exit 1; done

lock: ## write the lock files anew from requirements*.in; UPGRADE=--upgrade takes newer versions
	@python3 scripts/setup --lock $(UPGRADE)

tools:
	@python3 scripts/setup --dev
