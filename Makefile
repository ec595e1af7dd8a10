# The commands of the project; `make demo` and `make test` each work alone from
# a clean clone on Debian or Ubuntu with Rust.

SHELL := /bin/bash
.DEFAULT_GOAL := help
DEMO ?= demo-out
EXAMPLES := $(basename $(notdir $(wildcard examples/*.rs)))

# Tests draw their random cases from a fixed seed.
export PROPTEST_RNG_SEED ?= 20251123
export PROPTEST_CASES ?= 64

.PHONY: help setup build demo test bench check fmt

help: ## This list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

setup: ## System packages (OpenSlide, libclang, pkg-config, a C compiler), through apt when missing
	@.ci/setup

build: setup ## The release binary, target/release/radpath
	cargo build --release --locked --workspace

demo: build ## A synthetic cohort and the whole tool on it, into $(DEMO)
	target/release/radpath demo --out $(DEMO)

test: setup ## All tests, documentation examples and example programs
	cargo test --release --locked --workspace
	for name in $(EXAMPLES); do cargo run --quiet --release --locked --example $$name || exit 1; done

bench: build ## Benchmarks of kernels (criterion) and of whole commands
	cargo bench --locked --workspace --benches
	.ci/bench-commands

check: setup ## Formatting, lints, documentation
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --workspace --no-deps --document-private-items

fmt: ## Formats the code
	cargo fmt --all
