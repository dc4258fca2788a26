// SPDX-License-Identifier: Apache-2.0

// Package controlplane starts the real etcd and kube-apiserver for tests, with
// the CRDs of this module installed.
//
// Where the binaries come from is not decided here: KUBEBUILDER_ASSETS names
// their folder, and `make controlplane` provides one. A test that needs a
// control plane fails without it; none is skipped.
package controlplane

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"ordersync.dev/operator/api/v1alpha1"
)

const (
	// AssetsVariable names the folder with etcd, kube-apiserver and kubectl.
	AssetsVariable = "KUBEBUILDER_ASSETS"

	// startTimeout is generous because the servers may share two cores with a
	// compiler: the 20 s that envtest grants are too short then.
	startTimeout = 120 * time.Second
	stopTimeout  = 30 * time.Second
	stopAttempts = 5
	// interruptTimeout is short: what is interrupted need not end in order.
	interruptTimeout = 5 * time.Second
)

// ErrAssetsMissing says that the control plane's binaries are not there.
var ErrAssetsMissing = errors.New("the control plane's binaries are missing: run the tests with `make test`, " +
	"or `export " + AssetsVariable + "=$(make -s controlplane)` first")

// ControlPlane is a running API server with the CRDs of this module.
type ControlPlane struct {
	// Config authenticates as a member of system:masters.
	Config *rest.Config

	// Client reads and writes without a cache. It knows the built-in kinds and
	// the kinds of this module.
	Client client.Client

	// Scheme holds the built-in kinds and the kinds of this module.
	Scheme *runtime.Scheme

	// Kubectl is the path of a kubectl of the API server's version.
	Kubectl string

	environment *envtest.Environment
}

// An Option changes how the control plane is started.
type Option func(*envtest.Environment)

// WithAPIServerFlag sets a flag of kube-apiserver, named without its dashes.
func WithAPIServerFlag(name string, values ...string) Option {
	return func(environment *envtest.Environment) {
		environment.ControlPlane.GetAPIServer().Configure().Set(name, values...)
	}
}

// WithoutCRDs leaves the API server without the kinds of this module, for tests
// that install them on their own.
func WithoutCRDs() Option {
	return func(environment *envtest.Environment) { environment.CRDDirectoryPaths = nil }
}

// WithState keeps what both servers store in a folder that exists, so that
// Interrupt and Resume lose nothing. The caller removes the folder.
func WithState(folder string) Option {
	return func(environment *envtest.Environment) {
		environment.ControlPlane.GetAPIServer().CertDir = folder
		environment.ControlPlane.Etcd = &envtest.Etcd{DataDir: filepath.Join(folder, "etcd")}
		environment.ControlPlaneStopTimeout = interruptTimeout
	}
}

// Start starts a control plane. The caller stops it. When Start fails nothing
// is left running.
func Start(options ...Option) (*ControlPlane, error) {
	if err := checkAssets(os.Getenv(AssetsVariable)); err != nil {
		return nil, err
	}
	root, err := ModuleRoot()
	if err != nil {
		return nil, err
	}
	scheme := runtime.NewScheme()
	if err := errors.Join(clientgoscheme.AddToScheme(scheme), v1alpha1.AddToScheme(scheme)); err != nil {
		return nil, fmt.Errorf("building the scheme: %w", err)
	}
	environment := &envtest.Environment{
		// A test must never reach for a cluster that the developer is logged in
		// to, whatever USE_EXISTING_CLUSTER says.
		UseExistingCluster:       new(false),
		Scheme:                   scheme,
		CRDDirectoryPaths:        []string{filepath.Join(root, "config", "crd", "bases")},
		ErrorIfCRDPathMissing:    true,
		ControlPlaneStartTimeout: startTimeout,
		ControlPlaneStopTimeout:  stopTimeout,
	}
	for _, option := range options {
		option(environment)
	}
	var journal tail
	environment.ControlPlane.GetAPIServer().Err = &journal
	config, err := environment.Start()
	if err != nil {
		err = fmt.Errorf("starting the control plane: %w; kube-apiserver wrote last:\n%s", err, &journal)
		return nil, errors.Join(err, stop(environment))
	}
	uncached, err := client.New(config, client.Options{Scheme: scheme})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("building a client: %w", err), stop(environment))
	}
	return &ControlPlane{
		Config:      config,
		Client:      uncached,
		Scheme:      scheme,
		Kubectl:     environment.ControlPlane.KubectlPath,
		environment: environment,
	}, nil
}

// Stop stops the control plane. It may be called more than once.
func (c *ControlPlane) Stop() error { return stop(c.environment) }

// stop tries again: a server that drains its watches can outlive the first
// attempt, and an orphan would hold its port and its memory.
func stop(environment *envtest.Environment) error {
	var err error
	for range stopAttempts {
		if err = environment.Stop(); err == nil {
			return nil
		}
	}
	return fmt.Errorf("stopping the control plane: %w", err)
}

// Interrupt takes both servers away. They come back with Resume, at the same
// addresses and with their data, if the control plane was started WithState.
// An API server that would wait for its watches is killed.
func (c *ControlPlane) Interrupt() error {
	var err error
	for range stopAttempts {
		if err = c.environment.ControlPlane.GetAPIServer().Stop(); err == nil {
			return c.environment.ControlPlane.Etcd.Stop()
		}
	}
	return fmt.Errorf("stopping the API server: %w", err)
}

// Resume starts both servers again after Interrupt.
func (c *ControlPlane) Resume() error {
	if err := c.environment.ControlPlane.Etcd.Start(); err != nil {
		return fmt.Errorf("starting etcd again: %w", err)
	}
	if err := c.environment.ControlPlane.GetAPIServer().Start(); err != nil {
		return fmt.Errorf("starting the API server again: %w", err)
	}
	return nil
}

// Kubeconfig is the content of a kubeconfig file that authenticates as Config does.
func (c *ControlPlane) Kubeconfig() []byte { return c.environment.KubeConfig }

// User returns a configuration that authenticates as the named user, who may
// do nothing but what RBAC grants.
func (c *ControlPlane) User(name string, groups ...string) (*rest.Config, error) {
	user, err := c.environment.AddUser(envtest.User{Name: name, Groups: groups}, rest.CopyConfig(c.Config))
	if err != nil {
		return nil, fmt.Errorf("adding the user %s: %w", name, err)
	}
	return user.Config(), nil
}

func checkAssets(folder string) error {
	if folder == "" {
		return fmt.Errorf("%w (%s is not set)", ErrAssetsMissing, AssetsVariable)
	}
	for _, name := range []string{"etcd", "kube-apiserver", "kubectl"} {
		if _, err := os.Stat(filepath.Join(folder, name)); err != nil {
			return fmt.Errorf("%w (%w)", ErrAssetsMissing, err)
		}
	}
	return nil
}
