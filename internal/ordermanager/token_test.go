// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/remote"
)

// tokenStub issues numbered tokens and accepts those from the first valid one on.
type tokenStub struct {
	*stub
	grants, valid atomic.Int32
	status        int
	answer        string // with %d for the token's number
	now           atomic.Int64
}

func newTokenStub(t *testing.T) *tokenStub {
	ts := &tokenStub{status: 200, answer: `{"access_token":"secret-%d","token_type":"bearer","scope":"all"}`}
	ts.now.Store(time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC).Unix())
	ts.stub = newStub(t, func(r *http.Request, _ string) (int, string) {
		if r.URL.Path == "/oauth/token" {
			n := ts.grants.Add(1)
			if strings.Contains(ts.answer, "%d") {
				return ts.status, fmt.Sprintf(ts.answer, n)
			}
			return ts.status, ts.answer
		}
		number, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer secret-")
		if n, err := strconv.Atoi(number); err != nil || n < int(max(ts.valid.Load(), 1)) {
			return 401, ""
		}
		return 200, "[]"
	})
	return ts
}

func (ts *tokenStub) withPassword() *Client {
	return ts.client(func(o *Options) {
		o.Credentials = Credentials{Username: "secret user@acme.example", Password: "secret&pass=word+%"}
		o.Remote.Now = func() time.Time { return time.Unix(ts.now.Load(), 0) }
	})
}

// TestAssumptionOfThePasswordGrant names the assumption of token.go.
func TestAssumptionOfThePasswordGrant(t *testing.T) {
	t.Parallel()
	ts := newTokenStub(t)
	var header http.Header
	var form string
	inner := ts.stub.answer
	ts.stub.answer = func(r *http.Request, body string) (int, string) {
		if r.URL.Path == "/oauth/token" {
			header, form = r.Header, body
		}
		return inner(r, body)
	}
	c := ts.withPassword()
	for range 3 {
		if _, err := c.Limits(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	equal(t, "requests", ts.requests(), []string{"POST /oauth/token", "GET /v1/throttlelimits", "GET /v1/throttlelimits", "GET /v1/throttlelimits"})
	if want := "grant_type=password&password=secret%26pass%3Dword%2B%25&username=secret+user%40acme.example"; form != want {
		t.Errorf("sent %s, want %s", form, want)
	}
	if header.Get("Content-Type") != "application/x-www-form-urlencoded" || header.Get("Authorization") != "" {
		t.Errorf("header %v", header)
	}
}

// TestAssumptionOfWhereTokensAreIssued names the other assumption of token.go.
func TestAssumptionOfWhereTokensAreIssued(t *testing.T) {
	t.Parallel()
	for base, want := range map[string]string{
		"":                                     "https://app.skubana.com/oauth/token",
		"https://api.skubana.com":              "https://app.skubana.com/oauth/token",
		"https://API.skubana.com/":             "https://app.skubana.com/oauth/token",
		"https://api.demo.skubana.com":         "https://demo.skubana.com/oauth/token",
		"https://om.acme.example/api":          "https://om.acme.example/oauth/token",
		"https://api.acme.example":             "https://api.acme.example/oauth/token",
		"https://api.evilskubana.com":          "https://api.evilskubana.com/oauth/token",
		"https://api.skubana.com.evil.example": "https://api.skubana.com.evil.example/oauth/token",
		"http://127.0.0.1:8080":                "http://127.0.0.1:8080/oauth/token",
		"://":                                  "",
	} {
		if got := DefaultTokenURL(base); got != want {
			t.Errorf("%s: %s, want %s", base, got, want)
		}
	}
}

func TestTokenURLOverridesTheDefault(t *testing.T) {
	t.Parallel()
	var asked atomic.Value
	login := newStub(t, func(r *http.Request, _ string) (int, string) {
		asked.Store(r.URL.Path)
		return 200, `{"access_token":"secret-1"}`
	})
	ts := newTokenStub(t)
	c := ts.client(func(o *Options) {
		o.Credentials, o.TokenURL = Credentials{Username: "u", Password: "p"}, login.server.URL+"/sso/issue"
	})
	if _, err := c.Limits(t.Context()); err != nil || asked.Load() != "/sso/issue" || ts.grants.Load() != 0 {
		t.Errorf("%v, asked %v", err, asked.Load())
	}
}

func TestTokensAreRenewed(t *testing.T) {
	t.Parallel()
	ts := newTokenStub(t)
	ts.answer = `{"access_token":"secret-%d","expires_in":3600}`
	c := ts.withPassword()
	ask := func(wantGrants int32) {
		t.Helper()
		if _, err := c.Limits(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := ts.grants.Load(); n != wantGrants {
			t.Errorf("%d grants, want %d", n, wantGrants)
		}
	}
	ask(1)
	ts.now.Add(3500)
	ask(1)
	ts.now.Add(60) // 40 seconds before its end
	ask(2)
	// Revoked: renewed on the 401, once.
	ts.now.Add(60)
	ts.valid.Store(3)
	ask(3)
	ts.now.Add(60)
	ts.valid.Store(100)
	_, err := c.Limits(t.Context())
	if fault := faultOf(t, err); fault.Kind != fulfillment.FaultAuthentication || ts.grants.Load() != 4 {
		t.Errorf("%v after %d grants, want one more grant and then the truth", err, ts.grants.Load())
	}
}

func TestExpiresIn(t *testing.T) {
	t.Parallel()
	for text, renewed := range map[string]bool{"3600": true, `"3600"`: true, "3600.5": true, "null": false, "0": false, "-5": false, "1e300": false} {
		ts := newTokenStub(t)
		ts.answer = `{"access_token":"secret-%d","token_type":"Bearer","expires_in":` + text + `}`
		c := ts.withPassword()
		if _, err := c.Limits(t.Context()); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		ts.now.Add(4000)
		if _, err := c.Limits(t.Context()); err != nil || (ts.grants.Load() == 2) != renewed {
			t.Errorf("%s: %d grants, %v", text, ts.grants.Load(), err)
		}
	}
}

func TestRefusedGrants(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status int
		answer string
		kind   fulfillment.FaultKind
		hint   string
		calls  int
	}{
		"wrong password":       {400, `{"error":"invalid_grant","error_description":"secret"}`, fulfillment.FaultAuthentication, "check user name and password", 1},
		"401":                  {401, `{"error":"invalid_grant"}`, fulfillment.FaultAuthentication, "check user name and password", 1},
		"401 without a code":   {401, `secret`, fulfillment.FaultAuthentication, "", 1},
		"needs a client":       {401, `{"error":"invalid_client"}`, fulfillment.FaultAuthentication, "use an accessToken", 1},
		"no such grant":        {400, `{"error":"unsupported_grant_type"}`, fulfillment.FaultAuthentication, "use an accessToken", 1},
		"a code of its own":    {400, `{"error":"try_again"}`, fulfillment.FaultInvalid, "", 1},
		"no such endpoint":     {404, `<html>`, fulfillment.FaultMisconfigured, "set tokenURL", 1},
		"down":                 {503, ``, fulfillment.FaultUnavailable, "", 3},
		"throttled":            {429, ``, fulfillment.FaultThrottled, "", 1},
		"a web page":           {200, `<html>secret`, fulfillment.FaultMalformed, "web page", 1},
		"no token":             {200, `{"token":"secret"}`, fulfillment.FaultMalformed, "no bearer token", 1},
		"a token for headers":  {200, "{\"access_token\":\"secret\\r\\nX: y\"}", fulfillment.FaultMalformed, "no bearer token", 1},
		"another kind of one":  {200, `{"access_token":"secret","token_type":"mac"}`, fulfillment.FaultMalformed, "no bearer token", 1},
		"a redirect to log in": {302, ``, fulfillment.FaultUnavailable, "redirects", 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ts := newTokenStub(t)
			ts.status, ts.answer = test.status, test.answer
			_, err := ts.withPassword().Limits(t.Context())
			fault := faultOf(t, err)
			if fault.Kind != test.kind || !strings.Contains(fault.Hint, test.hint) || fault.Operation != tokenOperation || fault.Uncertain {
				t.Errorf("%+v, want %s with a hint about %q", fault, test.kind, test.hint)
			}
			if requests := ts.requests(); len(requests) != test.calls {
				t.Errorf("asked %v, want %d calls, all for the token", requests, test.calls)
			}
		})
	}
}

// Every request under way would try a refused password on its own, and that
// locks accounts: it rests, and a password that is good by then is found so.
func TestARefusedPasswordRests(t *testing.T) {
	t.Parallel()
	ts := newTokenStub(t)
	ts.status, ts.answer = 400, `{"error":"invalid_grant"}`
	c := ts.withPassword()
	for range 10 {
		_, err := c.Limits(t.Context())
		if fault := faultOf(t, err); fault.Kind != fulfillment.FaultAuthentication || fault.Code != "invalid_grant" {
			t.Errorf("%+v", fault)
		}
	}
	if n := ts.grants.Load(); n != 1 {
		t.Errorf("the password was tried %d times at once", n)
	}
	ts.status, ts.answer = 200, `{"access_token":"secret-%d"}`
	ts.now.Add(int64(remote.RefusalRest / time.Second))
	if _, err := c.Limits(t.Context()); err != nil || ts.grants.Load() != 2 {
		t.Errorf("%v after %d grants", err, ts.grants.Load())
	}
}

func TestAnAccessTokenIsUsedAsItIs(t *testing.T) {
	t.Parallel()
	s := newStub(t, func(r *http.Request, _ string) (int, string) {
		if r.Header.Get("Authorization") != "Bearer secret-token" {
			return 401, ""
		}
		return 200, "[]"
	})
	if _, err := s.client(nil).Limits(t.Context()); err != nil {
		t.Error(err)
	}
	s.requests()
	_, err := s.client(func(o *Options) { o.Credentials.AccessToken = "secret-other" }).Limits(t.Context())
	if fault := faultOf(t, err); fault.Kind != fulfillment.FaultAuthentication {
		t.Errorf("%+v", fault)
	}
	if n := len(s.requests()); n != 1 {
		t.Errorf("%d calls: there is no other token to try", n)
	}
}

func TestNewRefusesWhatCannotWork(t *testing.T) {
	t.Parallel()
	good := Options{Credentials: Credentials{AccessToken: "secret"}, WarehouseName: "East DC"}
	if _, err := New(good); err != nil {
		t.Fatalf("the default URL: %v", err)
	}
	for name, change := range map[string]func(*Options){
		"no credentials": func(o *Options) { o.Credentials = Credentials{} },
		"both": func(o *Options) {
			o.Credentials = Credentials{Username: "secret", Password: "secret", AccessToken: "secret"}
		},
		"a token and a user": func(o *Options) { o.Credentials.Username = "secret" },
		"no password":        func(o *Options) { o.Credentials = Credentials{Username: "secret"} },
		"no user":            func(o *Options) { o.Credentials = Credentials{Password: "secret"} },
		"no warehouse":       func(o *Options) { o.WarehouseName = " \t" },
		"URL":                func(o *Options) { o.Remote.BaseURL = "https://user:secret@api.example" },
		"token URL": func(o *Options) {
			o.Credentials, o.TokenURL = Credentials{Username: "secret", Password: "secret"}, "ftp://secret.example"
		},
	} {
		options := good
		change(&options)
		if _, err := New(options); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestASharedAuthorizerNeedsNoCredentials(t *testing.T) {
	t.Parallel()
	ts := newTokenStub(t)
	authorizer, err := NewAuthorizer(Options{Remote: remote.Options{BaseURL: ts.server.URL, Transport: http.DefaultTransport}, Credentials: Credentials{Username: "u", Password: "p"}})
	if err != nil {
		t.Fatal(err)
	}
	for range 4 {
		c := ts.client(func(o *Options) { o.Credentials, o.Remote.Authorizer = Credentials{}, authorizer })
		if _, err := c.Limits(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := ts.grants.Load(); n != 1 {
		t.Errorf("%d grants for four clients, want 1", n)
	}
}

func TestCredentialsAreNotPrintedAndAccountsAreApart(t *testing.T) {
	t.Parallel()
	user := Credentials{Username: "secret-user", Password: "secret-password"}
	for _, format := range []string{"%v", "%s", "%+v", "%#v"} {
		for _, value := range []any{user, &user, Credentials{AccessToken: "secret"}, struct{ C Credentials }{user}} {
			if printed := fmt.Sprintf(format, value); strings.Contains(printed, "secret") {
				t.Errorf("%s prints %s", format, printed)
			}
		}
	}
	accounts := map[string]bool{}
	for _, account := range []string{
		user.Account("https://api.example"), user.Account("https://other.example"),
		Credentials{Username: "b", Password: "secret-password"}.Account("https://api.example"),
		Credentials{AccessToken: "secret-user"}.Account("https://api.example"),
	} {
		if accounts[account] || strings.Contains(account, "secret") || len(account) != 16 {
			t.Errorf("account %q", account)
		}
		accounts[account] = true
	}
	changed := user
	changed.Password = "another"
	if changed.Account("https://API.example/v1") != user.Account("https://api.example") {
		t.Error("the password, or the case of the host, makes another account")
	}
}
