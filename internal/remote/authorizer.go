// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"context"
	"net/http"
)

// Authorizer sets the credentials of requests. It is used by several
// goroutines at the same time.
type Authorizer interface {
	// Authorize sets the credentials of one request and returns which they are;
	// it may fetch a token first.
	Authorize(ctx context.Context, header http.Header) (Issue, error)
	// Refused tells it that the server did not take these credentials; it
	// reports whether a second try with others is worthwhile.
	Refused(ctx context.Context, issue Issue) bool
}

// Issue numbers the credentials that an Authorizer sets, each time that it gets
// new ones: a refusal may come when they have been replaced for long. It is no
// secret.
type Issue int64

// StaticToken is a bearer token that cannot be renewed.
type StaticToken string

// Authorize sets the token.
func (t StaticToken) Authorize(_ context.Context, header http.Header) (Issue, error) {
	header.Set("Authorization", "Bearer "+string(t))
	return 0, nil
}

// Refused reports that there is no other token to try.
func (StaticToken) Refused(context.Context, Issue) bool { return false }

// String hides the token from every kind of printing.
func (StaticToken) String() string { return "bearer token" }

// GoString hides the token from every kind of printing.
func (StaticToken) GoString() string { return "bearer token" }
