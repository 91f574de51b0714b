# Jiedui's commands. Written for GNU make 3.81 (macOS) and later. Each command sets up what it needs inside .venv, once,
# and uses the network for nothing else. PYTHON=python3.12 chooses a Python; ARGS='…' is handed on to the command.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.SUFFIXES:
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?=
PYTHONS := python3.14 python3.13 python3.12 python3.11 python3
LOCKS := run dev train
UV := uv==0.13.9

unexport PYTHONPATH PYTHONHOME
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore
export PIP_USER := 0

# Not empty where .venv is missing, was made in another folder, or has lost its Python to an upgrade of the system.
STALE := $(shell $(BIN)/python -c '' 2>/dev/null && test "$$(cat $(VENV)/made-in 2>/dev/null)" = "$$(pwd -P)" || echo stale)

# Shell: set $py to the first Python that runs, is new enough and can make a venv (a pyenv shim may be on the PATH and not run).
define find_python
py=; unable=; \
for one in $(if $(PYTHON),$(PYTHON),$(PYTHONS)); do \
    $$one -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' >/dev/null 2>&1 </dev/null || continue; \
    if $$one -c 'import ensurepip, sqlite3, ssl, venv' >/dev/null 2>&1 </dev/null; then py=$$one; break; fi; \
    unable=$${unable:-$$one}; \
done; \
if [ -z "$$py" ]; then \
    if [ -n "$$unable" ]; then \
        echo "$$unable is here, but without venv: apt install python3-venv (Debian, Ubuntu), or brew install python@3.13 (macOS)."; \
    else \
        echo "Jiedui needs Python 3.11 to 3.14: apt install python3 python3-venv (Debian, Ubuntu), or brew install python@3.13 (macOS)."; \
    fi >&2; \
    exit 1; \
fi
endef

# $(call set_up,LOCK,LOCKS) installs LOCK and the project; afterwards LOCKS hold. .venv/LOCK.txt, a copy of the lock, says that
# it is installed whole. Where no copy is left (a set-up was interrupted) or one differs (a lock changed), .venv is made anew.
define set_up
@set -e; have=; anew=$(STALE); \
for lock in $(LOCKS); do \
    if cmp -s requirements/$$lock.txt $(VENV)/$$lock.txt; then have="$$have $$lock"; \
    elif [ -e $(VENV)/$$lock.txt ]; then anew=changed; fi; \
done; \
if [ -n "$$have" ] && [ -z "$$anew" ]; then \
    echo 'Setting up: bringing .venv up to date…' >&2; \
    rm -f $(LOCKS:%=$(VENV)/%.txt); \
else \
    have=; \
    $(find_python); \
    echo "Setting up in .venv with $$py (about a minute the first time)…" >&2; \
    rm -f $(LOCKS:%=$(VENV)/%.txt); \
    $$py -m venv --clear $(VENV) </dev/null; \
fi; \
{ $(BIN)/python -m pip install -qq --no-input --require-hashes -r requirements/$(1).txt && \
  $(BIN)/python -m pip install -qq --no-input --no-deps --no-build-isolation -e . && \
  $(BIN)/python -m compileall -q bot handlers knowledge; } </dev/null || { \
    echo 'The set-up failed, as told above. It needs a package index; the same command starts it again.' >&2; exit 1; }; \
pwd -P > $(VENV)/made-in; \
for lock in $$have $(2); do cp requirements/$$lock.txt $(VENV)/$$lock.txt; done
endef

.PHONY: help chat run test bench pace kills evaluate train lock clean python stale

help: ## this list
	@echo 'Jiedui (结对). The commands, each of which sets itself up in .venv:'
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

chat: $(VENV)/run.txt ## the assistant in this terminal: no token, no network
	@$(BIN)/jiedui chat $(ARGS)

run: $(VENV)/run.txt ## the bot on Telegram, by the settings in .env
	@$(BIN)/jiedui run

test: $(VENV)/dev.txt ## lint, check the types, run the tests
	@echo 'Checking with ruff, mypy and pytest…'
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --quiet --diff
	@$(BIN)/mypy
	@$(BIN)/pytest -n 4 $(ARGS)

bench: $(VENV)/run.txt ## measure start, turns and memory beside a bare echo bot
	@$(BIN)/python scripts/bench.py $(ARGS)

pace: $(VENV)/run.txt ## measure notices beside people who talk (ARGS=quick: a fifth of it)
	@$(BIN)/python -m scripts.notice_bench $(ARGS)

kills: $(VENV)/run.txt ## kill a process that sends a notice a hundred times, and compare with what was accepted
	@$(BIN)/python -m scripts.kills $(ARGS)

evaluate: $(VENV)/run.txt ## score the reading of free text on labelled sentences
	@$(BIN)/python -m evaluation.score $(ARGS)

train: $(VENV)/train.txt ## make the packaged tables and the model of the reading anew
	@$(BIN)/python -m knowledge.training.characters
	@$(BIN)/python -m knowledge.training.places
	@$(BIN)/python -m knowledge.training.parts
	@$(BIN)/python -m knowledge.training.train $(ARGS)

# A lock keeps the versions it has unless UPGRADE=1. `dev` and `train` hold the same versions as `run`, so that all fit into one .venv.
lock: ## write requirements/ anew after a change in pyproject.toml (UPGRADE=1: newest versions)
	@set -e; $(find_python); \
	echo "Writing the locks with $(UV)…"; \
	[ -x .venv-lock/bin/uv ] || $$py -m venv --clear .venv-lock; \
	.venv-lock/bin/python -m pip install -qq '$(UV)'; \
	compile() { \
	    lock=$$1; shift; \
	    .venv-lock/bin/uv pip compile --quiet --no-config --python .venv-lock/bin/python --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
	        --no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command 'make lock' $(if $(UPGRADE),--upgrade) \
	        --output-file requirements/$$lock.txt pyproject.toml --group build "$$@" >/dev/null; \
	}; \
	compile run; \
	compile dev --group dev --constraints requirements/run.txt; \
	compile train --group train --constraints requirements/dev.txt

clean: ## remove .venv and every cache
	rm -rf $(VENV) .venv-lock .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# For .ci/run: the Python that a set-up would take, or what to install.
python:
	@$(find_python); echo "$$py"

$(VENV)/run.txt: requirements/run.txt pyproject.toml $(STALE)
	$(call set_up,run,run)

$(VENV)/dev.txt: requirements/dev.txt requirements/run.txt pyproject.toml $(STALE)
	$(call set_up,dev,run dev)

$(VENV)/train.txt: requirements/train.txt requirements/run.txt pyproject.toml $(STALE)
	$(call set_up,train,run train)
