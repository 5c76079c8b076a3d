# Two commands are enough: `make demo` shows the whole thing, `make test` checks it.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help setup demo test needs lint bench attack faults pictures clean

help:
	@echo "make demo      set up and run a demonstration round on this machine"
	@echo "make test      set up and run the whole test suite, real browser included"
	@echo "make setup     only set up (quick when nothing changed)"
	@echo "make lint      ruff and mypy"
	@echo "make bench     speed, as ratios to floors measured in the same run"
	@echo "make attack    everything a thief could take, and what it tells, as tables"
	@echo "make faults    kill workers, servers and databases hundreds of times under load; KILLS=300 SEED=random"
	@echo "make clean     remove what was built"

setup:
	@PYTHON="$(PYTHON)" sh tools/setup.sh

demo: setup
	@$(BIN)/survey demo

test: needs setup lint
	@$(BIN)/python -m pytest

needs:
	@sh tools/need-for-tests.sh

attack: needs setup
	@$(BIN)/python -m tests.attack

# On each database. With SEED=N the same moments again.
KILLS ?= 300
SEED ?= 0
faults: needs setup
	@SURVEY_KILLS=$(KILLS) SURVEY_SEED=$(SEED) $(BIN)/python -m pytest tests/faults -p no:randomly -s -v

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

clean:
	rm -rf $(VENV) node_modules survey/respondent/client/dist .setup build *.egg-info

bench: setup
	@$(BIN)/python -m tests.bench
