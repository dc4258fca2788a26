#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# vulncheck.sh: looks for known vulnerabilities that the manager reaches. It
# needs the database of vuln.go.dev, or the one that GOVULNDB names, and so it is
# no part of make verify. It says whether it found something (3) or could not look (1).
set -euo pipefail
cd "$(dirname "$0")/.."

version=v1.9.0
GOBIN="$PWD/bin/tools" go install "golang.org/x/vuln/cmd/govulncheck@$version"
status=0
bin/tools/govulncheck ${GOVULNDB:+-db "$GOVULNDB"} ./cmd/manager || status=$?
case $status in
  0) echo "vulncheck: nothing known" ;;
  3) echo "vulncheck: FOUND, see above" >&2 ;;
  *)
    echo "vulncheck: NOT CHECKED: the database ${GOVULNDB:-https://vuln.go.dev} could not be had (GOVULNDB names another), or the tool failed" >&2
    status=1
    ;;
esac
exit "$status"
