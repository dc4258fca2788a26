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

func tokenOf(t *testing.T, b *Bearer) (string, Issue) {
	t.Helper()
	header := http.Header{}
	issue, err := b.Authorize(t.Context(), header)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimPrefix(header.Get("Authorization"), "Bearer "), issue
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
		if got, _ := tokenOf(t, b); got != step.want {
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
		tokenOf(t, b)
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
	tokenOf(t, b)
	clock.Advance(1000 * time.Hour)
	if got, _ := tokenOf(t, b); got != "token-1" {
		t.Errorf("%s, want the first", got)
	}
	if !b.Refused(t.Context(), 1) {
		t.Error("a refusal was not worth a new token")
	}
	if got, _ := tokenOf(t, b); got != "token-2" {
		t.Errorf("%s, want a new one", got)
	}
}

func TestRefusalsOfTheOldTokenDoNotDropTheNew(t *testing.T) {
	t.Parallel()
	clock := newStillClock()
	i := &issuer{clock: clock}
	b := NewBearer(i.fetch, clock.Now)
	_, first := tokenOf(t, b)
	clock.Advance(time.Hour)
	// Fifty requests were under way with the first token when it was revoked,
	// and some take long to come back.
	for range 50 {
		if !b.Refused(t.Context(), first) {
			t.Fatal("a refusal of a token that was replaced is not worth a second try")
		}
		if got, _ := tokenOf(t, b); got != "token-2" {
			t.Fatalf("%s, want the one new token for all", got)
		}
		clock.Advance(time.Second)
	}
}

// A server that restarts forgets the session that began a moment ago.
func TestATokenThatIsRefusedRightAwayIsReplaced(t *testing.T) {
	t.Parallel()
	for _, age := range []time.Duration{0, time.Second, RefusalRest - 1, RefusalRest, time.Hour} {
		clock := newStillClock()
		i := &issuer{clock: clock}
		b := NewBearer(i.fetch, clock.Now)
		_, first := tokenOf(t, b)
		clock.Advance(age)
		if !b.Refused(t.Context(), first) {
			t.Errorf("%v after it was fetched: a refusal is not worth a new token", age)
		}
		if got, issue := tokenOf(t, b); got != "token-2" || issue == first {
			t.Errorf("%v after it was fetched: %s, want a new one, told from the first", age, got)
		}
	}
}

// A server that refuses every token, each of them young, is asked for one in
// ten seconds and not for one with each request.
func TestTokensThatAreAllRefusedAreNotFetchedOneAfterTheOther(t *testing.T) {
	t.Parallel()
	clock := newStillClock()
	i := &issuer{clock: clock}
	b := NewBearer(i.fetch, clock.Now)
	worthwhile := 0
	for range 100 {
		_, issue := tokenOf(t, b)
		if b.Refused(t.Context(), issue) {
			worthwhile++
		}
		clock.Advance(time.Second)
	}
	tokenOf(t, b)
	if n := i.issued.Load(); n != 11 || worthwhile != 10 {
		t.Errorf("%d tokens and %d second tries in 100 seconds, want 11 and 10", n, worthwhile)
	}
}

// Credentials that are refused rest, whoever asks, and the rest ends.
func TestRefusedCredentialsRest(t *testing.T) {
	t.Parallel()
	clock := newStillClock()
	var asked int
	answer := error(&fulfillment.Fault{Kind: fulfillment.FaultAuthentication, System: "Test System", Hint: "check the password"})
	b := NewBearer(func(context.Context) (Token, error) {
		asked++
		return Token{Value: "token"}, answer
	}, clock.Now)
	for range 20 {
		_, err := b.Authorize(t.Context(), http.Header{})
		fault, ok := fulfillment.AsFault(err)
		if !ok || fault.Kind != fulfillment.FaultAuthentication || fault.Hint != "check the password" {
			t.Fatalf("got %v", err)
		}
		// Whoever refines what he got does not change what the next one gets.
		fault.Kind, fault.Hint = fulfillment.FaultPermission, "refined"
	}
	if asked != 1 {
		t.Errorf("asked %d times, want once: refusals lock accounts", asked)
	}
	clock.Advance(RefusalRest - 1)
	if _, err := b.Authorize(t.Context(), http.Header{}); err == nil || asked != 1 {
		t.Errorf("asked %d times before the rest ended: %v", asked, err)
	}
	clock.Advance(1)
	answer = nil
	if got, _ := tokenOf(t, b); got != "token" || asked != 2 {
		t.Errorf("%q after asking %d times; credentials that are good by now are to be asked for", got, asked)
	}
}

// Only a refusal of the credentials rests: a server that is away may be back.
func TestOtherFailuresDoNotRest(t *testing.T) {
	t.Parallel()
	for _, failure := range []error{
		&fulfillment.Fault{Kind: fulfillment.FaultUnavailable, System: "Test System"},
		&fulfillment.Fault{Kind: fulfillment.FaultThrottled, System: "Test System"},
		context.Canceled,
	} {
		asked := 0
		b := NewBearer(func(context.Context) (Token, error) { asked++; return Token{}, failure }, newStillClock().Now)
		for range 3 {
			if _, err := b.Authorize(t.Context(), http.Header{}); !errors.Is(err, failure) {
				t.Errorf("got %v, want %v", err, failure)
			}
		}
		if asked != 3 {
			t.Errorf("%v: asked %d times, want 3", failure, asked)
		}
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
			if _, err := b.Authorize(context.Background(), http.Header{}); err != nil {
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
	go func() {
		_, err := b.Authorize(context.Background(), http.Header{})
		done <- err
	}()
	<-fetching
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.Authorize(ctx, http.Header{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if b.Refused(ctx, 0) {
		t.Error("a second try was called worthwhile for a context that ended")
	}
	close(release)
	if err := <-done; err != nil {
		t.Errorf("who waited for the token did not get it: %v", err)
	}
}
