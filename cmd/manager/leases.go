// SPDX-License-Identifier: Apache-2.0

package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/uuid"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/leaderelection/resourcelock"

	"ordersync.dev/operator/internal/controller"
)

// podNamespace is where a pod finds the name of its namespace.
const podNamespace = "/var/run/secrets/kubernetes.io/serviceaccount/namespace"

// newLeadership returns the lease of the namespaces that are watched, in the
// form that the leader election and the gate for writes share.
func newLeadership(config *rest.Config, o *options) (*controller.Leadership, error) {
	namespace := o.leaseNamespace
	if namespace == "" {
		found, err := os.ReadFile(podNamespace)
		if err != nil {
			return nil, errors.New("not running in a pod: give --lease-namespace")
		}
		namespace = strings.TrimSpace(string(found))
	}
	host, err := os.Hostname()
	if err != nil {
		return nil, fmt.Errorf("read the host's name: %w", err)
	}
	lock, err := resourcelock.NewFromKubeconfig(resourcelock.LeasesResourceLock, namespace, leaseName(o.namespaces()),
		resourcelock.ResourceLockConfig{Identity: host + "_" + string(uuid.NewUUID())}, config, o.renewDeadline)
	if err != nil {
		return nil, fmt.Errorf("make the lease: %w", err)
	}
	return controller.NewLeadership(lock, o.takeoverDelay, o.renewDeadline, time.Now), nil
}

// leaseName returns the name of the lease for some namespaces: each shard has
// its own.
func leaseName(namespaces []string) string {
	const name = "ordersync-manager"
	if len(namespaces) == 0 {
		return name
	}
	sum := sha256.Sum256([]byte(strings.Join(namespaces, ",")))
	return name + "-" + hex.EncodeToString(sum[:])[:10]
}
