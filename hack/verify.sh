#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# verify.sh: fails if a committed file that is generated is stale, if code is
# not formatted, or if a go.mod is not tidy. It generates into a copy of the
# tree and compares, so it changes nothing and needs no clean tree.
set -euo pipefail
cd "$(dirname "$0")/.."

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
failed=0
fail() { echo "verify: $*" >&2; failed=1; }

echo "verify: generated files"
tar --create --exclude=./bin --exclude=./.git . | tar --extract --directory "$copy"
(
  cd "$copy"
  # What is generated no more must not stay.
  rm -rf api/v1alpha1/applyconfiguration config/crd/bases config/rbac/role.yaml dist
  find api -name 'zz_generated.*' -delete
  make --no-print-directory TOOLS="$OLDPWD/bin/tools" generate
)
for path in api config dist; do
  diff --recursive --new-file --unified "$path" "$copy/$path" || fail "$path is stale: run make generate"
done

echo "verify: formatting"
unformatted=$(find . -name '*.go' -not -path './bin/*' -not -path './.git/*' -print0 | xargs -0 gofmt -l)
[[ -z $unformatted ]] || fail "not formatted, run make fmt:"$'\n'"$unformatted"

echo "verify: modules"
for module in . hack/tools hack/controlplane; do
  go -C "$module" mod tidy -diff || fail "$module/go.mod is not tidy: run make tidy"
done

exit "$failed"
