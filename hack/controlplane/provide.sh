#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# provide.sh: decides where etcd, kube-apiserver and kubectl come from, and
# prints their folder on standard output; what it does it says on standard
# error. The first that holds:
#
#   1. KUBEBUILDER_ASSETS is set: that folder.
#   2. bin/controlplane was provided from the sources as they are now: that folder.
#   3. setup-envtest can download: its files, linked into bin/controlplane.
#   4. The servers are built from source into bin/controlplane.
#
# CONTROLPLANE_DOWNLOAD=0 leaves out the third.
set -euo pipefail
cd "$(dirname "$0")/../.."

names=(etcd kube-apiserver kubectl)
cache=$PWD/bin/controlplane
stamp=$cache/provided-from

say() { echo "controlplane: $*" >&2; }

complete() { # complete FOLDER: all programs are there
  for name in "${names[@]}"; do [[ -x $1/$name ]] || return 1; done
}

if [[ -n ${KUBEBUILDER_ASSETS:-} ]]; then
  complete "$KUBEBUILDER_ASSETS" || {
    say "KUBEBUILDER_ASSETS is $KUBEBUILDER_ASSETS, where one of ${names[*]} is missing"
    exit 1
  }
  say "using KUBEBUILDER_ASSETS, $KUBEBUILDER_ASSETS"
  cd "$KUBEBUILDER_ASSETS" && pwd
  exit
fi

# The programs are as good as the sources they stand for.
sources=$(cat hack/controlplane/{go.mod,go.sum,main.go,build.sh} | git hash-object --stdin)
if complete "$cache" && [[ -f $stamp && $(<"$stamp") == "$sources" ]]; then
  say "using $cache"
  echo "$cache"
  exit
fi

# Two runs at a time would write the same files.
mkdir -p "$cache"
exec 9>"$cache/lock"
if command -v flock >/dev/null; then
  flock -n 9 || { say "waiting for another run that provides it"; flock 9; }
  if complete "$cache" && [[ -f $stamp && $(<"$stamp") == "$sources" ]]; then
    say "using $cache"
    echo "$cache"
    exit
  fi
fi

version=$(go -C hack/controlplane list -m -f '{{.Version}}' k8s.io/kubernetes)

download() {
  [[ ${CONTROLPLANE_DOWNLOAD:-1} != 0 ]] || return 1
  make --no-print-directory "$PWD/bin/tools/setup-envtest" >&2 || return 1
  local minor=${version#v}
  minor=${minor%.*}
  say "asking whether $minor.x can be downloaded (15 s at most)"
  timeout 15 bin/tools/setup-envtest list "$minor.x" >/dev/null 2>&1 || return 1
  local folder
  folder=$(timeout 300 bin/tools/setup-envtest use "$minor.x" --bin-dir bin/envtest -p path) || return 1
  complete "$folder" || return 1
  for name in "${names[@]}"; do ln -sf "$(cd "$folder" && pwd)/$name" "$cache/$name"; done
}

started=$SECONDS
if download; then
  say "downloaded into $cache in $((SECONDS - started)) s"
else
  say "no download, building $version from source"
  hack/controlplane/build.sh "$cache" >&2
fi
echo "$sources" >"$stamp"
echo "$cache"
