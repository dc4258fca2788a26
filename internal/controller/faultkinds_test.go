// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/remote"
	"ordersync.dev/operator/internal/simulator/fault"
)

// What each fault leads to, from the answer on the wire to status, as the table
// in docs/limits.md has it: the reason of the run, what becomes of an order that
// has nothing to do with it, when the next attempt may come, what the connection
// says of itself, and whether the account rests.
func TestWhatAFaultLeadsTo(t *testing.T) {
	const (
		orders  = "GET /v1.1/orders"
		creates = "POST /orders"
		all     = ""
	)
	answer := func(status int, header ...string) fault.Rule {
		rule := fault.Rule{Kind: fault.StatusBefore, Status: status, Body: "{}", Header: map[string]string{}}
		for i := 0; i < len(header); i += 2 {
			rule.Header[header[i]] = header[i+1]
		}
		return rule
	}
	body := func(text string) fault.Rule { return fault.Rule{Kind: fault.StatusBefore, Status: 200, Body: text} }
	const first, none = 30 * time.Second, 0
	for name, c := range map[string]struct {
		// call that is answered so; Order Manager is asked for orders, the
		// warehouse is given them.
		call string
		rule fault.Rule
		// reason of the run that failed; empty when it succeeded.
		reason string
		// next is how long the next attempt waits at least, after the end.
		next time.Duration
		// order is why the one order is listed; empty when it is not.
		order string
		// condition that becomes False, and why; empty when none does.
		condition, because string
		rests              bool
	}{
		"read: credentials refused":      {all, answer(401), fulfillment.ReasonCredentialsRefused, first, "", v1alpha1.ConditionCredentialsAccepted, fulfillment.ReasonCredentialsRefused, false},
		"read: permission denied":        {all, answer(403), fulfillment.ReasonPermissionDenied, first, "", v1alpha1.ConditionCredentialsAccepted, fulfillment.ReasonPermissionDenied, false},
		"read: not found":                {all, answer(404), fulfillment.ReasonRequestRefused, first, "", v1alpha1.ConditionSourceResolved, fulfillment.ReasonRequestRefused, false},
		"read: throttled for long":       {orders, answer(429, "Retry-After", "1200"), fulfillment.ReasonThrottled, 20 * time.Minute, "", "", "", false},
		"read: throttled for hours":      {orders, answer(429, "Retry-After", "36000"), fulfillment.ReasonThrottled, time.Hour, "", "", "", false},
		"read: refused":                  {orders, answer(400), fulfillment.ReasonRequestRefused, first, "", "", "", false},
		"read: conflict":                 {orders, answer(409), fulfillment.ReasonRequestRefused, first, "", "", "", false},
		"read: its own error":            {orders, answer(500), fulfillment.ReasonUnreachable, first, "", "", "", true},
		"read: unavailable":              {orders, answer(503), fulfillment.ReasonUnreachable, first, "", "", "", true},
		"read: unavailable for a time":   {orders, answer(503, "Retry-After", "600"), fulfillment.ReasonUnreachable, 10 * time.Minute, "", "", "", true},
		"read: cut before the answer":    {orders, fault.Rule{Kind: fault.DropBefore}, fulfillment.ReasonUnreachable, first, "", "", "", true},
		"read: cut in the answer":        {orders, fault.Rule{Kind: fault.Truncate, KeepBytes: 1}, fulfillment.ReasonUnreachable, first, "", "", "", true},
		"read: garbage":                  {orders, body("<html>busy</html>"), fulfillment.ReasonMalformedAnswer, first, "", "", "", false},
		"read: too large":                {orders, body("[" + strings.Repeat(" ", 17<<20) + "]"), fulfillment.ReasonAnswerTooLarge, first, "", "", "", false},
		"read: redirect elsewhere":       {orders, answer(302, "Location", "http://192.0.2.1/"), fulfillment.ReasonUnreachable, first, "", "", "", false},
		"create: credentials refused":    {creates, answer(401), fulfillment.ReasonCredentialsRefused, first, "", "", "", false},
		"create: permission denied":      {creates, answer(403), fulfillment.ReasonPermissionDenied, first, "", "", "", false},
		"create: throttled for long":     {creates, answer(429, "Retry-After", "1200"), fulfillment.ReasonThrottled, 20 * time.Minute, "", "", "", false},
		"create: refused":                {creates, answer(400), "", none, fulfillment.ReasonRefusedByWarehouse, "", "", false},
		"create: conflict":               {creates, answer(409), "", none, fulfillment.ReasonRefusedByWarehouse, "", "", false},
		"create: its own error":          {creates, answer(500), "", none, fulfillment.ReasonOutcomeUnknown, "", "", false},
		"create: unavailable":            {creates, answer(503), "", none, fulfillment.ReasonOutcomeUnknown, "", "", false},
		"create: cut after the effect":   {creates, fault.Rule{Kind: fault.DropAfter}, "", none, "", "", "", false},
		"create: garbage":                {creates, body("<html>busy</html>"), "", none, fulfillment.ReasonOutcomeUnknown, "", "", false},
		"create: garbage, after effect":  {creates, fault.Rule{Kind: fault.StatusAfter, Status: 200, Body: "<html>busy</html>"}, "", none, "", "", "", false},
		"create: too large, with effect": {creates, fault.Rule{Kind: fault.StatusAfter, Status: 200, Body: "[" + strings.Repeat(" ", 17<<20) + "]"}, "", none, "", "", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			s.order("SKU-1")
			s.policy("standard")
			s.manage()
			connection := s.connection("acme")
			s.await(key(connection), "readiness", conditionIs(v1alpha1.ConditionReady, metav1.ConditionTrue, v1alpha1.ReasonReady))
			injector, rule := s.omCalls, c.rule
			if strings.HasPrefix(name, "create") {
				injector = s.whCalls
			}
			if c.call != all {
				_, err := fmt.Sscan(c.call, &rule.Method, &rule.Path)
				s.must(err)
			}
			injector.MustAdd(rule)
			s.annotate(connection, forOrders, "first")
			got := s.await(key(connection), "the run", answered(v1alpha1.OrderDownload, "first"))
			entry := entryOf(got, v1alpha1.OrderDownload)
			switch run := entry.LastRun; {
			case c.reason == "" && run.Result != v1alpha1.RunSucceeded, c.reason != "" && (run.Result != v1alpha1.RunFailed || run.Reason != c.reason || run.Message == ""):
				t.Errorf("the run: %s", describe(run))
			case c.next == 0 && entry.NotBefore != nil, c.next > 0 && (entry.NotBefore == nil || entry.NotBefore.Sub(run.EndTime.Time).Truncate(2*time.Second) != c.next):
				t.Errorf("the next attempt is not before %v, %v after %v", entry.NotBefore, c.next, run.EndTime)
			}
			var listed []string
			if entry.Failing != nil {
				for _, order := range entry.Failing.Orders {
					listed = append(listed, order.Reason)
				}
			}
			if got := strings.Join(listed, ","); got != c.order {
				t.Errorf("listed for %q, want %q", got, c.order)
			}
			if c.condition != "" {
				s.await(key(connection), c.because, conditionIs(c.condition, metav1.ConditionFalse, c.because))
				return // no run begins until somebody mends it
			}
			if c.next > first {
				return // the budget, or the rest that was asked for, is in the way of more requests
			}
			// A read is tried three times in each run, and five failures make a rest.
			s.annotate(connection, forOrders, "again")
			got = s.await(key(connection), "the next run", answered(v1alpha1.OrderDownload, "again"))
			if !conditionIs(v1alpha1.ConditionCredentialsAccepted, metav1.ConditionTrue, "")(got) {
				t.Errorf("%s", describe(got.Status.Conditions))
			}
			if resting := s.resting(); resting != c.rests {
				t.Errorf("an account rests: %v, want %v", resting, c.rests)
			}
			injector.Clear()
			s.annotate(connection, forOrders, "mended")
			got = s.await(key(connection), "the mended run", answered(v1alpha1.OrderDownload, "mended"))
			if entry := entryOf(got, v1alpha1.OrderDownload); entry.LastRun.Result != v1alpha1.RunSucceeded || entry.Failing != nil && entry.Failing.Count > 0 || entry.NotBefore != nil {
				t.Errorf("after it was mended: %s", describe(entry))
			}
			if there := len(s.wh.Snapshot().Orders); there != 1 {
				t.Errorf("the warehouse has the order %d times", there)
			}
		})
	}
}

// resting reports whether any account rests.
func (s *shop) resting() bool {
	s.t.Helper()
	metrics := remote.NewMetrics()
	metrics.Watch(s.breakers)
	registry := prometheus.NewPedanticRegistry()
	s.must(registry.Register(metrics))
	families, err := registry.Gather()
	s.must(err)
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			if family.GetName() == "ordersync_remote_breaker_open" && metric.GetGauge().GetValue() > 0 {
				return true
			}
		}
	}
	return false
}
