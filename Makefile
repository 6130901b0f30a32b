# Developer's front door. `make` or `make help` lists the targets.
#
# Two targets do everything on a fresh machine: `make demo` and `make test`.

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo test test-prepare test-rules test-client test-rust ci fmt lint doc deny clean-db screenshots bench referee

DEMO_ARGS ?=
TEST_ARGS ?=
ARGS ?=

help: ## List the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "  DEMO_ARGS, TEST_ARGS (for cargo test) and ARGS (for bench, referee, screenshots) are passed on."

demo: ## Build Pakiti and judge this machine with it
	scripts/prepare.sh demo
	@echo "Building Pakiti; the first build takes some minutes, later ones seconds."
	cargo build --profile demo --locked -p pakiti
	target/demo/pakiti demo $(DEMO_ARGS)

test: test-prepare test-rules test-client test-rust ## Run every test, on SQLite and on a throw-away PostgreSQL

test-prepare:
	scripts/prepare.sh test

test-rules:
	cargo run -q --locked -p xtask -- check

test-client:
	bash client/tests/run.sh

test-rust:
	scripts/with-postgres.sh cargo test --workspace --locked $(TEST_ARGS)

ci: ## Run what CI runs (.ci/run)
	bash .ci/run

fmt: ## Format the Rust code
	cargo fmt --all

lint: ## Run clippy, the rules of the house, and shellcheck
	cargo clippy --workspace --all-targets --locked -- -D warnings
	cargo run -q --locked -p xtask -- check
	scripts/shell-lint.sh

doc: ## Build the API documentation
	RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --workspace --locked

deny: ## Check licences, banned crates and origins of dependencies
	scripts/deny.sh

clean-db: ## Remove throw-away PostgreSQL clusters that a killed run left behind
	scripts/with-postgres.sh --clean

screenshots: ## Make the pictures in docs/images
	cargo xtask screenshots $(ARGS)

bench: ## Run the benches (minutes, by hand)
	cargo xtask bench $(ARGS)

referee: ## Compare answers with rpm, dpkg, apt, dnf, oscap (minutes, by hand)
	cargo xtask referee $(ARGS)
