// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"ordersync.dev/operator/api/v1alpha1"
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

// applySample applies a folder of config/samples with what is known only now in
// the place of what stands for it there.
func (c *cluster) applySample(ctx context.Context, root, sample string, placeholders map[string]string) error {
	say("Applying the samples of config/samples/%s with kubectl", sample)
	manifest, err := c.kubectl.Run(ctx, nil, "kustomize", filepath.Join(root, "config", "samples", sample))
	if err != nil {
		return err
	}
	for placeholder, value := range placeholders {
		if !strings.Contains(manifest, placeholder) {
			return fmt.Errorf("config/samples/%s does not name %s", sample, placeholder)
		}
		manifest = strings.ReplaceAll(manifest, placeholder, value)
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

// hostOf is an address as the samples name it, without its scheme.
func hostOf(address string) string { return strings.TrimPrefix(address, "http://") }
