# Two commands matter: `make run` and `make test`. `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# One sentence for the two usual faults of a fresh machine.
define PYTHON_FITS
import sys
sys.version_info >= (3, 11) or sys.exit("Greenroom needs Python 3.11 or newer, and $(PYTHON) is %d.%d: make run PYTHON=python3.11" % sys.version_info[:2])
try:
    import ensurepip, venv
except ImportError:
    sys.exit("$(PYTHON) cannot make a virtual environment: on Debian and Ubuntu, apt install python3-venv")
endef
export PYTHON_FITS

.PHONY: architecture clients recipes published help run demo test pythons attacks chaos crowd failover flood soak translations screenshots clicks bench bench-quick bench-small bench-queue lint format locks clean schemathesis sbom icons release docs audit-deps wordpress
.DEFAULT_GOAL := help

help: ## List all targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

# One stamp file per lock file: the environment is rebuilt only if the lock has changed.
$(VENV)/%.stamp: locks/%.txt pyproject.toml
	@$(BIN)/python -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || $(PYTHON) -c "$$PYTHON_FITS"
	@$(BIN)/python -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || $(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r locks/$*.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

run: $(VENV)/run.stamp ## Start Greenroom with the embedded defaults (SQLite, no broker)
	@exec $(BIN)/greenroom up

demo: $(VENV)/run.stamp ## The same, and post a few hundred sample comments
	@exec $(BIN)/greenroom up --demo

test: $(VENV)/test.stamp ## Run the whole test suite, on every real server that this machine has
	$(BIN)/python -m pytest -n auto --maxprocesses 8 --dist worksteal

pythons: ## Run the suite on each Python from 3.11 to 3.14 of this machine (PYTHONS="--quick python3.13")
	@$(PYTHON) -m release.pythons $(PYTHONS)

chaos: $(VENV)/test.stamp ## Inject faults into a running Greenroom on three set-ups, then verify it (CHAOS="--seconds 1200 --faults 300")
	$(BIN)/python -m tests.chaos $(CHAOS)

crowd: $(VENV)/test.stamp ## Race test: twenty moderators decide a thousand times each on the same fifty comments
	$(BIN)/python -m tests.actions.moderation.crowd $(CROWD)

attacks: $(VENV)/test.stamp ## Attack a web process and measure what other clients feel (ATTACKS="connections feeds headers workers")
	$(BIN)/python -m bench.attacks $(ATTACKS)

failover: $(VENV)/test.stamp ## Kill the primary of PostgreSQL under load; Patroni promotes a standby (FAILOVER="--rate 50 --by-hand")
	$(BIN)/python -m tests.chaos.failover $(FAILOVER)

soak: $(VENV)/test.stamp ## Live a year of a small site and a week of a large one, then audit (SOAK="--plan small --minutes 20 --older CHECKOUT")
	$(BIN)/python -m tests.soak $(SOAK)

flood: $(VENV)/test.stamp ## Load test with a million pending comments (FLOOD="--setup postgresql+redis")
	$(BIN)/python -m tests.chaos.flood $(FLOOD)

wordpress: dist/greenroom-wordpress.zip ## Build the WordPress plugin, and test it (GREENROOM_WORDPRESS=DIR: with that WordPress, not Debian's)
	$(BIN)/python -m pytest -n 0 tests/integrations

dist/greenroom-wordpress.zip: $(VENV)/test.stamp $(shell find integrations/wordpress -type f)
	$(BIN)/python -m tests.support.wordpress_plugin $@

schemathesis: $(VENV)/test.stamp ## Test the API against its OpenAPI document for ten minutes
	SCHEMATHESIS_SECONDS=600 $(BIN)/python -m pytest tests/web/openapi/test_schemathesis.py

lint: $(VENV)/test.stamp ## Check style, types and import contracts
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/mypy && $(BIN)/mypy clients/python/greenroom_client
	$(BIN)/lint-imports --no-cache
	$(BIN)/codespell
	@! $(BIN)/vulture | grep -vE "unused (variable|attribute)"
	$(BIN)/python -m tests.support.tree_rules

recipes: $(VENV)/test.stamp ## Run the recipes of docs/recipes to the letter, with packages from their registries (needs npm, and Hugo for one)
	RECIPES=1 $(BIN)/python -m pytest tests/hosts/test_recipes.py

published: $(VENV)/test.stamp ## Run published clients of Akismet, OpenAI and Perspective against Greenroom, from PyPI and npm
	REGISTRIES=1 $(BIN)/python -m pytest tests/hosts/test_published_clients.py

clients: ## Check the types of the JavaScript client, and write its greenroom.d.ts again (needs npm)
	cd clients/javascript && npx --yes --package typescript@5.9.3 tsc --strict --checkJs --allowJs --target es2022 --module nodenext --lib es2023,dom,dom.iterable --declaration --emitDeclarationOnly greenroom.js

format: $(VENV)/test.stamp ## Format the code and apply automatic fixes
	$(BIN)/ruff format . && $(BIN)/ruff check --fix .

translations: $(VENV)/test.stamp ## Update the translation files from the pages, and compile them
	cd service/web && ../../$(BIN)/pybabel -q extract -F babel.cfg -k ngettext:1,2 --no-location --omit-header -o messages.pot . && ../../$(BIN)/pybabel -q update --no-wrap -i messages.pot -d translations --no-fuzzy-matching --ignore-obsolete && ../../$(BIN)/pybabel -q compile -d translations && rm messages.pot

screenshots: $(VENV)/test.stamp ## Take screenshots of every page, into docs/screenshots
	$(BIN)/python -m bench.screenshots

clicks: $(VENV)/test.stamp ## Count keys, clicks and page loads of the commonest jobs in Chromium
	$(BIN)/python -m bench.clicks

bench: $(VENV)/test.stamp ## Run all benchmarks beside a baseline and a ceiling, name their goals (an hour; BENCH="ingest small --json FILE"; needs wrk)
	$(BIN)/python -m bench $(BENCH)

bench-quick: $(VENV)/test.stamp ## One short round of each benchmark, under two minutes
	$(BIN)/python -m bench --quick

bench-small: $(VENV)/test.stamp ## Measure what rest and few comments cost, beside Isso (SMALL="--checkout OLD --checkout . --setup sqlite")
	$(BIN)/python -m bench.small $(SMALL)

bench-queue: $(VENV)/test.stamp ## Measure the queue page in Chromium with 100,000 held comments
	$(BIN)/python -m bench.key_to_paint

architecture: $(VENV)/test.stamp ## Draw docs/layers.svg from the import contracts
	$(BIN)/python -m bench.layers

icons: $(VENV)/test.stamp ## Draw the icons of the installed page from icon.svg (needs Chromium)
	$(BIN)/python -m bench.icons

# Tools of a release have an environment of their own, so that they touch nothing that runs or tests Greenroom.
RELEASE := build/release-tools
$(RELEASE)/release.stamp: locks/release.txt
	$(PYTHON) -m venv --clear $(RELEASE)
	$(RELEASE)/bin/python -m pip install --quiet --require-hashes -r locks/release.txt
	@touch $@

release: $(RELEASE)/release.stamp ## Build wheel and sdist, check them, try the wheel on each Python of this machine (KEY=… signs with gpg)
	rm -rf dist build/lib build/bdist*
	$(RELEASE)/bin/python -m build --no-isolation --outdir dist .
	$(RELEASE)/bin/python -m twine check --strict dist/*
	$(MAKE) dist/greenroom-wordpress.zip
	cp docs/sbom.json dist/
	$(PYTHON) -m release.try_wheel dist/*.whl $(PYTHONS)
	cd dist && sha256sum * > SHA256SUMS
	@if [ -n "$(KEY)" ]; then gpg --batch --yes --local-user "$(KEY)" --armor --detach-sign dist/SHA256SUMS; else echo "not signed: KEY=… names a key of gpg"; fi
	@ls -l dist

docs: $(RELEASE)/release.stamp $(VENV)/run.stamp ## Build the documentation as a site that works offline, into build/docs
	rm -rf build/docs build/docs-source && mkdir -p build/docs-source
	git ls-files -z '*.md' LICENSE Procfile Makefile Dockerfile docker-compose.yml docs examples integrations deploy clients | xargs -0 cp --parents -t build/docs-source
	$(BIN)/python -m release.api_pages build/docs-source/docs/api
	$(RELEASE)/bin/mkdocs build --quiet -f release/mkdocs.yml
	@! grep -rlE '(src|href|url)[=(]"?[^")]*(cdnjs|fonts.googleapis|gstatic|jsdelivr|unpkg)\.' build/docs --include='*.html' --include='*.css'
	@echo "build/docs/index.html"

sbom: $(VENV)/test.stamp ## List all shipped packages with version, hashes and licence in docs/sbom.json
	$(BIN)/python -m bench.sbom

audit-deps: $(VENV)/test.stamp ## List known faults of the pinned packages, or where no feed can be had the versions behind
	$(BIN)/python -m bench.audit_deps

# `-c`: a lock file keeps to the versions of another one.
PIN := uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url pyproject.toml
SHIPPED := --extra build --extra deep --extra s3
TESTED := $(SHIPPED) --extra otel --extra test

locks: ## Pin all dependencies again, with hashes (needs uv)
	$(PIN) -o locks/run.txt --upgrade $(SHIPPED)
	$(PIN) -o locks/test.txt -c locks/run.txt $(TESTED)
	$(PIN) -o locks/otel.txt -c locks/test.txt --extra otel
	$(PIN) -o locks/train.txt -c locks/test.txt $(TESTED) --extra train
	$(PIN) -o locks/release.txt -c locks/run.txt --extra build --extra release

clean: ## Remove build results and caches; data is kept
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
