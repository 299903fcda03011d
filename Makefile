# Everything a newcomer needs: `make run` to see it, `make test` to trust it. Both do all their own set-up.

VENV = .venv
PYTHON = $(VENV)/bin/python
INSTALLED = $(VENV)/installed
PEERS = .venv-peers
# One more than cores: tests wait for servers now and then
WORKERS = $(shell n=$$(($$(nproc) + 1)); [ $$n -gt 4 ] && echo 4 || echo $$n)

# Modules are compiled once, and not by every process that a test starts
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test types tests-on-sqlite check prove bench bench-peers screenshots servers lock clean

run: $(INSTALLED)  ## the portal with living demo data
	$(VENV)/bin/dialogportal demo

test: $(INSTALLED) servers  ## everything: style, types, and all tests on SQLite and on PostgreSQL
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(MAKE) --no-print-directory --jobs=2 types tests-on-sqlite
	DIALOGPORTAL_TEST_DATABASE=postgresql $(PYTHON) -m pytest -n $(WORKERS) --dist worksteal

types: $(INSTALLED)
	$(VENV)/bin/mypy

tests-on-sqlite: $(INSTALLED)
	$(PYTHON) -m pytest -n $(WORKERS) --dist worksteal

check: $(INSTALLED)  ## format, lint and the quick tests, in four minutes on two cores
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/mypy
	$(PYTHON) -m pytest -n $(WORKERS) --dist worksteal -m "not slow"

prove: $(INSTALLED) servers  ## what takes too long for every day: many strangers, long idling, every data of the past
	$(PYTHON) -m pytest --timeout=1800 -rA tests/proofs

bench: $(INSTALLED)  ## how fast, beside Postfix
	$(PYTHON) -m benchmarks

bench-peers: $(INSTALLED) $(PEERS)/installed servers  ## Postfix, GNU Mailman 3 and HyperKitty beside us, in under 25 minutes
	$(PYTHON) -m benchmarks.peers

screenshots: $(INSTALLED)  ## the pictures of the README, of the demonstration as it is now
	$(PYTHON) docs/make_screenshots.py

servers:
	@sh tests/install_servers.sh

# Two fresh machines get the same house: what is locked, and nothing else
$(INSTALLED): setup.cfg pyproject.toml requirements.lock
	@sh tests/make_venv.sh $(VENV)
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

lock: $(INSTALLED)  ## requirements.lock, anew from the ranges in setup.cfg
	$(PYTHON) -m pip install --quiet --disable-pip-version-check pip-tools
	CUSTOM_COMPILE_COMMAND="make lock" $(PYTHON) -m piptools compile --quiet --upgrade --generate-hashes --allow-unsafe \
		--no-emit-index-url --no-emit-trusted-host --no-emit-find-links --strip-extras \
		--extra postgres --extra test --output-file requirements.lock setup.cfg

$(PEERS)/installed: benchmarks/peers.txt benchmarks/make_peers.sh
	@sh benchmarks/make_peers.sh $(PEERS)
	@touch $@

clean:
	rm -rf $(VENV) $(PEERS) build *.egg-info .mypy_cache .pytest_cache .ruff_cache node_modules
