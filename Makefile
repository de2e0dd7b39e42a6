# Everything a newcomer needs. Each target sets up what it needs by itself and without root; a second run takes seconds.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8080
DEMO_HOME ?= var/demo
WORKERS ?= 2
# Commands and servers that the tests start by the dozen find their modules compiled, whatever the environment says.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help assets browser demo test coverage lint fix bench docs screenshots soak wheel clean
.DEFAULT_GOAL := help

help: ## Show what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 13

$(VENV)/ready-run: setup.cfg pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Packdesk needs Python 3.11 or newer; say make PYTHON=/path/to/python3.11")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/ready-dev: $(VENV)/ready-run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test,lint]'
	@touch $@

assets: $(VENV)/ready-run ## Build the scripts and styles (skipped when nothing changed)
	@$(BIN)/python -m packdesk_ui.build

browser: $(VENV)/ready-dev ## Find or install a Chromium for the browser tests
	@$(BIN)/python tests/chromium.py

demo: $(VENV)/ready-run assets ## Run the whole thing with demo data on port 8080 and print a login
	PACKDESK_HOME=$(DEMO_HOME) $(BIN)/packdesk serve --demo --port $(PORT)

lint: $(VENV)/ready-dev ## Style, types, architecture, spelling
	$(BIN)/ruff check platform ui plugins metadata migrations tests benchmarks
	$(BIN)/ruff format --check platform ui plugins metadata migrations tests benchmarks
	$(BIN)/mypy
	$(BIN)/lint-imports --config setup.cfg
	$(BIN)/codespell README.md CHANGELOG.md docs platform/packdesk metadata ui/packdesk_ui

fix: $(VENV)/ready-dev ## Repair what the linters can
	$(BIN)/ruff check --fix platform ui plugins metadata migrations tests benchmarks
	$(BIN)/ruff format platform ui plugins metadata migrations tests benchmarks

test: lint assets browser ## Everything that CI runs
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup

coverage: $(VENV)/ready-dev assets ## Lines and branches that the tests reach, by floor; the screens' server runs inside the tests
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup --cov --cov-report= \
		tests/unit tests/contracts tests/properties tests/integration tests/security tests/acceptance/test_base_pack.py
	PACKDESK_INSIDE=1 $(BIN)/python -m pytest --cov --cov-append --cov-report= -k written tests/acceptance/doors tests/acceptance/test_open_forms.py
	$(BIN)/python tests/floors.py

soak: $(VENV)/ready-dev assets browser ## The long figures: every kill point, 10,000 expressions, 16 x 500 writers
	PACKDESK_SOAK=1 PACKDESK_FUZZ=10000 $(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup

bench: $(VENV)/ready-dev assets ## Speed and memory, beside comparators in the same run
	$(BIN)/python -m benchmarks

docs: $(VENV)/ready-dev ## Write the generated reference pages
	$(BIN)/python docs/generate.py

screenshots: $(VENV)/ready-dev assets browser ## Take the pictures of docs/screenshots
	$(BIN)/python docs/screenshots.py

wheel: $(VENV)/ready-dev assets ## Build the wheel into dist/
	$(BIN)/python -m build --wheel --outdir dist

clean: ## Remove what make made
	rm -rf $(VENV) .cache build dist var ui/packdesk_ui/static ui/assets/node_modules *.egg-info platform/*.egg-info
