# Everything a developer does here. Needs git, make and Python 3.10 or newer, nothing else.
#
#: Everything is fetched into one cache folder. Variables name what you already have:
#:   CACHE     the cache folder; else ~/.cache/fulfillment_connector, for root below /var/cache
#:   PYTHON    the Python to use, 3.10 or newer (python3)
#:   ODOO      an Odoo 19 source tree, package folder or command
#:   PG_BIN    a folder with initdb, pg_ctl and postgres, 13 or newer
#:   PG_DSN    a running server: postgresql://user:password@host:port; the user may create databases
#:   CHROMIUM  a Chromium or Chrome
#:   PORT, SIMULATOR_PORT, ACOMMERCE_PORT  ports of demo and serve (8069) and of the stand-ins (8070, 8071)
PYTHON ?= python3
TOOLS = $(PYTHON) -m tools

.DEFAULT_GOAL := help
.PHONY: help test test-pure test-odoo test-process test-optional lint format demo serve shell screenshots bench clean

help: ## this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22
	@echo
	@sed -nE 's/^#: ?//p' $(MAKEFILE_LIST)

test: ## plain Python, then a fresh database: in Odoo with a browser, real processes, optional modules
	@$(TOOLS) test

test-pure: ## tests without Odoo and database; ARGS='-k word' goes to pytest
	@$(TOOLS) test-pure $(ARGS)

test-odoo: ## tests in Odoo, reusing the database if it is up to date; ARGS='-k word' goes to pytest
	@$(TOOLS) test-odoo $(ARGS)

test-process: ## workers and servers that are real processes and get killed; ARGS='-k word' goes to pytest
	@$(TOOLS) test-process $(ARGS)

test-optional: ## tests in Odoo with kits and dropshipping installed
	@$(TOOLS) test-optional $(ARGS)

lint: ## ruff, pylint-odoo and OCA's checks
	@$(TOOLS) lint

format: ## let ruff repair what it can
	@$(TOOLS) format

demo: ## stand-in platforms and real Odoo server on this machine; ONCE=1 ends after the tables
	@$(TOOLS) demo

serve: ## Odoo server on a database that is kept, on port 8069
	@$(TOOLS) serve $(ARGS)

shell: ## Odoo shell on the same database
	@$(TOOLS) shell $(ARGS)

screenshots: ## pictures of the documentation, from a running demo or one of its own
	@$(TOOLS) screenshots $(ARGS)

bench: ## benchmark on a database of its own; SIZE=small
	@$(TOOLS) bench $(ARGS)

clean: ## remove databases and logs from the cache; ALL=1 removes downloads too
	@$(TOOLS) clean
