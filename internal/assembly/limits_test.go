// SPDX-License-Identifier: Apache-2.0

package assembly

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/remote"
)

// Limits that could not be read are asked for again soon, though the warehouse
// is known meanwhile; an account that never tells any is asked once an hour in
// the end; and those that were read are believed for an hour.
func TestLimitsThatCouldNotBeReadAreAskedForAgainSoon(t *testing.T) {
	tells, asked := false, 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path != "/v1/throttlelimits":
			_, _ = io.WriteString(w, `[{"warehouseId":7,"name":"East DC"}]`)
		case tells:
			asked++
			_, _ = io.WriteString(w, `[]`)
		default:
			asked++
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	t.Cleanup(server.Close)
	began := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	now := began
	reach, err := remote.ParseReach("127.0.0.0/8")
	if err != nil {
		t.Fatal(err)
	}
	b := builder(t, objects{"Secret/om": bundle("1", "accessToken", secretValue, "hosts", strings.TrimPrefix(server.URL, "http://"))}, func(o *Options) {
		o.AllowInsecureHTTP, o.Reach, o.Budgets, o.Now = true, reach, remote.NewBudgets(remote.Clock{}), func() time.Time { return now }
	})
	source, err := b.Source(t.Context(), connection(func(c *v1alpha1.OrderManagerConnection) { c.Spec.Source.OrderManager.URL = server.URL }))
	if err != nil {
		t.Fatal(err)
	}
	// minutes resolves once a minute and returns in which of them it was asked for limits.
	minutes := func(span int) (at []int) {
		t.Helper()
		for minute := range span {
			before := asked
			if _, err := source.Resolve(t.Context(), 15*time.Minute); err != nil {
				t.Fatal(err)
			}
			if asked > before {
				at = append(at, minute)
			}
			now = now.Add(time.Minute)
		}
		return at
	}
	if at := minutes(250); !slices.Equal(at, []int{0, 1, 3, 7, 15, 31, 63, 123, 183, 243}) {
		t.Errorf("while they could not be read they were asked for in minutes %v", at)
	}
	tells = true
	if at := minutes(180); !slices.Equal(at, []int{53, 113, 173}) {
		t.Errorf("when they could be read they were asked for in minutes %v", at)
	}
	tells = false
	if at := minutes(60); !slices.Equal(at, []int{53, 54, 56}) {
		t.Errorf("after a good hour they were asked for in minutes %v", at)
	}
}
