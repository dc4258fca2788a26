// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/validation"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"

	"ordersync.dev/operator/internal/remote"
	"ordersync.dev/operator/internal/routine"
)

// requestTimeout is how long a request to a remote system can take. What waits
// for requests to end must be longer.
const requestTimeout = 30 * time.Second

// options are the flags of the manager.
type options struct {
	metricsAddress, probeAddress string
	metricsInsecure              bool
	leaderElect                  bool
	leaseNamespace               string
	leaseDuration                time.Duration
	renewDeadline                time.Duration
	retryPeriod                  time.Duration
	takeoverDelay                time.Duration
	lostReportWait               time.Duration
	shutdownTimeout              time.Duration
	slice                        time.Duration
	workers                      int
	watchNamespaces              string
	allowInsecureHTTP            bool
	allowedPrivateCIDRs          string
	log                          zap.Options
}

// bind adds the flags to a set.
func (o *options) bind(flags *flag.FlagSet) {
	flags.StringVar(&o.metricsAddress, "metrics-bind-address", ":8443", "Address of the metrics endpoint; 0 serves none.")
	flags.BoolVar(&o.metricsInsecure, "metrics-insecure", false, "Serve metrics over plain HTTP without authentication, for demonstrations and tests.")
	flags.StringVar(&o.probeAddress, "health-probe-bind-address", ":8081", "Address of the probes; 0 serves none.")
	flags.BoolVar(&o.leaderElect, "leader-elect", false, "Let one of several replicas lead.")
	flags.StringVar(&o.leaseNamespace, "lease-namespace", "", "Namespace of the lease; empty is the pod's own.")
	flags.DurationVar(&o.leaseDuration, "lease-duration", 30*time.Second, "Time after which a lease that was not renewed can be taken.")
	flags.DurationVar(&o.renewDeadline, "renew-deadline", 20*time.Second, "Time after which a leader that could not renew writes nothing more and gives up.")
	flags.DurationVar(&o.retryPeriod, "retry-period", 4*time.Second, "Time between two attempts to take or renew the lease.")
	flags.DurationVar(&o.takeoverDelay, "takeover-delay", 35*time.Second, "Time in which a new leader writes nothing to remote systems, unless the former one released the lease; longer than a request.")
	flags.DurationVar(&o.lostReportWait, "lost-report-wait", routine.LostReportWait, "Time in which a shipment is not reported again when nobody knows whether it was; longer than Order Manager takes to show a report.")
	flags.DurationVar(&o.shutdownTimeout, "shutdown-timeout", 100*time.Second, "Time in which runs under way come to a safe point when the process stops; shorter than the pod's grace period.")
	flags.DurationVar(&o.slice, "slice", time.Minute, "Time that a worker stays with one run before others get their turn.")
	flags.IntVar(&o.workers, "workers", 16, "Workers of each routine.")
	flags.StringVar(&o.watchNamespaces, "watch-namespaces", "", "Namespaces to watch, separated by commas; empty is all. Managers of different namespaces hold different leases, and do not see each other's claims.")
	flags.BoolVar(&o.allowInsecureHTTP, "allow-insecure-http", false, "Take http:// addresses of remote systems, for demonstrations and tests.")
	flags.StringVar(&o.allowedPrivateCIDRs, "allowed-private-cidrs", "", "Networks besides the public internet that connections may lead to, as CIDRs separated by commas; empty is none. A proxy of the environment needs no entry.")
	o.log.BindFlags(flags)
}

// validate says what does not fit together.
func (o *options) validate() error {
	var problems []error
	if o.workers < 1 {
		problems = append(problems, errors.New("--workers must be at least 1"))
	}
	if o.slice < time.Second {
		problems = append(problems, errors.New("--slice must be at least 1s"))
	}
	if o.leaderElect && (o.retryPeriod <= 0 || o.renewDeadline <= o.retryPeriod*6/5 || o.leaseDuration <= o.renewDeadline) {
		problems = append(problems, errors.New("--lease-duration must be longer than --renew-deadline, and that longer than 1.2 times --retry-period"))
	}
	if o.takeoverDelay < 0 {
		problems = append(problems, errors.New("--takeover-delay must not be negative"))
	}
	if o.lostReportWait < time.Second {
		problems = append(problems, errors.New("--lost-report-wait must be at least 1s"))
	}
	if _, err := remote.ParseReach(o.allowedPrivateCIDRs); err != nil {
		problems = append(problems, fmt.Errorf("--allowed-private-cidrs: %w", err))
	}
	for _, namespace := range o.namespaces() {
		if details := validation.IsDNS1123Label(namespace); len(details) > 0 {
			problems = append(problems, fmt.Errorf("--watch-namespaces: %q: %s", namespace, details[0]))
		}
	}
	return errors.Join(problems...)
}

// namespaces returns the namespaces to watch, sorted; none is all.
func (o *options) namespaces() []string {
	var names []string
	for name := range strings.SplitSeq(o.watchNamespaces, ",") {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
