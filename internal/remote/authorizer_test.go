// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
)

// authorizer is an Authorizer of two functions.
type authorizer struct {
	authorize func() error
	refused   func(Issue) bool
}

func (a authorizer) Authorize(context.Context, http.Header) (Issue, error) { return 7, a.authorize() }
func (a authorizer) Refused(_ context.Context, issue Issue) bool {
	return a.refused != nil && a.refused(issue)
}

func TestA401IsAnsweredWithANewTokenOnce(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		accept string
		calls  int32
		kind   fulfillment.FaultKind
	}{
		"the new token is good":   {"Bearer token-2", 2, ""},
		"the new one is bad, too": {"Bearer none", 2, fulfillment.FaultAuthentication},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var calls, gates atomic.Int32
			i := &issuer{}
			c, clock := serve(t, func(w http.ResponseWriter, r *http.Request) {
				calls.Add(1)
				if r.Header.Get("Authorization") != test.accept {
					w.WriteHeader(401)
				}
			}, func(o *Options) {
				o.WriteGate = func(context.Context) error { gates.Add(1); return nil }
			})
			i.clock = clock
			c.options.Authorizer = NewBearer(i.fetch, clock.Now)
			tokenOf(t, c.options.Authorizer.(*Bearer))
			clock.Advance(time.Hour)
			_, err := c.Do(t.Context(), aWrite)
			if fault, _ := fulfillment.AsFault(err); (fault == nil) != (test.kind == "") || fault != nil && (fault.Kind != test.kind || fault.Uncertain) {
				t.Errorf("error %v", err)
			}
			if calls.Load() != test.calls || gates.Load() != test.calls {
				t.Errorf("%d calls and %d gates, want %d of each", calls.Load(), gates.Load(), test.calls)
			}
		})
	}
}

// The authorizer is told which credentials the refused request carried, and the
// caller can tell it the same of a refusal in the server's own words.
func TestARefusalNamesItsCredentials(t *testing.T) {
	t.Parallel()
	var told []Issue
	status := 401
	c, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }, func(o *Options) {
		o.Authorizer = authorizer{authorize: func() error { return nil }, refused: func(issue Issue) bool { told = append(told, issue); return false }}
	})
	if response, err := c.Do(t.Context(), aRead); err == nil || len(told) != 1 || told[0] != 7 || response.Issue != 7 {
		t.Errorf("%v, told of %v, the answer names %d; want 7", err, told, response.Issue)
	}
	status = 200
	if response, err := c.Do(t.Context(), aRead); err != nil || response.Issue != 7 {
		t.Errorf("%v, the answer names %d, want 7", err, response.Issue)
	}
}

func TestATokenThatCannotBeFetchedIsReportedAsItIs(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	wrong := &fulfillment.Fault{Kind: fulfillment.FaultUnavailable, System: "Test System", Operation: "get a token"}
	i := &issuer{fault: wrong}
	c, clock := serve(t, func(http.ResponseWriter, *http.Request) { calls.Add(1) }, func(o *Options) { o.Authorizer = NewBearer(i.fetch, o.Now) })
	_, err := c.Do(t.Context(), aRead)
	if fault := faultOf(t, err); fault != wrong {
		t.Errorf("%v, want the fault of the token endpoint", err)
	}
	if calls.Load() != 0 || len(clock.slept) != 0 {
		t.Errorf("%d calls without credentials, slept %v: the token had its own repeats", calls.Load(), clock.slept)
	}
}

func TestAStaticTokenIsNotPrinted(t *testing.T) {
	t.Parallel()
	token := StaticToken("secret")
	for _, format := range []string{"%v", "%s", "%+v", "%#v"} {
		if printed := fmt.Sprintf(format, token); strings.Contains(printed, "secret") {
			t.Errorf("%s prints %s", format, printed)
		}
	}
	if token.Refused(t.Context(), 0) {
		t.Error("there is no other token to try")
	}
}
