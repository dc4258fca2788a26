#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# test.sh [PACKAGE...] [--race PACKAGE...]: runs go test over the packages,
# then over those after --race with the race detector, and ends with a summary.
# Both are run even if the first fails. Packages that do not exist are an error.
set -euo pipefail
cd "$(dirname "$0")/.."

plain=()
while (($#)) && [[ $1 != --race ]]; do plain+=("$1"); shift; done
race=("${@:2}")

results=$(mktemp)
trap 'rm -f "$results"' EXIT
status=0 started=$SECONDS

if ((${#plain[@]})); then
  go test -timeout 40m "${plain[@]}" | tee -a "$results" || status=1
fi

if ((${#race[@]})); then
  compiler=$(go env CC)
  if ! command -v "${compiler%% *}" >/dev/null; then
    echo "test: the race detector needs the C compiler $compiler, for example: apt-get install gcc libc6-dev" >&2
    exit 1
  fi
  echo "test: with the race detector"
  # Objects with cgo have other keys: a cache of their own keeps the common one small.
  CGO_ENABLED=1 GOCACHE="$PWD/bin/race-cache" go test -race -timeout 40m "${race[@]}" | tee -a "$results" || status=1
fi

count() { grep -c "$1" "$results" || true; }
verdict=passed
((status == 0)) || verdict=FAILED
echo "test: $verdict, $(count '^ok ') packages ok, $(count '^FAIL[[:space:]]') failed, $(count 'no test files') without tests, $((SECONDS - started)) s"
exit "$status"
