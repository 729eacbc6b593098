# `make demo` and `make test` set themselves up; nothing but Python >= 3.11, Node >= 20 and make is needed.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
SETUP  := $(VENV)/.ready node_modules/.ready
LOCK   := requirements-dev.txt

export AWS_EC2_METADATA_DISABLED := true
export CDK_DISABLE_CLI_TELEMETRY := 1
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 20
export JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION := 1

.PHONY: demo local test unit minimum pythons campaign bench docs site provider release lint types format lock setup clean

demo: $(SETUP)
	$(BIN)/python -m local.demo

# The local AWS for your own app, until Ctrl-C: docs/local.md.
local: $(SETUP)
	$(BIN)/python -m local

test: $(SETUP)
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

unit: $(SETUP)
	$(BIN)/python -m pytest -n auto --dist worksteal tests/handler tests/constructs

# The construct on the oldest aws-cdk-lib that pyproject.toml declares, and the command line on the oldest of its libraries.
# cdk-nag needs a newer aws-cdk-lib; cfn-lint is only there for tests.
minimum:
	$(MAKE) .cache/minimum/.ready VENV=.cache/minimum LOCK=requirements-minimum.txt
	.cache/minimum/bin/python -m pytest tests/constructs --ignore tests/constructs/test_nag.py
	.cache/minimum/bin/python -m pytest tests/cli --ignore tests/cli/test_cfn_lint.py --ignore tests/cli/test_schema.py
	.cache/minimum/bin/python -m pytest tests/reporting

# The unit tests on each further Python that pyproject.toml declares, if it is there; pyenv is asked for it by its version.
pythons: $(SETUP)
	for version in 3.11 3.12 3.13; do \
		export PYENV_VERSION=$$version; \
		if $(BIN)/python --version | grep -qF " $$version."; then continue; fi; \
		if ! python$$version -c ''; then continue; fi; \
		$(MAKE) unit PYTHON=python$$version VENV=.cache/python$$version || exit 1; \
	done

# Ten thousand seeded lives under faults, then a check that the campaign finds faults planted in the handler.
campaign: $(SETUP)
	$(BIN)/python -m campaign
	$(BIN)/python -m campaign.mutants

bench: $(SETUP)
	$(BIN)/python -m bench

# docs/api.md, from the docstrings, and the generated parts of docs/pipelines.md.
docs: $(SETUP)
	$(BIN)/python -m tools.api_reference
	$(BIN)/python -m tests.support.pipeline_examples

# The documents as a site, in build/site: open build/site/index.html.
site: $(SETUP)
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --quiet

# The template of `shadowtest provider-template`, from the construct.
provider: $(SETUP)
	$(BIN)/python -m tools.provider_template

# What is released, in dist: wheel, sdist, and the function's template and code. The same commit gives the same bytes.
release: export SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct)
release: $(SETUP)
	rm -rf dist
	$(BIN)/python -m hatchling build -d dist
	$(BIN)/python -m shadowtest provider-template --out dist

lint: $(SETUP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache
	node_modules/.bin/textlint README.md CONTRIBUTING.md CHANGELOG.md docs
	node_modules/.bin/textlint --config .textlintrc.code.json "{constructs,lambda,cli}/**/*.py"

types: $(SETUP)
	$(BIN)/mypy

format: $(SETUP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

setup: $(SETUP)

$(VENV)/.ready: $(LOCK) pyproject.toml
	$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or newer is needed, this is " + sys.version)'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(LOCK)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

node_modules/.ready: package.json package-lock.json
	npm ci --no-fund --no-audit --loglevel=error
	touch $@

LOCKING := pyproject.toml --extra cli --extra report --universal --python-version 3.11 --generate-hashes --upgrade --quiet \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

# The locks carry hashes, no download addresses. Needs uv, which only whoever moves a pin has to install.
lock:
	uv pip compile --group dev $(LOCKING) -o requirements-dev.txt
	uv pip compile --group minimum --resolution lowest-direct $(LOCKING) -o requirements-minimum.txt
	npm install --package-lock-only

clean:
	rm -rf $(VENV) node_modules cdk.out build dist .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis
