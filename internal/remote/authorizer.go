// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"context"
	"net/http"
	"time"
)

// Authorizer sets the credentials of requests. It is used by several
// goroutines at the same time.
type Authorizer interface {
	// Authorize sets the credentials of one request; it may fetch a token first.
	Authorize(ctx context.Context, header http.Header) error
	// Refused tells it that the server answered 401 to what Authorize last set;
	// it reports whether a new token makes a second try worthwhile.
	Refused(ctx context.Context) bool
}

// StaticToken is a bearer token that cannot be renewed.
type StaticToken string

// Authorize sets the token.
func (t StaticToken) Authorize(_ context.Context, header http.Header) error {
	header.Set("Authorization", "Bearer "+string(t))
	return nil
}

// Refused reports that there is no other token to try.
func (StaticToken) Refused(context.Context) bool { return false }

// String hides the token from every kind of printing.
func (StaticToken) String() string { return "bearer token" }

// GoString hides the token from every kind of printing.
func (StaticToken) GoString() string { return "bearer token" }

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
	// youngToken is the age under which a refusal is taken to belong to an
	// earlier token: many requests may have been under way with that one, and
	// each is refused on its own.
	youngToken = 10 * time.Second
)

// Bearer is an Authorizer that fetches bearer tokens and keeps them until
// shortly before they end, or until one is refused.
type Bearer struct {
	fetch func(context.Context) (Token, error)
	now   func() time.Time
	// turn holds one element while nobody fetches: waiting for it ends with the context.
	turn    chan struct{}
	token   Token
	fetched time.Time
}

// NewBearer returns a Bearer; now may be nil.
func NewBearer(fetch func(context.Context) (Token, error), now func() time.Time) *Bearer {
	if now == nil {
		now = time.Now
	}
	b := &Bearer{fetch: fetch, now: now, turn: make(chan struct{}, 1)}
	b.turn <- struct{}{}
	return b
}

// Authorize sets a token, fetching it when there is none or it ends soon.
func (b *Bearer) Authorize(ctx context.Context, header http.Header) error {
	select {
	case <-b.turn:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { b.turn <- struct{}{} }()
	if b.stale() {
		token, err := b.fetch(ctx)
		if err != nil {
			return err
		}
		b.token, b.fetched = token, b.now()
	}
	header.Set("Authorization", "Bearer "+b.token.Value)
	return nil
}

// Refused drops the token, unless it was fetched just now: then the refusal
// was of the one before. Either way a second try has another token.
func (b *Bearer) Refused(ctx context.Context) bool {
	select {
	case <-b.turn:
	case <-ctx.Done():
		return false
	}
	defer func() { b.turn <- struct{}{} }()
	if b.now().Sub(b.fetched) >= youngToken {
		b.token = Token{}
	}
	return true
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
