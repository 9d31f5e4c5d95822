# Two commands matter: `make run` and `make test`. `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help run demo test chaos crowd flood translations screenshots bench bench-quick bench-queue lint format locks clean schemathesis sbom
.DEFAULT_GOAL := help

help: ## What can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

# One stamp per lock file: a changed lock rebuilds, an unchanged one costs nothing.
$(VENV)/%.stamp: locks/%.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r locks/$*.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

run: $(VENV)/run.stamp ## Start Greenroom on the embedded default, here and now
	@exec $(BIN)/greenroom up

demo: $(VENV)/run.stamp ## The same, with a few hundred comments posted through the front door
	@exec $(BIN)/greenroom up --demo

test: $(VENV)/test.stamp ## The whole suite, on every real server this machine can give
	$(BIN)/python -m pytest -n auto --maxprocesses 8 --dist worksteal

chaos: $(VENV)/test.stamp ## Break a whole Greenroom on three set-ups, then audit it (CHAOS="--seconds 1200 --faults 300")
	$(BIN)/python -m tests.chaos $(CHAOS)

crowd: $(VENV)/test.stamp ## Twenty moderators decide a thousand times each on the same fifty comments
	$(BIN)/python -m tests.actions.moderation.crowd $(CROWD)

flood: $(VENV)/test.stamp ## A million comments wait at once (FLOOD="--setup postgresql+redis")
	$(BIN)/python -m tests.chaos.flood $(FLOOD)

schemathesis: $(VENV)/test.stamp ## Ten minutes of a machine trying to prove the API document untrue
	SCHEMATHESIS_SECONDS=600 $(BIN)/python -m pytest tests/web/openapi/test_schemathesis.py

lint: $(VENV)/test.stamp ## Style, strict types and the walls between the rooms
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: $(VENV)/test.stamp ## Put the code in its usual shape
	$(BIN)/ruff format . && $(BIN)/ruff check --fix .

translations: $(VENV)/test.stamp ## Bring the languages of the pages in step with their words, and compile them
	cd service/web && ../../$(BIN)/pybabel -q extract -F babel.cfg -k ngettext:1,2 --no-location --omit-header -o messages.pot . && ../../$(BIN)/pybabel -q update --no-wrap -i messages.pot -d translations --no-fuzzy-matching && ../../$(BIN)/pybabel -q compile -d translations && rm messages.pot

screenshots: $(VENV)/test.stamp ## Pictures of every page, into docs/screenshots
	$(BIN)/python -m bench.screenshots

bench: $(VENV)/test.stamp ## Every figure beside the usual way and the ceiling, with progress (half an hour; needs wrk)
	$(BIN)/python -m bench

bench-quick: $(VENV)/test.stamp ## One short round of each bench, under two minutes
	$(BIN)/python -m bench --quick

bench-queue: $(VENV)/test.stamp ## The queue page's budgets, measured in Chromium with 100,000 held
	$(BIN)/python -m bench.key_to_paint

sbom: $(VENV)/test.stamp ## List every part that is shipped, with version, hashes and licence, in docs/sbom.json
	$(BIN)/python -m bench.sbom

locks: ## Pin every dependency again, with hashes (needs uv)
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --upgrade --extra build --extra redis pyproject.toml -o locks/run.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url -c locks/run.txt --extra build --extra redis --extra test pyproject.toml -o locks/test.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url -c locks/test.txt --extra build --extra redis --extra test --extra train pyproject.toml -o locks/train.txt

clean: ## Remove what was built; data is left alone
	rm -rf $(VENV) *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
