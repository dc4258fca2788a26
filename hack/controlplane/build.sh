#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# build.sh DIR: builds the control plane into DIR, which then serves as
# KUBEBUILDER_ASSETS.
#
# Cold it compiles all of kube-apiserver (about ten CPU-minutes); with a warm
# build cache it takes seconds. The build flags are the same everywhere in this
# project: others use other cache keys and compile Kubernetes a second time.
set -euo pipefail
out=$(mkdir -p "$1" && cd "$1" && pwd)
cd "$(dirname "$0")"

version=$(go list -m -f '{{.Version}}' k8s.io/kubernetes)
minor=$(echo "$version" | cut -d. -f2)
# Without these the server reports v0.0.0-master and clients cannot tell its version.
ldflags="-s -w"
for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
  ldflags+=" -X $package.gitVersion=$version -X $package.gitMajor=1 -X $package.gitMinor=$minor -X $package.gitTreeState=clean"
done

started=$SECONDS
echo "controlplane: building etcd, kube-apiserver and kubectl $version from source (cold: about ten minutes on two cores; warm: seconds)"
CGO_ENABLED=0 GOFLAGS=-buildvcs=false go build -mod=readonly -trimpath -ldflags "$ldflags" -o "$out/controlplane" .
for name in etcd kube-apiserver kubectl; do ln -sf controlplane "$out/$name"; done
echo "controlplane: ready in $out after $((SECONDS - started)) s"
