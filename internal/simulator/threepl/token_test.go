// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestTokenRefusals(t *testing.T) {
	const guid = "{7e1fa1a6-0000-0000-0000-000000000001}"
	for _, test := range []struct {
		name, id, secret, contentType, body string
		tpl                                 string
		status                              int
	}{
		{"login by name", DefaultClientID, DefaultClientSecret, "application/json", `{"grant_type":"client_credentials","user_login":"INTEGRATION@acme.example"}`, "", 200},
		{"login by number", DefaultClientID, DefaultClientSecret, "application/json; charset=utf-8", `{"grant_type":"client_credentials","user_login_id":"7"}`, "", 200},
		{"with the company", DefaultClientID, DefaultClientSecret, "application/json", `{"grant_type":"client_credentials","user_login_id":"7","tpl":"` + guid + `"}`, guid, 200},
		{"without the company", DefaultClientID, DefaultClientSecret, "application/json", `{"grant_type":"client_credentials","user_login_id":"7"}`, guid, 401},
		{"wrong secret", DefaultClientID, "wrong", "application/json", `{"grant_type":"client_credentials","user_login":"` + DefaultUserLogin + `"}`, "", 401},
		{"wrong client", "wrong", DefaultClientSecret, "application/json", `{"grant_type":"client_credentials","user_login":"` + DefaultUserLogin + `"}`, "", 401},
		{"no credentials", "", "", "application/json", `{"grant_type":"client_credentials","user_login":"` + DefaultUserLogin + `"}`, "", 401},
		{"wrong login", DefaultClientID, DefaultClientSecret, "application/json", `{"grant_type":"client_credentials","user_login":"nobody"}`, "", 401},
		{"wrong login number", DefaultClientID, DefaultClientSecret, "application/json", `{"grant_type":"client_credentials","user_login_id":"8"}`, "", 401},
		{"no login", DefaultClientID, DefaultClientSecret, "application/json", `{"grant_type":"client_credentials"}`, "", 400},
		{"wrong grant", DefaultClientID, DefaultClientSecret, "application/json", `{"grant_type":"password","user_login":"` + DefaultUserLogin + `"}`, "", 400},
		{"unknown member", DefaultClientID, DefaultClientSecret, "application/json", `{"grant_type":"client_credentials","user_login":"` + DefaultUserLogin + `","scope":"all"}`, "", 400},
		{"login as a number", DefaultClientID, DefaultClientSecret, "application/json", `{"grant_type":"client_credentials","user_login_id":7}`, "", 400},
		{"form", DefaultClientID, DefaultClientSecret, "application/x-www-form-urlencoded", `grant_type=client_credentials`, "", 415},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := New(Options{TPL: test.tpl})
			request, _ := http.NewRequest(http.MethodPost, serve(t, s)+tokenPath, strings.NewReader(test.body))
			if test.id != "" {
				request.SetBasicAuth(test.id, test.secret)
			}
			request.Header.Set("Content-Type", test.contentType)
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			var answer map[string]any
			_ = json.NewDecoder(response.Body).Decode(&answer)
			if response.StatusCode != test.status {
				t.Fatalf("status %d, want %d: %v", response.StatusCode, test.status, answer)
			}
			if test.status == 200 && (answer["token_type"] != "Bearer" || answer["expires_in"] != 3600.0) {
				t.Errorf("answer %v", answer)
			}
			if test.status == 401 && answer["Message"] == nil {
				t.Errorf("a refusal has a Message: %v", answer)
			}
		})
	}
}

func TestTokenLivesOnTheClock(t *testing.T) {
	b := start(t, Options{TokenLifetime: 30 * time.Minute})
	b.clock.advance(30*time.Minute - time.Second)
	b.want(b.get("/orders"), 200, "just before the end")
	b.clock.advance(time.Second)
	b.wantFault(b.get("/orders"), 401, "AuthorizationException", "")
	b.token = b.authorize()
	b.want(b.get("/orders"), 200, "a new token")
	b.RevokeTokens()
	b.want(b.get("/orders"), 401, "revoked")
	if issued := b.TokensIssued(); issued != 2 {
		t.Errorf("%d tokens issued, want 2", issued)
	}
	b.SetCredentials("another", "secret")
	b.want(b.send("POST", tokenPath, `{}`, nil), 401, "changed credentials")
}

func TestBearerIsRequired(t *testing.T) {
	b := start(t, Options{})
	for _, header := range []string{"", "Bearer", "Bearer wrong", "Basic " + b.token} {
		b.want(b.send("GET", "/orders", "", map[string]string{"Authorization": header}), 401, header)
	}
	b.want(b.send("GET", tokenPath, "", nil), 405, "GET for a token")
}

func TestRoles(t *testing.T) {
	b := start(t, Options{Roles: []string{"OrderView"}})
	b.want(b.get("/orders"), 200, "the role that it has")
	for _, path := range []string{"/customers", "/customers/17/items", "/properties/facilities", "/properties/carriers", "/inventory/stocksummaries"} {
		b.wantFault(b.get(path), 403, "AuthorizationException", "")
	}
	b.want(b.send("POST", "/orders", orderBody("A", nil), nil), 403, "write")
	b.SetRoles(nil)
	b.want(b.get("/customers"), 200, "every role")
}
