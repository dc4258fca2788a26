// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

const tokenPath = "/AuthServer/api/Token"

// access is who may do what.
type access struct {
	clientID, clientSecret string
	roles                  []string
	tokens                 map[string]time.Time
	issued                 int
}

func newAccess(options Options) access {
	return access{clientID: options.ClientID, clientSecret: options.ClientSecret, roles: options.Roles, tokens: map[string]time.Time{}}
}

// bearer reports whether the request carries a token that is still good.
func (a *access) bearer(r *http.Request, now time.Time) bool {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	expires, known := a.tokens[token]
	return strings.EqualFold(scheme, "Bearer") && known && now.Before(expires)
}

func (a *access) has(role string) bool { return a.roles == nil || slices.Contains(a.roles, role) }

// tokenRequest has both documented forms: the login by name, and by number
// with the company's GUID.
type tokenRequest struct {
	GrantType   string `json:"grant_type"`
	UserLogin   string `json:"user_login"`
	UserLoginID string `json:"user_login_id"`
	TPL         string `json:"tpl"`
}

type tokenAnswer struct {
	AccessToken  string  `json:"access_token"`
	TokenType    string  `json:"token_type"`
	ExpiresIn    int     `json:"expires_in"`
	RefreshToken *string `json:"refresh_token"`
	Scope        *string `json:"scope"`
}

func (s *Server) serveToken(c *call) {
	w, r := c.w, c.r
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	id, secret, ok := r.BasicAuth()
	if !ok || id != s.access.clientID || secret != s.access.clientSecret {
		refuseToken(w, http.StatusUnauthorized, "invalid_client: client not registered")
		return
	}
	if !isMediaType(r.Header.Get("Content-Type"), "application/json") {
		w.WriteHeader(http.StatusUnsupportedMediaType)
		return
	}
	var request tokenRequest
	decoder := json.NewDecoder(bytes.NewReader(c.body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&request); err != nil {
		refuseToken(w, http.StatusBadRequest, "invalid_request")
		return
	}
	switch {
	case request.GrantType != "client_credentials":
		refuseToken(w, http.StatusBadRequest, "unsupported_grant_type")
		return
	case request.UserLogin == "" && request.UserLoginID == "":
		refuseToken(w, http.StatusBadRequest, "invalid_request: user_login is required")
		return
	case request.UserLogin != "" && !strings.EqualFold(request.UserLogin, s.options.UserLogin),
		request.UserLogin == "" && request.UserLoginID != s.options.UserLoginID:
		refuseToken(w, http.StatusUnauthorized, "invalid_grant: user not found")
		return
	case s.options.TPL != "" && !strings.EqualFold(request.TPL, s.options.TPL):
		refuseToken(w, http.StatusUnauthorized, "invalid_client: tpl")
		return
	}
	s.access.issued++
	token := fmt.Sprintf("token-%d", s.access.issued)
	s.access.tokens[token] = s.now().Add(s.options.TokenLifetime)
	writeJSON(w, http.StatusOK, "application/json; charset=utf-8",
		tokenAnswer{AccessToken: token, TokenType: "Bearer", ExpiresIn: int(s.options.TokenLifetime / time.Second)})
}

// refuseToken answers in the shape that the vendor's token endpoint was seen to use.
func refuseToken(w http.ResponseWriter, status int, message string) {
	writeJSON(w, status, "application/json; charset=utf-8", map[string]string{"Message": message})
}

// SetCredentials changes the client's id and secret. Tokens that were given stay good; see RevokeTokens.
func (s *Server) SetCredentials(clientID, clientSecret string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.access.clientID, s.access.clientSecret = clientID, clientSecret
}

// SetRoles changes what the credentials may do; nil is everything.
func (s *Server) SetRoles(roles []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.access.roles = slices.Clone(roles)
}

// RevokeTokens makes every token given so far bad.
func (s *Server) RevokeTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.access.tokens = map[string]time.Time{}
}

// TokensIssued counts the tokens given so far: a client that asks for one
// with every call is not a polite one.
func (s *Server) TokensIssued() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.access.issued
}
