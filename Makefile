# `make demo` and `make test` need nothing but Python 3.11-3.13 with venv, and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help install demo test faults lint bench models clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

# The marker is newer than pyproject.toml when the environment is complete.
$(VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[train,dev]'
	$(BIN)/python -m pip check
	touch $@

install: $(VENV)/.installed ## create .venv and install

demo: install ## build the sample corpus, verify the sample articles, print verdicts
	$(BIN)/verifier corpus add corpus/sample/documents.jsonl
	$(BIN)/verifier run corpus/sample/articles/*.md --db verdicts.duckdb --report report

test: install ## run the whole test suite
	$(BIN)/python -m pytest -n 2 --dist loadfile

faults: install ## kill, fill, stop, starve and mislead runs for ten minutes: make faults PARTS="--quick"
	$(BIN)/python -m tests.faults $(PARTS)

lint: install ## style, types and layering
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: install ## beside a plain script, by size of corpus, by stage: make bench PARTS="rounds stages --small"
	$(BIN)/python -m tests.bench.bench_scale $(PARTS)
	$(if $(PARTS),,$(BIN)/python -m pytest tests/bench/bench_*.py -s)

models: install ## make the shipped model files again: make models DATA=folder
	$(BIN)/python -m verifier.training encoder --out verifier/models/encoder
	$(BIN)/python -m verifier.training stance --data $(DATA) --work build/stance --out verifier/models/stance
	$(BIN)/python -m verifier.training checkworthiness --data $(DATA) --work build/checkworthiness --out verifier/models/checkworthiness
	$(BIN)/python -m verifier.training decision --data $(DATA) --work build/decision --out verifier/models/decision

clean: ## remove what demo and test made, but not the database
	rm -rf report build .pytest_cache .mypy_cache .ruff_cache .hypothesis
