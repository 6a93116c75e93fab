# The front door. Every target brings along what it needs: npm packages, and for the tests a control plane, built once.
SHELL := /bin/sh
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
.DEFAULT_GOAL := help

# Where a run of the tests leaves its numbers for CI.
report = $(if $(HEARTH_TEST_REPORT),HEARTH_TEST_REPORT=$(HEARTH_TEST_REPORT)/$(1).json)

.PHONY: help
help: ## Show the targets
	@awk -F ':.*## ' '/^[a-z][a-z0-9-]*:.*## / { printf "  %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

node_modules/.package-lock.json: package.json package-lock.json scripts/check-tools.sh
	@scripts/check-tools.sh
	npm ci --no-fund --no-audit --loglevel=error
	@touch $@

.PHONY: setup
setup: node_modules/.package-lock.json ## Install the npm packages, Node 24 among them

.PHONY: demo
demo: setup ## Show Hearth at work on a control plane of its own; it stays up
	node demo/up.ts

.PHONY: demo-down
demo-down: setup ## End the demo and remove everything of it
	node demo/down.ts

# The copies run beside the real node, which mostly waits for pods; the others want the machine for themselves.
# HEARTH_TEST_REPORT is a folder.
.PHONY: test
test: setup ## Run every test (about 22 minutes; the first time it builds a control plane and images, too)
	@status=0; \
	$(MAKE) --no-print-directory test-simulated || status=1; \
	$(MAKE) --no-print-directory --jobs=2 --keep-going --output-sync=target test-copies test-node || status=1; \
	exit $$status

.PHONY: test-simulated
test-simulated: setup ## Run the tests that need no real node
	$(call report,simulated) vitest run --project unit --project integration

.PHONY: test-unit
test-unit: setup ## Run the tests that need no cluster
	vitest run --project unit

.PHONY: test-integration
test-integration: setup ## Run the tests against the control plane
	vitest run --project integration

.PHONY: test-copies
test-copies: setup ## Follow the guide, and make and delete kinds, in copies of the repository
	$(call report,copies) vitest run --project copies

.PHONY: test-node
test-node: setup ## Run the tests with a real kubelet: the node itself, then Hearth on it (root on Debian)
	$(call report,node) vitest run --project node --project e2e

.PHONY: e2e
e2e: setup ## Run the tests of Hearth installed on a real node (root on Debian)
	vitest run --project e2e

.PHONY: check
check: setup ## Check format, lint and types
	biome check --error-on-warnings .
	tsc -p tsconfig.json
	tsc -p examples/tsconfig.json

.PHONY: fix
fix: setup ## Format, and mend what the linter can
	biome check --write .

.PHONY: generate
generate: setup ## Write CRDs, roles, webhook, chart and lists of samples from the definitions
	node scripts/generate.ts

generated = manifests charts test-manifests docs/kinds docs/conditions.md README.md

.PHONY: verify-generated
verify-generated: generate ## Fail when a generated file was not up to date
	@test -z "$$(git status --porcelain -- $(generated))" || { git status --short -- $(generated); echo 'Run "make generate" and commit what it changed.'; exit 1; }

.PHONY: build
build: setup ## Bundle the operator into dist/hearth.mjs, and its manifests into dist/install.yaml
	node scripts/build.ts
	node scripts/package.ts

.PHONY: bench
bench: setup ## Measure the operator on a control plane of its own, for half an hour; BENCH has options
	node bench/bench.ts $(BENCH)

.PHONY: image
image: setup ## Build the image hearth:0.1.0 from the Dockerfile: docker, podman or, without them, buildah
	node scripts/build-image.ts

.PHONY: testenv-up
testenv-up: setup ## Start a control plane in the background
	node testenv/testenv.js up

.PHONY: testenv-down
testenv-down: setup ## End it
	node testenv/testenv.js down

.PHONY: ci
ci: check verify-generated test ## Everything that CI runs
