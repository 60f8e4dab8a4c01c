# Two commands do everything on a fresh machine: `make run` and `make test`.
# They find a Python >= 3.12, build .venv from the pinned versions, and go.

.DEFAULT_GOAL := help
SHELL := /bin/bash
export UV_SYSTEM_CERTS = 1
# Compiled modules are kept, whatever the machine says: each command would compile all of them anew.
export PYTHONDONTWRITEBYTECODE =
VENV := .venv
BIN := $(VENV)/bin
EXAMPLES := --doctest-modules capacity market scenarios
STAMP := $(VENV)/.installed
DEV := $(VENV)/.installed-dev

.PHONY: help run test coverage gates lint format types check bench speed fuzz mutate docs-figures evidence same golden lock clean

help: ## list the commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1|/' | column -t -s '|'

$(STAMP): pyproject.toml constraints.txt
	@python="$$(bash .ci/find-python)" && \
	  echo "setting up $(VENV) with $$python (once, about a minute)" && \
	  "$$python" -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt uv
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --compile-bytecode -c constraints.txt -e .
	@touch $@

$(DEV): $(STAMP)
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --compile-bytecode -c constraints.txt -e '.[app,cluster,excel,sensitivity]' --group dev
	@touch $@

run: $(STAMP) ## four weeks of the market, with a summary, tables and a picture
	@$(BIN)/tokenmarket run --force

test: $(DEV) ## the tests, and the examples in docstrings
	@$(BIN)/python -m pytest $(MEASURED)
	@$(BIN)/python -m pytest -n 0 $(EXAMPLES) $(MEASURED)

coverage: export MEASURED = --cov --cov-append --cov-report=
coverage: ## `make test`, and the shares of lines and branches that it goes through
	@rm -f .coverage
	@$(MAKE) --no-print-directory test
	@$(MAKE) --no-print-directory gates

gates: ## whether what was measured last is enough: lines and branches, by package
	@status=0; for gate in capacity:95 market:95 scenarios:90; do \
	  echo "== $${gate%:*}: at least $${gate#*:} %"; \
	  $(BIN)/coverage report --include="$${gate%:*}/*" --fail-under="$${gate#*:}" || status=1; \
	done; exit $$status

lint: $(DEV) ## ruff, both halves
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

format: $(DEV) ## write the format
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

types: $(DEV) ## mypy: strict on the sources, inside all functions on the tests
	@$(BIN)/mypy
	@$(BIN)/mypy --config-file tests/mypy.ini tests

check: coverage lint types ## all that CI checks, and coverage

bench: $(DEV) ## the benchmarks, as ratios in one run
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet -c constraints.txt --group bench
	@for file in benchmarks/bench_*.py; do echo "== $$file"; $(BIN)/python "$$file"; done

speed: $(DEV) ## what a tick costs in the scenarios that people run: docs/reference/speed.md and its picture (ten minutes)
	@$(BIN)/python benchmarks/bench_scenarios.py --sizes 1e2 1e3 1e4 1e5 1e6 \
	  --page docs/reference/speed.md --picture docs/images/speed.png

mutate: $(DEV) ## small faults put into who is served and who pays, for the tests to notice (MODULES="queue ledger" SAMPLE=n AGAIN=1)
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet -c constraints.txt --group mutate
	@$(BIN)/python tests/mutation/mutate.py $(MODULES) $(if $(SAMPLE),--sample $(SAMPLE)) $(if $(AGAIN),--again)

docs-figures: $(DEV) ## make the pictures and tables in docs/ anew
	@$(BIN)/tokenmarket run --force --quiet
	@cp results/baseline-2026-seed1/dashboard.png docs/images/dashboard.png
	@$(BIN)/tokenmarket capacity --chip gb200-nvl72 --plot docs/images/operating-curves.png > /dev/null
	@$(BIN)/tokenmarket costs --chip b200 --plot docs/images/costs.png > /dev/null
	@$(BIN)/python -m scenarios.reference.results_page > docs/reference/results.md
	@$(BIN)/python -m scenarios.reference.own_machines_page > docs/reference/own-machines.md
	@$(BIN)/python -m scenarios.reference.events_page > docs/reference/events.md
	@$(BIN)/python -m scenarios.reference.architecture_page > docs/explanation/architecture.md
	@$(BIN)/python -m scenarios.reference.architecture_pictures docs/images
	@sed -i '/^| theory/,$$d' docs/reference/exact-checks.md
	@$(BIN)/tokenmarket verify --markdown >> docs/reference/exact-checks.md
	@$(BIN)/python -m scenarios.reference.gallery docs/gallery.md
	@$(BIN)/python docs/studies/refresh.py
	@$(BIN)/python docs/studies/declared.py
	@$(BIN)/python docs/studies/tiers.py
	@$(BIN)/python docs/studies/dear_hours.py

fuzz: $(DEV) ## two thousand broken inputs over every reader and option: no traceback, no hang, nothing written
	@$(BIN)/python tests/fuzz/fuzz.py 2000

evidence: $(DEV) ## run the sources' statements and the growth map anew (an hour), and write their page
	@$(BIN)/python docs/studies/evidence.py

same: $(DEV) ## whether results are those of another commit (AGAINST=HEAD~1), to the byte: all scenarios, both clearings, all checks
	@$(BIN)/python benchmarks/same_bytes.py $(AGAINST)

golden: $(DEV) ## make the golden file anew, when results are meant to change
	@$(BIN)/python tests/golden/refresh.py

lock: ## pin every version again
	@$(BIN)/uv lock --quiet
	@$(BIN)/uv export --quiet --format requirements.txt --no-hashes --no-header --no-annotate --no-emit-project --all-extras --all-groups > constraints.txt
	@echo "uv==$$($(BIN)/uv --version | cut -d' ' -f2)" >> constraints.txt
	@rm -f uv.lock

clean: ## remove what these commands made
	rm -rf $(VENV) .pytest_cache .hypothesis .mypy_cache .ruff_cache .coverage .coverage.*
