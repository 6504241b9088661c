# The commands people type; CI calls the same ones. `make help` lists them.
#
# A tool that is not needed to use gatepost may be missing: the target then prints one line that
# begins with `missing: ` and goes on without it. `make test` repeats these lines at its end, and
# fails because of them where CI=true.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
CARGO ?= cargo
VENV := .venv
BIN := $(CURDIR)/$(VENV)/bin
# Seconds for each fuzz target.
SECONDS_EACH ?= 30
# Random cases of each kind of a differential run.
CASES ?= 100000

export CARGO

##@ To begin with
help: ## this list
	@awk 'BEGIN { FS = ":.*## " } /^##@/ { printf "\n%s\n", substr($$0, 5) } /^[a-z][a-z-]*:.*## / { printf "  make %-19s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: python-ready ## a guarded MCP server, an issuer and a client over loopback: what gets in and what does not
	@$(BIN)/python examples/mcp-server/python/demo.py

test: ## every test of every language, and a summary
	@scripts/test.sh

##@ Checks, one by one
lint: ## formatting, and clippy for each member on its own
	@scripts/lint.sh

features: ## the core with each algorithm alone, with none and with all
	@scripts/features.sh

test-rust: ## unit, integration and documentation tests of every Rust member
	@scripts/test_rust.sh

test-c: ## the C examples and tests
	@scripts/test_c.sh

test-python: python-ready ## pytest, mypy and stubtest
	@scripts/test_python.sh

wheels: python-ready ## the Python package as it is published, in dist/, installed where nothing else is
	@scripts/wheels.sh

conformance: python-ready ## the official conformance suite, and step-up with the official TypeScript client
	@scripts/conformance.sh

readme: ## what the README shows: its commands, its C, its table of reasons
	@python3 scripts/readme.py

vectors: ## the published vectors alone (Project Wycheproof, RFC 7515 and 7520)
	@scripts/vectors.sh

no-std: ## the core for a processor without an operating system
	@scripts/no_std.sh

firmware: ## a validation on a Cortex-M4 under QEMU: flash, stack and instructions beside the committed ones
	@scripts/firmware.sh

lanes: ## the AVX-512 IFMA code in an emulated processor that has the instructions (Bochs)
	@scripts/lanes.sh

msrv: ## the workspace with the oldest supported compiler
	@scripts/msrv.sh

generated: ## generated files are what their generators write
	@scripts/generated.sh

docs: ## the Rust documentation, every warning an error
	@scripts/docs.sh

fuzz: ## each fuzz target for SECONDS_EACH=30 seconds
	@scripts/fuzz.sh $(SECONDS_EACH)

coverage: ## the lines of our own arithmetic that no test reaches
	@scripts/coverage.sh

differential: ## CASES=100000 random cases of each kind, against the code of others
	@scripts/differential.sh $(CASES)

##@ More
bench: ## gatepost beside other libraries in Rust, Python and C; fails where a bar is missed
	@scripts/bench.sh

stages: ## each stage of a validation on its own, with Criterion
	@$(CARGO) bench --package gatepost-benches

instructions: ## instructions of the portable paths, beside the committed counts
	@scripts/instructions.sh

instructions-record: ## writes the committed counts anew
	@scripts/instructions.sh --record

regenerate: ## writes the generated files anew
	@scripts/generated.sh --write

clean: ## removes what was built; the next command builds it again
	@$(CARGO) clean
	@rm -rf $(VENV) dist python/conformance/node_modules fuzz/target fuzz/corpus fuzz/artifacts

# The Python environment. Each stamp is newer than what it was made from.
python-ready: $(VENV)/.module

$(VENV)/.requirements: python/requirements-dev.txt
	@scripts/venv.sh "$(PYTHON)" "$(CURDIR)/$(VENV)" $<
	@touch $@

RUST_SOURCES := $(shell find core/src hosted/src python/src -name '*.rs' 2>/dev/null) \
	$(wildcard Cargo.toml Cargo.lock core/Cargo.toml hosted/Cargo.toml python/Cargo.toml)

$(VENV)/.module: $(VENV)/.requirements python/pyproject.toml $(RUST_SOURCES)
	@echo "building the Python module"
	@cd python && env -u CONDA_PREFIX VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/maturin develop --release
	@touch $@

.PHONY: help demo test lint features test-rust test-c test-python readme vectors no-std firmware lanes \
	msrv generated docs fuzz bench stages instructions instructions-record regenerate clean python-ready \
	differential coverage conformance wheels
