// SPDX-License-Identifier: Apache-2.0

package main

import (
	"flag"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"ordersync.dev/operator/internal/controller"
	"ordersync.dev/operator/internal/routine"
)

func parsed(t *testing.T, arguments ...string) *options {
	t.Helper()
	var o options
	flags := flag.NewFlagSet("manager", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	o.bind(flags)
	if err := flags.Parse(arguments); err != nil {
		t.Fatal(err)
	}
	return &o
}

func TestValidate(t *testing.T) {
	cases := map[string]struct {
		arguments []string
		problem   string
	}{
		"defaults":                  {nil, ""},
		"defaults, several":         {[]string{"--leader-elect"}, ""},
		"no workers":                {[]string{"--workers=0"}, "--workers"},
		"no slice":                  {[]string{"--slice=0s"}, "--slice"},
		"lease as long as deadline": {[]string{"--leader-elect", "--lease-duration=20s"}, "--lease-duration"},
		"deadline below retries":    {[]string{"--leader-elect", "--renew-deadline=4s"}, "--renew-deadline"},
		"leases do not matter":      {[]string{"--lease-duration=1s"}, ""},
		"negative delay":            {[]string{"--takeover-delay=-1s"}, "--takeover-delay"},
		"short delay":               {[]string{"--takeover-delay=1s"}, ""},
		"no wait":                   {[]string{"--lost-report-wait=0s"}, "--lost-report-wait"},
		"short wait":                {[]string{"--lost-report-wait=1s"}, ""},
		"not a network":             {[]string{"--allowed-private-cidrs=10.0.0.0/8,10.1.2.3"}, "--allowed-private-cidrs"},
		"networks":                  {[]string{"--allowed-private-cidrs=10.0.0.0/8, fd00::/8"}, ""},
		"not a namespace":           {[]string{"--watch-namespaces=acme,Not_One"}, "Not_One"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			err := parsed(t, c.arguments...).validate()
			if (err != nil) != (c.problem != "") || err != nil && !strings.Contains(err.Error(), c.problem) {
				t.Errorf("error %v, want one about %q", err, c.problem)
			}
		})
	}
}

// What waits for something must be longer than what it waits for.
func TestDefaultsAreNested(t *testing.T) {
	o := parsed(t)
	const podGrace = 120 * time.Second
	if !(requestTimeout < o.slice && o.slice < o.shutdownTimeout && o.shutdownTimeout < podGrace) {
		t.Errorf("request %v < slice %v < shutdown %v < grace %v does not hold", requestTimeout, o.slice, o.shutdownTimeout, podGrace)
	}
	if last := controller.LastRequests + routine.LastMarkTime; !(requestTimeout < controller.LastRequests && last < o.shutdownTimeout) {
		t.Errorf("a run that is stopped takes up to %v of %v", last, o.shutdownTimeout)
	}
	if o.takeoverDelay <= requestTimeout {
		t.Errorf("a takeover delay of %v does not outlast a request of %v", o.takeoverDelay, requestTimeout)
	}
}

func TestEachShardHasItsLease(t *testing.T) {
	one := parsed(t, "--watch-namespaces=a, b,,a")
	if !slices.Equal(one.namespaces(), []string{"a", "b"}) {
		t.Errorf("namespaces %q", one.namespaces())
	}
	same := parsed(t, "--watch-namespaces=b,a")
	other := parsed(t, "--watch-namespaces=a")
	if leaseName(one.namespaces()) != leaseName(same.namespaces()) {
		t.Error("the order of the namespaces made another lease")
	}
	if leaseName(one.namespaces()) == leaseName(other.namespaces()) || leaseName(nil) == leaseName(other.namespaces()) {
		t.Error("two shards share a lease")
	}
}

func TestManagerOptions(t *testing.T) {
	settings := managerOptions(parsed(t, "--watch-namespaces=a,b", "--leader-elect"))
	if len(settings.Cache.DefaultNamespaces) != 2 || !settings.LeaderElection || !settings.LeaderElectionReleaseOnCancel {
		t.Errorf("settings %+v", settings)
	}
	if !settings.Metrics.SecureServing || settings.Metrics.FilterProvider == nil {
		t.Error("metrics are served to anybody")
	}
	if insecure := managerOptions(parsed(t, "--metrics-insecure")); insecure.Metrics.SecureServing || insecure.Metrics.FilterProvider != nil {
		t.Error("--metrics-insecure has no effect")
	}
}
