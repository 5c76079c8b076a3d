# Two commands are enough: `make demo` shows the whole thing, `make test` checks it.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help setup demo test needs lint bench attack faults fuzz audit pictures client-check release-notes clean

help:
	@echo "make demo      set up and run a demonstration round on this machine"
	@echo "make test      set up and run the whole test suite, real browser included"
	@echo "make setup     only set up (quick when nothing changed)"
	@echo "make lint      ruff and mypy"
	@echo "make bench     speed, as ratios to floors measured in the same run"
	@echo "make attack    everything a thief could take, and what it tells, as tables"
	@echo "make faults    kill workers, servers and databases hundreds of times under load; KILLS=300, SEED=N for the same moments again"
	@echo "make fuzz      coverage-guided: what every parser does with bytes nobody meant; SECONDS=60 for each"
	@echo "make audit     known vulnerabilities of the locked packages (asks the package indexes; says which it could not ask about)"
	@echo "make pictures  screenshots of every page of phone and office into tests/browser/pictures, tests/office/pictures"
	@echo "make client-check  builds the pages again in another folder from the lock and compares the digests"
	@echo "make release-notes  the same, and writes the digests into docs/releases.md"
	@echo "make clean     remove what was built"

setup:
	@PYTHON="$(PYTHON)" sh tools/setup.sh

demo: setup
	@$(BIN)/survey demo

# More than cores: much of the time is spent waiting for browsers, servers and disks.
TESTERS ?= 3
test: needs setup lint
	@$(BIN)/python -m pytest -n $(TESTERS) --dist loadfile

needs:
	@sh tools/need-for-tests.sh

attack: needs setup
	@$(BIN)/python -m tests.attack

# On each database. With SEED=N the same moments again.
KILLS ?= 300
SEED ?= 0
faults: needs setup
	@SURVEY_KILLS=$(KILLS) SURVEY_SEED=$(SEED) $(BIN)/python -m pytest tests/faults -p no:randomly -s -v

SECONDS ?= 60
fuzz: setup
	@$(BIN)/python -c 'import atheris' 2>/dev/null || $(BIN)/python -m pip install -q --disable-pip-version-check \
		--only-binary :all: --no-deps --require-hashes -r tools/fuzz.lock || \
		{ echo "fuzz: atheris has no wheel for this Python; use CPython 3.11 to 3.13 on Linux: make fuzz PYTHON=python3.12" >&2; exit 1; }
	@$(BIN)/python -m tests.fuzz --seconds $(SECONDS)

# In an environment of its own, so that the auditor's packages are not among the audited.
audit: setup
	@[ -x .venv-audit/bin/pip-audit ] || { $(PYTHON) -m venv .venv-audit && .venv-audit/bin/python -m pip install -q \
		--disable-pip-version-check --require-hashes -r tools/audit.lock; }
	@$(PYTHON) tools/audit.py .venv-audit/bin/pip-audit $(BIN)/npm

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

clean:
	rm -rf $(VENV) node_modules survey/respondent/client/dist survey/custodian/client/dist .setup build *.egg-info

bench: setup
	@$(BIN)/python -m tests.bench

pictures: needs setup
	@$(BIN)/python -m tests.browser.pictures
	@$(BIN)/python -m tests.office.pictures

client-check: setup
	@$(BIN)/python tools/check_client.py

release-notes: setup
	@$(BIN)/python tools/check_client.py --write
