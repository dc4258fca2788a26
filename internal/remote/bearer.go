// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"context"
	"net/http"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
)

// Token is a bearer token that was fetched.
type Token struct {
	Value string
	// Expires is when it ends; zero means that it is used until it is refused.
	Expires time.Time
}

const (
	// renewalMargin is how long before its end a token is replaced, so that no
	// request is under way with a token that ends meanwhile.
	renewalMargin = time.Minute
	// RefusalRest is how long a refusal of what tokens are had for is believed
	// without asking again: every request under way would ask on its own, and
	// repeated refusals lock accounts. It is also the least time between two
	// tokens that are fetched because one was refused: a server that refuses
	// new ones as well, for want of a permission perhaps, is not logged in to
	// at the pace of the requests.
	RefusalRest = 10 * time.Second
)

// Bearer is an Authorizer that fetches bearer tokens and keeps them until
// shortly before they end, or until one is refused. It is the only place that
// knows when another token may be asked for.
type Bearer struct {
	fetch func(context.Context) (Token, error)
	now   func() time.Time
	// turn holds one element while nobody fetches: waiting for it ends with the
	// context. It guards what follows.
	turn    chan struct{}
	token   Token
	issue   Issue
	fetched time.Time
	// dropped is when a token was last dropped because it was refused.
	dropped time.Time
	// refusal is the last answer to fetch, if it was that the credentials are
	// not taken, and refused is when it came.
	refusal *fulfillment.Fault
	refused time.Time
}

// NewBearer returns a Bearer; now may be nil. Credentials that are not taken
// are told by fetch with a fault of kind Authentication.
func NewBearer(fetch func(context.Context) (Token, error), now func() time.Time) *Bearer {
	if now == nil {
		now = time.Now
	}
	b := &Bearer{fetch: fetch, now: now, turn: make(chan struct{}, 1)}
	b.turn <- struct{}{}
	return b
}

// Authorize sets a token, fetching it when there is none or it ends soon.
func (b *Bearer) Authorize(ctx context.Context, header http.Header) (Issue, error) {
	select {
	case <-b.turn:
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	defer func() { b.turn <- struct{}{} }()
	if b.stale() {
		if err := b.renew(ctx); err != nil {
			return 0, err
		}
	}
	header.Set("Authorization", "Bearer "+b.token.Value)
	return b.issue, nil
}

// renew fetches a token, unless that was refused a moment ago.
func (b *Bearer) renew(ctx context.Context) error {
	if b.refusal != nil && b.resting(b.refused) {
		again := *b.refusal
		return &again
	}
	b.refusal = nil
	token, err := b.fetch(ctx)
	if err != nil {
		if fault, ok := fulfillment.AsFault(err); ok && fault.Kind == fulfillment.FaultAuthentication {
			kept := *fault
			b.refusal, b.refused = &kept, b.now()
		}
		return err
	}
	b.token, b.fetched = token, b.now()
	b.issue++
	return nil
}

// Refused drops the token, if it is the one that was refused: many requests may
// have been under way with it, and each is refused on its own. A second try is
// worthwhile whenever it has another token.
//
// How old the token is does not matter: a session can end right after it
// began, when the server restarts.
func (b *Bearer) Refused(ctx context.Context, issue Issue) bool {
	select {
	case <-b.turn:
	case <-ctx.Done():
		return false
	}
	defer func() { b.turn <- struct{}{} }()
	switch {
	case b.token.Value == "", issue != b.issue:
		return true
	case b.resting(b.dropped):
		return false
	}
	b.token, b.dropped = Token{}, b.now()
	return true
}

// resting reports whether the moment was too short a time ago.
func (b *Bearer) resting(since time.Time) bool {
	return !since.IsZero() && b.now().Sub(since) < RefusalRest
}

func (b *Bearer) stale() bool {
	if b.token.Value == "" {
		return true
	}
	if b.token.Expires.IsZero() {
		return false
	}
	// A token that lives shorter than twice the margin is renewed half-way.
	margin := min(renewalMargin, b.token.Expires.Sub(b.fetched)/2)
	return !b.now().Before(b.token.Expires.Add(-margin))
}
