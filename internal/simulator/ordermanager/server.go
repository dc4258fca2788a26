// SPDX-License-Identifier: Apache-2.0

// Package ordermanager is a strict server of the Extensiv Order Manager API for tests, demo and benchmarks.
//
// It answers the documented calls in their documented shapes and refuses everything else. What the vendor
// does not say is a switch in Options. Where the form of an answer is not known at all, one assumption is
// made and named here:
//
//   - The token endpoint takes an OAuth 2 password grant, form-encoded, at POST /oauth/token (the vendor
//     documents the bearer token alone, and asks for user name and password elsewhere).
//   - A refused request changes nothing and carries {"message"}; see Options.ErrorBody.
//   - Error codes beside ERR053 and ERR097 are "SIMULATED".
//   - sendtofulfillment without any parameter exports every waiting order, as with warehouseId alone.
//   - A bundle's units are allocated and shipped from its components.
//   - Documented calls that are not simulated answer 501, so that they are never mistaken for unknown ones.
package ordermanager

import (
	"net/http"
	"sync"
	"time"
)

// Server is the API, as an http.Handler. It is safe for concurrent use.
type Server struct {
	options Options
	tokens  *tokens
	limiter *limiter

	mu sync.Mutex
	store
}

// New makes a server without orders, products or warehouses: see Seed, or the Add methods.
func New(options Options) *Server {
	options = options.withDefaults()
	return &Server{
		options: options,
		tokens:  newTokens(options),
		limiter: newLimiter(options),
		store:   newStore(),
	}
}

func (s *Server) now() time.Time { return s.options.Now().UTC() }

// ServeHTTP answers one call. The order of the checks is: credentials (401), path (404), method (405),
// quota (429), content type (415), parameters (422), body (400).
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", s.now().UTC().Format(http.TimeFormat))
	if r.URL.Path == tokenPath {
		s.serveToken(w, r)
		return
	}
	if !s.tokens.valid(r.Header.Values("Authorization"), s.now()) {
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		s.write(w, refuse(http.StatusUnauthorized, "the access token is missing or not valid"))
		return
	}
	found, arguments, allowed := findRoute(r.Method, r.URL.Path)
	switch {
	case found == nil && len(allowed) == 0:
		s.write(w, refuse(http.StatusNotFound, "no such path"))
		return
	case found == nil:
		w.Header()["Allow"] = allowed
		s.write(w, refuse(http.StatusMethodNotAllowed, "this path does not take this method"))
		return
	}
	if wait, ok := s.limiter.take(found, s.now()); !ok {
		// The name's case is the vendor's.
		w.Header()["x-skubana-quota-retryAfter"] = []string{milliseconds(wait)}
		s.write(w, refuse(http.StatusTooManyRequests, "quota exceeded"))
		return
	}
	c, refused := s.open(found, arguments, r)
	if refused != nil {
		s.write(w, *refused)
		return
	}
	s.write(w, found.handle(s, c))
}
