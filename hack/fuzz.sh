#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# fuzz.sh [PACKAGE...]: runs every fuzz target of the packages (all of them by
# default), one after the other, each for FUZZTIME (60s), and ends with a table.
# It fails when any target does. What a target finds is written to its
# testdata/fuzz, to be committed with the mend.
#
# FUZZPARALLEL is how many processes fuzz one target (1). None of them gets more
# than 1 GiB of memory, twice what the manager's container has: what one answer
# can make of itself is bounded, and a target that runs away fails.
set -euo pipefail
cd "$(dirname "$0")/.."

time=${FUZZTIME:-60s} parallel=${FUZZPARALLEL:-1}
export GOMEMLIMIT=${GOMEMLIMIT:-512MiB}
memory=$((1 << 20)) # in KiB
(($#)) || set -- ./...

log=$(mktemp) table=$(mktemp)
status=0 targets=0 failed=0

binaries=$(mktemp -d)
trap 'rm -rf "$log" "$table" "$binaries"' EXIT
cache=$(go env GOCACHE)/fuzz

# Only packages with a target are built. One that draws in the whole of
# Kubernetes is built without the counters that guide the search: they would
# take a quarter of an hour to build, and its targets draw what they try by the
# schema, which is all the guidance they need.
while read -r package folder; do
  [[ -n $(grep -ls '^func Fuzz' "$folder"/*_test.go) ]] || continue
  guide=(-fuzz .)
  if grep -q "^k8s.io/client-go/kubernetes\$" <<<"$(go list -deps -test "$package")"; then guide=(); fi
  binary=$binaries/test
  if ! go test "$package" -c -o "$binary" "${guide[@]}" >"$log" 2>&1; then
    cat "$log"
    status=1 failed=$((failed + 1))
    continue
  fi
  while read -r target; do
    targets=$((targets + 1)) result=ok
    echo "fuzz: $target ($package), $time"
    if ! (cd "$folder" && ulimit -d "$memory" && "$binary" -test.run '^$' -test.fuzz "^$target\$" -test.fuzztime "$time" -test.parallel "$parallel" \
      -test.fuzzcachedir "$cache/$package" -test.fuzzminimizetime 100x -test.timeout 30m) >"$log" 2>&1; then
      result=FAILED failed=$((failed + 1)) status=1
      cat "$log"
    fi
    last=$(grep -o 'execs: [0-9]*.*' "$log" | tail -n 1 || true)
    executions=$(sed -n 's/^execs: \([0-9]*\).*/\1/p' <<<"$last")
    new=$(sed -n 's/.*new interesting: \([0-9]*\).*/\1/p' <<<"$last")
    printf '%-22s %-32s %12s %10s  %s\n' "$target" "${package#ordersync.dev/operator/}" "${executions:-0}" "${new:-0}" "$result" >>"$table"
  done < <(cd "$folder" && "$binary" -test.list '^Fuzz' | grep '^Fuzz' || true)
done < <(go list -f '{{.ImportPath}} {{.Dir}}' "$@")

if ((targets == 0)); then
  echo "fuzz: no target in $*" >&2
  exit 1
fi
printf '\n%-22s %-32s %12s %10s  %s\n' target package executions new result
cat "$table"
echo "fuzz: $targets targets for $time each, $failed failed"
exit "$status"
