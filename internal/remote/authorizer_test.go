// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
)

// authorizer is an Authorizer of two functions.
type authorizer struct {
	authorize func() error
	refused   func() bool
}

func (a authorizer) Authorize(context.Context, http.Header) error { return a.authorize() }
func (a authorizer) Refused(context.Context) bool                 { return a.refused != nil && a.refused() }

// issuer issues numbered tokens and accepts only the last.
type issuer struct {
	issued atomic.Int32
	life   time.Duration
	clock  *stillClock
	fault  error
}

func (i *issuer) fetch(context.Context) (Token, error) {
	if i.fault != nil {
		return Token{}, i.fault
	}
	token := Token{Value: fmt.Sprint("token-", i.issued.Add(1))}
	if i.life > 0 {
		token.Expires = i.clock.Now().Add(i.life)
	}
	return token, nil
}

func bearerOf(t *testing.T, b *Bearer) string {
	t.Helper()
	header := http.Header{}
	if err := b.Authorize(t.Context(), header); err != nil {
		t.Fatal(err)
	}
	return strings.TrimPrefix(header.Get("Authorization"), "Bearer ")
}

func TestATokenIsKeptUntilShortlyBeforeItsEnd(t *testing.T) {
	t.Parallel()
	clock := newStillClock()
	i := &issuer{life: time.Hour, clock: clock}
	b := NewBearer(i.fetch, clock.Now)
	for _, step := range []struct {
		after time.Duration
		want  string
	}{{0, "token-1"}, {58 * time.Minute, "token-1"}, {59*time.Second + 999*time.Millisecond, "token-1"}, {time.Millisecond, "token-2"}} {
		clock.Advance(step.after)
		if got := bearerOf(t, b); got != step.want {
			t.Errorf("at %v: %s, want %s", clock.Now(), got, step.want)
		}
	}
}

func TestAShortLivedTokenIsRenewedHalfWayAndNotForEachRequest(t *testing.T) {
	t.Parallel()
	clock := newStillClock()
	i := &issuer{life: 20 * time.Second, clock: clock}
	b := NewBearer(i.fetch, clock.Now)
	for range 20 {
		bearerOf(t, b)
		clock.Advance(time.Second)
	}
	if n := i.issued.Load(); n != 2 {
		t.Errorf("%d tokens in 20 seconds, want 2", n)
	}
}

func TestATokenWithoutAnEndIsKeptUntilRefused(t *testing.T) {
	t.Parallel()
	clock := newStillClock()
	i := &issuer{clock: clock}
	b := NewBearer(i.fetch, clock.Now)
	bearerOf(t, b)
	clock.Advance(1000 * time.Hour)
	if got := bearerOf(t, b); got != "token-1" {
		t.Errorf("%s, want the first", got)
	}
	if !b.Refused(t.Context()) {
		t.Error("a refusal was not worth a new token")
	}
	if got := bearerOf(t, b); got != "token-2" {
		t.Errorf("%s, want a new one", got)
	}
}

func TestRefusalsOfTheOldTokenDoNotDropTheNew(t *testing.T) {
	t.Parallel()
	clock := newStillClock()
	i := &issuer{clock: clock}
	b := NewBearer(i.fetch, clock.Now)
	bearerOf(t, b)
	clock.Advance(time.Hour)
	// Fifty requests were under way with the first token when it was revoked.
	for range 50 {
		b.Refused(t.Context())
		if got := bearerOf(t, b); got != "token-2" {
			t.Fatalf("%s, want the one new token for all", got)
		}
	}
	clock.Advance(youngToken)
	b.Refused(t.Context())
	if got := bearerOf(t, b); got != "token-3" {
		t.Errorf("%s: a token that is not young any more was kept", got)
	}
}

func TestManyAtOnceFetchOneToken(t *testing.T) {
	t.Parallel()
	clock := newStillClock()
	i := &issuer{clock: clock}
	b := NewBearer(i.fetch, clock.Now)
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if err := b.Authorize(context.Background(), http.Header{}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := i.issued.Load(); n != 1 {
		t.Errorf("%d tokens were fetched, want 1", n)
	}
}

func TestWaitingForATokenEndsWithTheContext(t *testing.T) {
	t.Parallel()
	fetching, release := make(chan struct{}), make(chan struct{})
	b := NewBearer(func(context.Context) (Token, error) { close(fetching); <-release; return Token{Value: "late"}, nil }, nil)
	done := make(chan error)
	go func() { done <- b.Authorize(context.Background(), http.Header{}) }()
	<-fetching
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := b.Authorize(ctx, http.Header{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if b.Refused(ctx) {
		t.Error("a second try was called worthwhile for a context that ended")
	}
	close(release)
	if err := <-done; err != nil {
		t.Errorf("who waited for the token did not get it: %v", err)
	}
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
			bearerOf(t, c.options.Authorizer.(*Bearer))
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
	if token.Refused(t.Context()) {
		t.Error("there is no other token to try")
	}
}
