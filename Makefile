# SPDX-License-Identifier: GPL-3.0-or-later
# make demo   sets everything up and shows the main job on three stand-in hosts
# make drift-demo   shows the nightly report on stand-in hosts and leaves the page to open
# make test   sets everything up and passes all tests
# make nightly   what takes too long for every change: the support matrix, a million inputs, 5,000 hosts, all locales
# make docs   makes the site of guides and plugin pages below dist/docs
# make bench   what one host, a fleet of 10 and one of 100 cost; prints
# make bench-fleet HOSTS=1000 LARGE=5000   the official figures: prints them, and writes docs/fleet.md, its picture and the README
# make fleet-faults HOSTS=1000   a full disable of a fleet with sick hosts, judged host by host
# make lab-deps   installs Wine, sshd, Samba and a cross compiler with apt, for the tests that they judge

PYTHON ?= python3
NEWEST := .venvs/newest/bin
OLDEST := .venvs/oldest/bin
STAGE := bash tests/tools/stage.sh
HOSTS ?= 1000
LARGE ?= 0
RUNS ?= 3
MINUTES ?= 75
BENCH := .venvs/bench/bin/python

.PHONY: demo drift-demo test lab-deps setup lint quality ansible-lint changelog licences importer environment signature \
  sanity molecule matrix nightly generate docs bench bench-fleet fleet-faults fleet-shards fuzz clean

demo:
	@$(PYTHON) tests/tools/environments.py demo
	@bash tests/tools/demo.sh

drift-demo:
	@$(PYTHON) tests/tools/environments.py demo
	@bash tests/tools/drift_demo.sh

test:
	@bash tests/tools/stage.sh --forget
	@$(MAKE) --no-print-directory setup
	@$(NEWEST)/python -c 'from tests.lab.wine import wine_available; print(wine_available() or "Wine is here: its registry judges")'
	@$(NEWEST)/python -c 'from tests.lab.domain import domain_available; print(domain_available() or "Samba is here: its domain controller judges")'
	@$(NEWEST)/python -c 'from tests.lab.kerberos import kerberos_available; print(kerberos_available() or "Kerberos is here: its KDC judges")'
	@$(STAGE) "generated files" $(NEWEST)/python tests/tools/generate.py --check
	@$(STAGE) "lint" $(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory quality
	@$(MAKE) --no-print-directory docs
	@$(STAGE) "ansible-test sanity and units, oldest and newest ansible-core" $(MAKE) --no-print-directory sanity
	@$(STAGE) "pure packages, no ansible installed" .venvs/pure/bin/python -m pytest -q -n 2 tests/unit
	@$(STAGE) "tests of the lab" $(NEWEST)/python -m pytest -q -n 2 -rs tests/lab_tests
	@$(STAGE) "fuzz, newest ansible-core's Python" $(NEWEST)/python tests/tools/fuzz_registry_pol.py --inputs 20000
	@$(STAGE) "playbooks and actions, newest ansible-core" $(NEWEST)/python -m pytest -q -n 2 -rs tests/integration
	@$(STAGE) "playbooks and actions, oldest ansible-core" $(OLDEST)/python -m pytest -q -n 2 -rs tests/integration
	@$(STAGE) "molecule, all scenarios on stand-in hosts" $(MAKE) --no-print-directory molecule
	@bash tests/tools/stage.sh --table

lab-deps:
	@$(STAGE) "lab-deps" bash tests/tools/lab_deps.sh

setup:
	@$(STAGE) "setup" $(PYTHON) tests/tools/environments.py test

lint:
	@.venvs/lint/bin/ruff check .
	@.venvs/lint/bin/ruff format --check .
	@.venvs/lint/bin/yamllint --strict .
	@bash tests/tools/mypy.sh .venvs/lint/bin

# What Galaxy and Automation Hub look at; each part alone by its name.
quality:
	@bash tests/tools/quality.sh

ansible-lint changelog licences importer environment signature:
	@bash tests/tools/quality.sh $@

sanity:
	@bash tests/tools/sanity.sh $(OLDEST) $(NEWEST)

molecule:
	@bash tests/tools/molecule.sh

matrix:
	@bash tests/tools/matrix.sh

nightly: setup
	@bash tests/tools/nightly.sh

generate:
	@$(NEWEST)/python tests/tools/generate.py

docs:
	@$(PYTHON) tests/tools/environments.py docs
	@$(STAGE) "docs" bash tests/tools/docs.sh

bench:
	@$(PYTHON) tests/tools/environments.py demo
	@$(NEWEST)/python tests/benchmarks/bench_host.py
	@$(NEWEST)/python tests/benchmarks/bench_drift.py
	@$(PYTHON) tests/tools/environments.py bench
	@$(BENCH) -m tests.benchmarks.fleet --sizes 10 100 --minutes 30

bench-fleet:
	@$(PYTHON) tests/tools/environments.py bench
	@$(BENCH) -m tests.benchmarks.fleet --sizes 10 100 $(HOSTS) --large $(LARGE) --runs $(RUNS) --minutes $(MINUTES) --write

fleet-faults:
	@$(PYTHON) tests/tools/environments.py bench
	@$(BENCH) -m tests.benchmarks.fleet.faults --hosts $(HOSTS)

fleet-shards:
	@$(PYTHON) tests/tools/environments.py bench
	@$(BENCH) -m tests.benchmarks.fleet.shards --hosts 100

fuzz:
	@for format in registry_pol gpt_ini extension_names; do \
	  $(NEWEST)/python tests/tools/fuzz_registry_pol.py --format $$format --inputs 1000000; done

clean:
	@rm -rf .venvs .collections .lab .cache dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
