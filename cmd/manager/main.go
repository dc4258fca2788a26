// SPDX-License-Identifier: Apache-2.0

// Command manager runs the operator.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	_ "time/tzdata"

	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	ctrlmetrics "sigs.k8s.io/controller-runtime/pkg/metrics"
	"sigs.k8s.io/controller-runtime/pkg/metrics/filters"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/webhook"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/assembly"
	"ordersync.dev/operator/internal/controller"
	"ordersync.dev/operator/internal/remote"
)

// version of the program, set when it is built.
var version = "dev"

func main() {
	var o options
	o.bind(flag.CommandLine)
	flag.Parse()
	muteStandardLog()
	ctrl.SetLogger(zap.New(zap.UseFlagOptions(&o.log)))
	ctrl.Log.WithName("setup").Info("Starting", "version", version)
	if err := run(ctrl.SetupSignalHandler(), &o); err != nil {
		ctrl.Log.WithName("setup").Error(err, "Manager stopped")
		os.Exit(1)
	}
}

// run runs the manager until the context ends. The process must end with it:
// the lease is released when it returns.
func run(ctx context.Context, o *options) error {
	if err := o.validate(); err != nil {
		return err
	}
	reach, err := remote.ParseReach(o.allowedPrivateCIDRs)
	if err != nil {
		return err
	}
	config, err := ctrl.GetConfig()
	if err != nil {
		return fmt.Errorf("find the API server: %w", err)
	}
	settings := managerOptions(o)
	var leadership *controller.Leadership
	if o.leaderElect {
		if leadership, err = newLeadership(config, o); err != nil {
			return err
		}
		settings.LeaderElectionResourceLockInterface = leadership
	}
	manager, err := ctrl.NewManager(config, settings)
	if err != nil {
		return fmt.Errorf("make the manager: %w", err)
	}
	if err := controller.IndexFields(ctx, manager.GetFieldIndexer()); err != nil {
		return fmt.Errorf("index: %w", err)
	}
	remoteMetrics, runMetrics := remote.NewMetrics(), controller.NewMetrics()
	breakers := remote.NewBreakers(nil)
	remoteMetrics.Watch(breakers)
	ctrlmetrics.Registry.MustRegister(remoteMetrics, runMetrics)
	builder, err := assembly.NewBuilder(assembly.Options{
		Reader:  controller.SecretReader{Reader: manager.GetAPIReader()},
		Budgets: remote.NewBudgets(remote.Clock{}), Breakers: breakers, Metrics: remoteMetrics,
		WriteGate: leadership.Gate, AllowInsecureHTTP: o.allowInsecureHTTP, Reach: reach, UserAgent: "ordersync-operator/" + version,
	})
	if err != nil {
		return err
	}
	if err := controller.Setup(manager, controller.Options{
		Connector: builder, Leadership: leadership, Metrics: runMetrics, Slice: o.slice, LostReportWait: o.lostReportWait, Workers: o.workers,
	}); err != nil {
		return fmt.Errorf("set up the controllers: %w", err)
	}
	if err := addProbes(manager); err != nil {
		return fmt.Errorf("add the probes: %w", err)
	}
	return manager.Start(ctx)
}

// managerOptions returns the options of the manager.
func managerOptions(o *options) ctrl.Options {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, v1alpha1.AddToScheme} {
		if err := add(scheme); err != nil {
			// A scheme that cannot be built is a mistake in this program.
			panic(err)
		}
	}
	metrics := metricsserver.Options{BindAddress: o.metricsAddress}
	if !o.metricsInsecure {
		metrics.SecureServing = true
		metrics.FilterProvider = filters.WithAuthenticationAndAuthorization
	}
	settings := ctrl.Options{
		Scheme:                  scheme,
		Metrics:                 metrics,
		WebhookServer:           webhook.NewServer(webhook.Options{Port: -1}),
		HealthProbeBindAddress:  o.probeAddress,
		GracefulShutdownTimeout: &o.shutdownTimeout,
		LeaderElection:          o.leaderElect,
		LeaseDuration:           &o.leaseDuration,
		RenewDeadline:           &o.renewDeadline,
		RetryPeriod:             &o.retryPeriod,
		// Safe because main ends the process as soon as the manager has stopped.
		LeaderElectionReleaseOnCancel: true,
		Cache: cache.Options{
			ByObject: controller.CacheByObject(),
		},
	}
	if namespaces := o.namespaces(); len(namespaces) > 0 {
		settings.Cache.DefaultNamespaces = map[string]cache.Config{}
		for _, namespace := range namespaces {
			settings.Cache.DefaultNamespaces[namespace] = cache.Config{}
		}
	}
	return settings
}

// addProbes adds the probes. Neither asks a remote system: a restart mends
// nothing there.
func addProbes(manager ctrl.Manager) error {
	if err := manager.AddHealthzCheck("ping", healthz.Ping); err != nil {
		return err
	}
	return manager.AddReadyzCheck("ping", healthz.Ping)
}
