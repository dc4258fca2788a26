// SPDX-License-Identifier: Apache-2.0

package ordermanager_test

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	om "ordersync.dev/operator/internal/simulator/ordermanager"
)

func (s *stand) token(form string, header http.Header) answer {
	s.t.Helper()
	h := http.Header{"Authorization": nil, "Content-Type": {"application/x-www-form-urlencoded"}}
	maps.Copy(h, header)
	return s.request(http.MethodPost, "/oauth/token", form, h)
}

func passwordForm(username, password string) string {
	return url.Values{"grant_type": {"password"}, "username": {username}, "password": {password}}.Encode()
}

func TestPasswordGrant(t *testing.T) {
	s := newStand(t, om.Options{Username: "me@acme.example", Password: "p&ss=wörd"})
	got := s.token(passwordForm("me@acme.example", "p&ss=wörd"), nil)
	if got.status != 200 || got.header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%d %v", got.status, got.header)
	}
	granted := decode[map[string]any](t, got.body)
	if granted["token_type"] != "bearer" {
		t.Errorf("granted %v", granted)
	}
	if _, told := granted["expires_in"]; told {
		t.Error("an expiry nobody ever saw")
	}
	bearer := http.Header{"Authorization": {"Bearer " + granted["access_token"].(string)}}
	if got := s.request(http.MethodGet, "/v1/warehouses", "", bearer); got.status != 200 {
		t.Errorf("the granted token is refused: %d", got.status)
	}
	s.clock.advance(10000 * time.Hour)
	if got := s.request(http.MethodGet, "/v1/warehouses", "", bearer); got.status != 200 {
		t.Errorf("a token without an expiry expired: %d", got.status)
	}
	if s.TokensGranted() != 1 {
		t.Errorf("%d grants", s.TokensGranted())
	}
}

func TestGrantedTokenExpires(t *testing.T) {
	s := newStand(t, om.Options{TokenLifetime: time.Hour})
	granted := decode[map[string]any](t, s.token(passwordForm(om.DefaultUsername, om.DefaultPassword), nil).body)
	if granted["expires_in"] != 3600.0 {
		t.Errorf("expires_in %v", granted["expires_in"])
	}
	bearer := http.Header{"Authorization": {"Bearer " + granted["access_token"].(string)}}
	s.clock.advance(time.Hour - time.Second)
	if got := s.request(http.MethodGet, "/v1/warehouses", "", bearer); got.status != 200 {
		t.Errorf("expired a second early: %d", got.status)
	}
	s.clock.advance(time.Second)
	if got := s.request(http.MethodGet, "/v1/warehouses", "", bearer); got.status != 401 {
		t.Errorf("did not expire: %d", got.status)
	}
}

func TestTokenEndpointRefuses(t *testing.T) {
	s := newStand(t, om.Options{})
	good := passwordForm(om.DefaultUsername, om.DefaultPassword)
	for _, c := range []struct {
		name, form string
		header     http.Header
		status     int
		code       string
	}{
		{"wrong password", passwordForm(om.DefaultUsername, "guess"), nil, 400, "invalid_grant"},
		{"wrong user", passwordForm("you@acme.example", om.DefaultPassword), nil, 400, "invalid_grant"},
		{"no password", "grant_type=password&username=me", nil, 400, "invalid_request"},
		{"no grant type", "username=me&password=x", nil, 400, "invalid_request"},
		{"other grant", "grant_type=client_credentials", nil, 400, "unsupported_grant_type"},
		{"authorization code", "grant_type=authorization_code", nil, 400, "unsupported_grant_type"},
		{"unknown parameter", good + "&client_id=x", nil, 400, "invalid_request"},
		{"repeated parameter", good + "&username=x", nil, 400, "invalid_request"},
		{"malformed", "grant_type=%zz", nil, 400, "invalid_request"},
		{"empty", "", nil, 400, "invalid_request"},
		{"JSON", `{"grant_type":"password"}`, http.Header{"Content-Type": {"application/json"}}, 400, "invalid_request"},
		{"client", good, http.Header{"Authorization": {"Basic eDp5"}}, 401, "invalid_client"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := s.token(c.form, c.header)
			body := decode[map[string]string](t, got.body)
			if got.status != c.status || body["error"] != c.code {
				t.Errorf("%d %v, want %d %s", got.status, body, c.status, c.code)
			}
			if strings.Contains(got.body, om.DefaultPassword) {
				t.Error("the answer repeats the password")
			}
		})
	}
	if got := s.request(http.MethodPost, "/oauth/token?"+good, "", http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}); got.status != 400 {
		t.Errorf("credentials in the query: %d", got.status)
	}
	if got := s.request(http.MethodGet, "/oauth/token", "", nil); got.status != 405 {
		t.Errorf("GET: %d", got.status)
	}
	if s.TokensGranted() != 0 {
		t.Error("granted something nevertheless")
	}
	s.SetPassword("changed")
	if got := s.token(good, nil); got.status != 400 {
		t.Errorf("the old password still works: %d", got.status)
	}
	if got := s.token(passwordForm(om.DefaultUsername, "changed"), nil); got.status != 200 {
		t.Errorf("the new password does not: %d", got.status)
	}
}
