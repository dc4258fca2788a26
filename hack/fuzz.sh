#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# fuzz.sh [PACKAGE...]: runs every fuzz target of the packages (all of them by
# default), one after the other, each for FUZZTIME (60s), and ends with a table.
# It fails when any target does. What a target finds is written to its
# testdata/fuzz, to be committed with the mend.
#
# FUZZPARALLEL is how many processes fuzz one target (1). GOMEMLIMIT is what
# each of them may take (512MiB, the limit of the manager's container); one that
# has taken half as much again has run away, and is stopped (where setrlimit
# works on memory).
set -euo pipefail
cd "$(dirname "$0")/.."

time=${FUZZTIME:-60s} parallel=${FUZZPARALLEL:-1}
export GOMEMLIMIT=${GOMEMLIMIT:-512MiB}
(($#)) || set -- ./...

log=$(mktemp) table=$(mktemp)
trap 'rm -f "$log" "$table"' EXIT
status=0 targets=0 failed=0

# Only packages with a target are built.
while read -r package folder; do
  [[ -n $(grep -ls '^func Fuzz' "$folder"/*_test.go) ]] || continue
  while read -r target; do
    targets=$((targets + 1)) result=ok
    echo "fuzz: $target ($package), $time"
    if ! go test "$package" -run '^$' -fuzz "^$target\$" -fuzztime "$time" -parallel "$parallel" -timeout 30m >"$log" 2>&1; then
      result=FAILED failed=$((failed + 1)) status=1
      cat "$log"
    fi
    last=$(grep -o 'execs: [0-9]*.*' "$log" | tail -n 1 || true)
    executions=$(sed -n 's/^execs: \([0-9]*\).*/\1/p' <<<"$last")
    new=$(sed -n 's/.*new interesting: \([0-9]*\).*/\1/p' <<<"$last")
    printf '%-22s %-32s %12s %10s  %s\n' "$target" "${package#ordersync.dev/operator/}" "${executions:-0}" "${new:-0}" "$result" >>"$table"
  done < <(go test "$package" -list '^Fuzz' | grep '^Fuzz' || true)
done < <(go list -f '{{.ImportPath}} {{.Dir}}' "$@")

if ((targets == 0)); then
  echo "fuzz: no target in $*" >&2
  exit 1
fi
printf '\n%-22s %-32s %12s %10s  %s\n' target package executions new result
cat "$table"
echo "fuzz: $targets targets for $time each, $failed failed"
exit "$status"
