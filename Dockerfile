# syntax=docker/dockerfile:1
# SPDX-License-Identifier: Apache-2.0

# Both images should be pinned by digest. The digests could not be looked up
# where this file was written; pin them in the build that publishes.
ARG BUILDER=docker.io/library/golang:1.26
ARG BASE=gcr.io/distroless/static:nonroot

# The builder runs on the machine's own platform and compiles for the target's.
FROM --platform=${BUILDPLATFORM:-linux/amd64} ${BUILDER} AS build
WORKDIR /src
# Modules change less often than code: their layer is kept.
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY api api
COPY cmd cmd
COPY internal internal
ARG TARGETOS TARGETARCH VERSION=unknown
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 GOOS=${TARGETOS} GOARCH=${TARGETARCH} \
    go build -trimpath -buildvcs=false -ldflags "-s -w -X main.version=${VERSION}" -o /manager ./cmd/manager

# Static, without a shell, and not root; it brings the certificates of the
# public authorities. Time zones are compiled in.
FROM ${BASE}
ARG VERSION=unknown
LABEL org.opencontainers.image.title="ordersync operator" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}"
COPY --from=build /manager /manager
USER 65532:65532
ENTRYPOINT ["/manager"]
