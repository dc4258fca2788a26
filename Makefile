# SPDX-License-Identifier: Apache-2.0

SHELL := /usr/bin/env bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

BIN := $(CURDIR)/bin
TOOLS := $(BIN)/tools

# One set of build flags for everything. Others make other cache keys, and
# Kubernetes would be compiled a second time.
export CGO_ENABLED := 0
export GOFLAGS := $(strip $(filter-out -trimpath -buildvcs=%,$(shell go env GOFLAGS)) -trimpath -buildvcs=false)
export GOLANGCI_LINT_CACHE := $(BIN)/lint-cache

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
IMAGE ?= ordersync.dev/operator:$(VERSION)

# Packages that are tested with the race detector: what is pure, the drivers
# and the simulators. It needs cgo and a cache of its own.
RACE_PACKAGES := internal/fulfillment internal/schedule internal/remote internal/routine \
	internal/ordermanager internal/warehouse internal/simulator test/flow

##@ General

.PHONY: help
help: ## Show this text.
	@awk 'BEGIN { FS = ":.*## "; print "Usage: make <target>" } \
		/^##@ / { printf "\n%s\n", substr($$0, 5) } \
		/^[a-zA-Z0-9_.\/-]+:.*## / { printf "  %-17s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: build ## Run the operator against simulators on a real API server: DESTINATION=vendure takes a real Vendure, KEEP=1 leaves it running, KUBECONFIG=file uses your cluster.
	@go build -o $(BIN)/demo ./hack/demo
	@$(BIN)/demo check
	@exec $(if $(KUBECONFIG),,hack/with-controlplane.sh) $(BIN)/demo

.PHONY: bench
bench: build ## Measure the operator against simulators: a table and JSON. BENCH=throughput or BENCH=limits measures one part.
	@go build -o $(BIN)/bench ./hack/bench
	@exec hack/with-controlplane.sh $(BIN)/bench --part=$(BENCH)

# What these two read; DESTINATION picks the warehouse system. A KUBECONFIG of
# the shell is not taken: it names the cluster that somebody works with, so it
# must be given to make on purpose.
demo bench: export KEEP := $(KEEP)
demo bench: export DESTINATION := $(DESTINATION)
demo bench: export KUBECONFIG := $(if $(filter command line,$(origin KUBECONFIG)),$(KUBECONFIG))

##@ Development

.PHONY: build
build: $(BIN)/manager $(BIN)/simulator ## Build the manager and the simulator into bin/.

# Go knows better than make what is up to date.
.PHONY: $(BIN)/manager $(BIN)/simulator
$(BIN)/manager $(BIN)/simulator: $(BIN)/%:
	@echo "build: bin/$*"
	@go build -ldflags "-s -w -X main.version=$(VERSION)" -o $@ ./cmd/$*

.PHONY: generate
generate: code manifests dist/install.yaml ## Generate all that is committed: code, CRDs, the manager's role, dist/install.yaml.

# Deep copies come first: without them the types do not compile, and the other
# generators read the types.
.PHONY: code
code: $(TOOLS)/controller-gen
	@$(TOOLS)/controller-gen object:headerFile=hack/boilerplate.go.txt paths=./api/...
	@$(TOOLS)/controller-gen applyconfiguration:headerFile=hack/boilerplate.go.txt paths=./api/...

.PHONY: manifests
manifests: code ## Generate the CRDs and the manager's role.
	@$(TOOLS)/controller-gen crd paths=./api/... output:crd:dir=config/crd/bases
	@$(TOOLS)/controller-gen rbac:roleName=manager,headerFile=hack/boilerplate.yaml.txt paths=./internal/controller/... output:rbac:dir=config/rbac

.PHONY: dist/install.yaml
dist/install.yaml: manifests $(TOOLS)/kustomize ## Build the one file that installs the operator.
	@mkdir -p dist
	@$(TOOLS)/kustomize build config/default >$@.new
	@mv $@.new $@

.PHONY: fmt
fmt: $(TOOLS)/golangci-lint ## Format the code.
	@$(TOOLS)/golangci-lint fmt ./...

.PHONY: tidy
tidy: ## Tidy the go.mod of every module.
	@for module in . hack/tools hack/controlplane; do go -C $$module mod tidy; done

.PHONY: image
image: ## Build the container image (needs docker). IMAGE=... names it.
	@docker build --build-arg VERSION=$(VERSION) -t $(IMAGE) .

##@ Checks

.PHONY: lint
lint: $(TOOLS)/golangci-lint ## Lint the code, and the API by the rules of the Kubernetes API.
	@echo "lint: code (.golangci.yml)"
	@$(TOOLS)/golangci-lint run ./...
	@echo "lint: API (.golangci-kal.yml)"
	@$(TOOLS)/golangci-lint run --config .golangci-kal.yml ./api/...

.PHONY: vulncheck
vulncheck: ## Look for known vulnerabilities (needs the database of vuln.go.dev; GOVULNDB=... names another).
	@hack/vulncheck.sh

.PHONY: verify
verify: $(TOOLS)/controller-gen $(TOOLS)/kustomize ## Fail on stale generated files, unformatted code, untidy modules, lint. Works on an unclean tree.
	@hack/verify.sh
	@$(MAKE) --no-print-directory lint
	@echo "verify: clean"

.PHONY: test
test: build ## Run all tests: unit, control plane, end to end, race detector.
	@hack/with-controlplane.sh hack/test.sh ./... --race $(RACE_PACKAGES:%=./%/...)

.PHONY: test-unit
test-unit: ## Run the tests that need no control plane.
	@hack/test.sh $$(go list -f '{{.ImportPath}} {{.Imports}} {{.TestImports}} {{.XTestImports}}' ./... | \
		awk '!/internal\/testing\/controlplane/ { print $$1 }')

.PHONY: test-race
test-race: ## Run the race detector (needs a C compiler).
	@hack/test.sh --race $(RACE_PACKAGES:%=./%/...)

.PHONY: test-vendure
test-vendure: ## Run the tests against a real Vendure (needs node and npm; it is installed from npm once, into bin/).
	@line=$$(mktemp); trap 'rm -f "$$line"' EXIT; status=0; \
	VENDURE_CLOSING_LINE=$$line hack/with-controlplane.sh hack/test.sh \
		./internal/testing/vendure ./internal/testing/vendureworld ./internal/warehouse/vendure ./test/vendure || status=$$?; \
	cat "$$line"; exit $$status

# The long run takes CHAOS_FOR and some minutes to come to rest. SEED=... makes
# the choices of an earlier run again.
CHAOS_FOR ?= 12m
.PHONY: chaos
chaos: ## Let everything fail at once for minutes, with kills of the manager, and compare all books: SEED=n repeats the choices.
	@hack/with-controlplane.sh go test ./test/chaos -count=1 -v -timeout 60m -args -chaos.for=$(CHAOS_FOR) \
		-chaos.connections=20 -chaos.orders=10000 -chaos.kills=110 $(if $(SEED),-chaos.seed=$(SEED))

# Each target runs FUZZTIME, one after the other.
FUZZTIME ?= 60s
.PHONY: fuzz
fuzz: export FUZZTIME := $(FUZZTIME)
fuzz: ## Fuzz every decoder and parser that sees outside bytes, FUZZTIME (60s) each: a table, and a failure if any target breaks.
	@hack/fuzz.sh ./...

##@ Control plane and tools

.PHONY: controlplane
controlplane: ## Provide etcd, kube-apiserver and kubectl, and print their folder, for KUBEBUILDER_ASSETS.
	@hack/controlplane/provide.sh

.PHONY: tools
tools: $(TOOLS)/controller-gen $(TOOLS)/kustomize $(TOOLS)/golangci-lint $(TOOLS)/setup-envtest ## Build the tools into bin/tools.

# A tool is built again when a version or the linter's own main changes.
PACKAGE_controller-gen := sigs.k8s.io/controller-tools/cmd/controller-gen
PACKAGE_kustomize := sigs.k8s.io/kustomize/kustomize/v5
PACKAGE_setup-envtest := sigs.k8s.io/controller-runtime/tools/setup-envtest
PACKAGE_golangci-lint := ./golangci-lint
$(TOOLS)/golangci-lint: hack/tools/golangci-lint/main.go
$(TOOLS)/controller-gen $(TOOLS)/kustomize $(TOOLS)/golangci-lint $(TOOLS)/setup-envtest: $(TOOLS)/%: hack/tools/go.sum
	@echo "tools: building $*"
	@go -C hack/tools build -ldflags "-s -w" -o $(abspath $@) $(PACKAGE_$*)
	@touch $@

.PHONY: clean
clean: ## Remove all that was built, bin/ and with it the control plane.
	@rm -rf bin
