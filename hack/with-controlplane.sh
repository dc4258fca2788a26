#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# with-controlplane.sh COMMAND...: runs the command with KUBEBUILDER_ASSETS set
# to the folder that provide.sh decided on.
set -euo pipefail
KUBEBUILDER_ASSETS=$("$(dirname "$0")/controlplane/provide.sh")
export KUBEBUILDER_ASSETS
exec "$@"
