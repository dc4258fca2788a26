// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

const tokenPath = "/oauth/token"

// tokens are the bearer tokens in force.
type tokens struct {
	username, password string
	lifetime           time.Duration

	mu      sync.Mutex
	granted int
	expiry  map[string]time.Time // zero: never
}

func newTokens(options Options) *tokens {
	t := &tokens{
		username: options.Username,
		password: options.Password,
		lifetime: options.TokenLifetime,
		expiry:   map[string]time.Time{},
	}
	for _, token := range options.AccessTokens {
		t.expiry[token] = time.Time{}
	}
	return t
}

func (t *tokens) valid(headers []string, now time.Time) bool {
	if len(headers) != 1 {
		return false
	}
	scheme, token, _ := strings.Cut(headers[0], " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	expiry, known := t.expiry[token]
	return known && (expiry.IsZero() || now.Before(expiry))
}

func (t *tokens) grant(now time.Time) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.granted++
	token := fmt.Sprintf("om-granted-token-%d", t.granted)
	expiry := time.Time{}
	if t.lifetime > 0 {
		expiry = now.Add(t.lifetime)
	}
	t.expiry[token] = expiry
	return token
}

// RevokeTokens makes every token invalid, those of Options.AccessTokens included; new ones can be had.
func (s *Server) RevokeTokens() {
	s.tokens.mu.Lock()
	defer s.tokens.mu.Unlock()
	s.tokens.expiry = map[string]time.Time{}
}

// AcceptToken makes a bearer token valid for ever.
func (s *Server) AcceptToken(token string) {
	s.tokens.mu.Lock()
	defer s.tokens.mu.Unlock()
	s.tokens.expiry[token] = time.Time{}
}

// SetPassword changes the password that the token endpoint takes; tokens in force stay valid.
func (s *Server) SetPassword(password string) {
	s.tokens.mu.Lock()
	defer s.tokens.mu.Unlock()
	s.tokens.password = password
}

// TokensGranted counts the grants so far.
func (s *Server) TokensGranted() int {
	s.tokens.mu.Lock()
	defer s.tokens.mu.Unlock()
	return s.tokens.granted
}

// serveToken is the password grant of RFC 6749, section 4.3, with its error bodies, and nothing else.
func (s *Server) serveToken(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		s.write(w, refuse(http.StatusMethodNotAllowed, "this path does not take this method"))
		return
	}
	form, problem := readForm(r)
	switch {
	case problem != "":
		writeTokenError(w, http.StatusBadRequest, "invalid_request", problem)
	case len(r.Header.Values("Authorization")) > 0:
		writeTokenError(w, http.StatusUnauthorized, "invalid_client", "no client of this name")
	case form.Get("grant_type") == "":
		writeTokenError(w, http.StatusBadRequest, "invalid_request", "grant_type is missing")
	case form.Get("grant_type") != "password":
		writeTokenError(w, http.StatusBadRequest, "unsupported_grant_type", "only the password grant")
	case form.Get("username") == "" || form.Get("password") == "":
		writeTokenError(w, http.StatusBadRequest, "invalid_request", "username or password is missing")
	case !s.tokens.matches(form.Get("username"), form.Get("password")):
		writeTokenError(w, http.StatusBadRequest, "invalid_grant", "wrong username or password")
	default:
		answer := map[string]any{"access_token": s.tokens.grant(s.now()), "token_type": "bearer", "scope": "all"}
		if s.tokens.lifetime > 0 {
			answer["expires_in"] = int64(s.tokens.lifetime / time.Second)
		}
		writeTokenAnswer(w, http.StatusOK, answer)
	}
}

func (t *tokens) matches(username, password string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return subtle.ConstantTimeCompare([]byte(username), []byte(t.username)) == 1 &&
		subtle.ConstantTimeCompare([]byte(password), []byte(t.password)) == 1
}

func readForm(r *http.Request) (form url.Values, problem string) {
	if r.URL.RawQuery != "" {
		return nil, "credentials do not belong in the query"
	}
	mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || mediaType != "application/x-www-form-urlencoded" {
		return nil, "the body must be application/x-www-form-urlencoded"
	}
	data, err := io.ReadAll(io.LimitReader(r.Body, 1<<16))
	if err != nil {
		return nil, "the body could not be read"
	}
	if form, err = url.ParseQuery(string(data)); err != nil {
		return nil, "the body is malformed"
	}
	for name, values := range form {
		if !slices.Contains([]string{"grant_type", "username", "password"}, name) {
			return nil, "unknown parameter"
		}
		if len(values) > 1 {
			return nil, "a parameter is repeated"
		}
	}
	return form, ""
}

func writeTokenError(w http.ResponseWriter, status int, code, description string) {
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Basic")
	}
	writeTokenAnswer(w, status, map[string]any{"error": code, "error_description": description})
}

func writeTokenAnswer(w http.ResponseWriter, status int, body map[string]any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Pragma", "no-cache")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
