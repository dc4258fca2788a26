// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/remote"
	sim "ordersync.dev/operator/internal/simulator/threepl"
)

func TestTokenRequest(t *testing.T) {
	for name, test := range map[string]struct {
		login, tpl string
		want       map[string]string
	}{
		"by name":      {"integration@acme.example", "", map[string]string{"user_login": "integration@acme.example"}},
		"by number":    {"1234", "", map[string]string{"user_login_id": "1234"}},
		"digits first": {"12ab", "", map[string]string{"user_login": "12ab"}},
		"one tenant": {"7", "{11111111-2222-3333-4444-555555555555}",
			map[string]string{"user_login_id": "7", "tpl": "{11111111-2222-3333-4444-555555555555}"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got map[string]string
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				user, password, _ := r.BasicAuth()
				if r.Method != http.MethodPost || r.URL.Path != "/AuthServer/api/Token" || user != "id" || password != "p:w" ||
					r.Header.Get("Content-Type") != "application/json" {
					t.Errorf("got %s %s as %s:%s, %s", r.Method, r.URL.Path, user, password, r.Header.Get("Content-Type"))
				}
				if err := json.NewDecoder(r.Body).Decode(&got); err != nil {
					t.Error(err)
				}
				fmt.Fprint(w, `{"access_token":"abc","token_type":"Bearer","expires_in":3600,"refresh_token":null,"scope":null}`)
			}))
			defer server.Close()
			o := options(t, server.URL, &testClock{now: today})
			o.ClientID, o.ClientSecret, o.UserLogin, o.TPL = "id", "p:w", test.login, test.tpl
			tokens, err := NewTokenSource(o)
			ok(t, err)
			header := http.Header{}
			_, err = tokens.Authorize(t.Context(), header)
			ok(t, err)
			if header.Get("Authorization") != "Bearer abc" {
				t.Errorf("authorization %q", header.Get("Authorization"))
			}
			test.want["grant_type"] = "client_credentials"
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTokenIsRenewedInTime(t *testing.T) {
	for name, test := range map[string]struct {
		lifetime time.Duration
		// good and over are ages at which the first token is still used, and no more.
		good, over time.Duration
	}{
		"an hour: at most thirty minutes old": {time.Hour, 28 * time.Minute, 30 * time.Minute},
		"ten minutes: before its end":         {10 * time.Minute, 8 * time.Minute, 9*time.Minute + 30*time.Second},
		"a minute: half-way":                  {time.Minute, 20 * time.Second, 31 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWarehouse(t, sim.Options{TokenLifetime: test.lifetime})
			for _, step := range []struct {
				age    time.Duration
				issued int
			}{{0, 1}, {test.good, 1}, {test.over - test.good, 2}} {
				w.clock.add(step.age)
				ok(t, w.driver.Check(t.Context()))
				if got := w.TokensIssued(); got != step.issued {
					t.Fatalf("%d tokens issued, want %d", got, step.issued)
				}
			}
		})
	}
}

func TestTokenIsSharedByGoroutinesAndDrivers(t *testing.T) {
	w := newWarehouse(t, sim.Options{})
	o := options(t, w.url, w.clock)
	tokens, err := NewTokenSource(o)
	ok(t, err)
	o.Tokens = tokens
	drivers := []*Driver{mustNew(t, o), mustNew(t, o), mustNew(t, o)}
	var group sync.WaitGroup
	for i := range 24 {
		group.Go(func() {
			if err := drivers[i%len(drivers)].Check(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if got := w.TokensIssued(); got != 1 {
		t.Errorf("%d tokens issued, want 1", got)
	}
}

func TestRevokedTokenIsReplacedOnce(t *testing.T) {
	for _, age := range []time.Duration{0, time.Second, time.Minute} {
		w := newWarehouse(t, sim.Options{})
		ok(t, w.driver.Check(t.Context()))
		w.clock.add(age)
		w.RevokeTokens()
		if _, err := w.driver.CreateOrder(t.Context(), anOrder(1), "S-1"); err != nil {
			t.Fatalf("revoked at the age of %v: %v", age, err)
		}
		if got := w.TokensIssued(); got != 2 {
			t.Errorf("revoked at the age of %v: %d tokens issued, want 2", age, got)
		}
		if got := len(w.ByExternalID("1")); got != 1 {
			t.Errorf("revoked at the age of %v: %d orders, want 1", age, got)
		}
	}
}

func TestRefusedCredentials(t *testing.T) {
	for _, status := range []int{400, 401, 403} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			var asked atomic.Int64
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				asked.Add(1)
				w.WriteHeader(status)
				fmt.Fprint(w, `{"Message":"user integration@acme.example not found"}`)
			}))
			defer server.Close()
			clock := &testClock{now: today}
			d := mustNew(t, options(t, server.URL, clock))
			var group sync.WaitGroup
			for range 8 {
				group.Go(func() {
					if err := d.Check(t.Context()); !fulfillment.IsFault(err, fulfillment.FaultAuthentication) {
						t.Errorf("got %v", err)
					}
				})
			}
			group.Wait()
			fault := wantFault(t, d.Check(t.Context()), fulfillment.FaultAuthentication)
			if fault.Reason != fulfillment.ReasonCredentialsRefused || fault.Hint == "" || fault.Uncertain {
				t.Errorf("got %+v", fault)
			}
			if got := asked.Load(); got != 1 {
				t.Errorf("asked %d times, want once: refusals lock accounts", got)
			}
			clock.add(remote.RefusalRest)
			wantFault(t, d.Check(t.Context()), fulfillment.FaultAuthentication)
			if got := asked.Load(); got != 2 {
				t.Errorf("asked %d times after a rest, want 2", got)
			}
		})
	}
}

func TestRefusalOfAWriteIsNotUncertain(t *testing.T) {
	w := newWarehouse(t, sim.Options{})
	w.SetCredentials("another", "another")
	_, err := w.driver.CreateOrder(t.Context(), anOrder(1), "S-1")
	if fault := wantFault(t, err, fulfillment.FaultAuthentication); fault.Uncertain {
		t.Error("nothing was sent, so nothing is uncertain")
	}
}

func TestMalformedTokens(t *testing.T) {
	for name, body := range map[string]string{
		"a web page":     `<html>sign in</html>`,
		"empty":          ``,
		"no token":       `{"token_type":"Bearer","expires_in":3600}`,
		"another type":   `{"access_token":"abc","token_type":"MAC"}`,
		"a header in it": `{"access_token":"abc\r\nX-Evil: 1","token_type":"Bearer"}`,
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(says(200, body))
			defer server.Close()
			d := mustNew(t, options(t, server.URL, &testClock{now: today}))
			wantFault(t, d.Check(t.Context()), fulfillment.FaultMalformed)
		})
	}
}

func TestTokenWithoutALifetimeIsUsedForThirtyMinutes(t *testing.T) {
	for _, expires := range []string{``, `,"expires_in":null`, `,"expires_in":-5`, `,"expires_in":"999999999999"`} {
		var issued atomic.Int64
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, `{"access_token":"t%d"%s}`, issued.Add(1), expires)
		}))
		clock := &testClock{now: today}
		tokens, err := NewTokenSource(options(t, server.URL, clock))
		ok(t, err)
		for _, step := range []struct {
			age  time.Duration
			want int64
		}{{0, 1}, {28 * time.Minute, 1}, {2 * time.Minute, 2}} {
			clock.add(step.age)
			_, err = tokens.Authorize(t.Context(), http.Header{})
			ok(t, err)
			if got := issued.Load(); got != step.want {
				t.Errorf("%s: %d tokens issued, want %d", expires, got, step.want)
			}
		}
		server.Close()
	}
}
