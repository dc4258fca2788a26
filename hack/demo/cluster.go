// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/simulator/world"
	"ordersync.dev/operator/internal/testing/controlplane"
	"ordersync.dev/operator/internal/testing/operator"
)

// cluster is the API server that the demo works on: one of its own, or the
// user's.
type cluster struct {
	kubectl           operator.Kubectl
	client            client.WithWatch
	managerKubeconfig string
	close             func() error
}

func openCluster(ctx context.Context, root, folder string) (*cluster, error) {
	config, c, err := startOrFind(folder)
	if err != nil {
		return nil, err
	}
	fail := func(err error) (*cluster, error) { return nil, fmt.Errorf("%w", joined(err, c.close())) }
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		return fail(err)
	}
	if c.client, err = client.NewWithWatch(config, client.Options{Scheme: scheme}); err != nil {
		return fail(err)
	}
	say("Installing the kinds and roles of dist/install.yaml")
	if err := operator.Install(ctx, c.kubectl, root); err != nil {
		return fail(err)
	}
	c.managerKubeconfig = filepath.Join(folder, "manager.kubeconfig")
	if err := operator.AccountKubeconfig(ctx, config, c.managerKubeconfig); err != nil {
		return fail(err)
	}
	return c, nil
}

func joined(first, second error) error {
	if second != nil {
		return fmt.Errorf("%w; and then: %w", first, second)
	}
	return first
}

func startOrFind(folder string) (*rest.Config, *cluster, error) {
	if path := os.Getenv("KUBECONFIG"); path != "" {
		say("Using the cluster of %s", path)
		config, err := clientcmd.BuildConfigFromFlags("", path)
		if err != nil {
			return nil, nil, err
		}
		kubectl, err := exec.LookPath("kubectl")
		if err != nil {
			return nil, nil, err
		}
		return config, &cluster{kubectl: operator.Kubectl{Binary: kubectl, Kubeconfig: path}, close: func() error { return nil }}, nil
	}
	say("Starting etcd and kube-apiserver")
	plane, err := controlplane.Start(controlplane.WithoutCRDs())
	if err != nil {
		return nil, nil, err
	}
	path := filepath.Join(folder, "admin.kubeconfig")
	if err := os.WriteFile(path, plane.Kubeconfig(), 0o600); err != nil {
		return nil, nil, joined(err, plane.Stop())
	}
	return plane.Config, &cluster{kubectl: operator.Kubectl{Binary: plane.Kubectl, Kubeconfig: path}, close: plane.Stop}, nil
}

// applySamples applies config/samples/demo with the simulators' addresses in
// the place of the two host names that stand for them.
func (c *cluster) applySamples(ctx context.Context, root string, addresses world.Addresses) error {
	say("Applying the samples of config/samples/demo with kubectl")
	manifest, err := c.kubectl.Run(ctx, nil, "kustomize", filepath.Join(root, "config", "samples", "demo"))
	if err != nil {
		return err
	}
	for placeholder, address := range map[string]string{
		"order-manager.demo.example": addresses.OrderManager.URL,
		"warehouse.demo.example":     addresses.ThreePL.URL,
	} {
		parsed, err := url.Parse(address)
		if err != nil {
			return err
		}
		if !strings.Contains(manifest, placeholder) {
			return fmt.Errorf("config/samples/demo does not name %s", placeholder)
		}
		manifest = strings.ReplaceAll(manifest, placeholder, parsed.Host)
	}
	output, err := c.kubectl.Run(ctx, []byte(manifest), "apply", "-f", "-")
	if err != nil {
		return err
	}
	for line := range strings.Lines(output) {
		say("  %s", line)
	}
	return nil
}
