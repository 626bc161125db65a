# Every target makes its own virtual environment; Python 3.11+, make and git are enough.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
JOBS ?= 2

.PHONY: setup demo test check lint bench clean

setup: $(READY)

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[dev]"
	@touch $(READY)

demo: $(READY)  ## the main job: does Liaoning keep the plan's promise after the 2026 expansion?
	$(BIN)/netplan-sim run scenarios/liaoning-2026-expansion.yaml --set "years=[2026]" --jobs $(JOBS)

test: $(READY)
	$(BIN)/python -m pytest --numprocesses $(JOBS)

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint test  ## the very lines that continuous integration runs

bench: $(READY)
	$(BIN)/python -m pytest tests/benchmarks -m benchmark --benchmark-disable-gc -s -q

clean:
	rm -rf $(VENV) results
