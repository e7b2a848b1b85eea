# Everything runs from .venv, which `make install` makes.
PORT ?=
PYTHON ?=
# Not from the environment, where some shells keep the machine's name.
HOST = 127.0.0.1
export PORT PYTHON HOST

.DEFAULT_GOAL := help
.PHONY: help install run test drill check bench lock

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' Makefile

install: ## Make .venv and install what FinCred runs on
	@.ci/install requirements.txt

run: install ## Serve on 127.0.0.1:8000 (PORT=8001 for another, HOST=0.0.0.0 for a phone too) with a small demo
	@.ci/serve

test: ## Run every test, on SQLite and on PostgreSQL (ARGS="goals -k limit" for some, ARGS="-m 'not slow'")
	@.ci/install requirements-dev.txt
	@.venv/bin/python .ci/test.py $(ARGS)

drill: ## Run what is too long for every change: longer outages, more kills (some minutes)
	@.ci/install requirements-dev.txt
	@.venv/bin/python .ci/test.py -m drill $(ARGS)

check: ## The whole gate: tests, style, types, layers, migrations, OpenAPI, coverage
	@.ci/run

bench: ## Measure how fast it is, beside others (ARGS=--quick for a minute of it)
	@.ci/install requirements-dev.txt
	@.venv/bin/python -m benchmarks $(ARGS)

lock: ## Write requirements*.txt again from requirements*.in
	@.ci/install requirements-dev.txt
	@.ci/lock
