// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/remote"
)

// ASSUMPTION (the grant). The vendor documents bearer tokens, and asks users
// of its integration for user name and password without saying how one becomes
// the other. Assumed is the standard's own way: a form-encoded OAuth 2 password
// grant (RFC 6749, 4.3) without client credentials, answered by access_token
// and perhaps expires_in.
//
// ASSUMPTION (the place). Tokens of the API at api.<domain> are issued at
// /oauth/token of the host that users log in at: app.skubana.com in production
// (documented for the authorization code grant), <domain> itself otherwise
// (demo.skubana.com for api.demo.skubana.com). Any other API host is assumed
// to issue its tokens itself. TokenURL overrides it.

const (
	productionHost      = "api.skubana.com"
	productionTokenHost = "app.skubana.com" //nolint:gosec // G101: a host
	vendorDomain        = ".skubana.com"
	tokenPath           = "/oauth/token" //nolint:gosec // G101: a path
)

// DefaultTokenURL returns where the API at this base URL is assumed to issue
// tokens; empty when the URL cannot be parsed.
func DefaultTokenURL(baseURL string) string {
	if baseURL == "" {
		baseURL = DefaultURL
	}
	base, err := url.Parse(baseURL)
	if err != nil || base.Host == "" {
		return ""
	}
	host := strings.ToLower(base.Host)
	switch rest, cut := strings.CutPrefix(host, "api."); {
	case host == productionHost:
		host = productionTokenHost
	case cut && strings.HasSuffix(rest, vendorDomain):
		host = rest
	}
	return (&url.URL{Scheme: base.Scheme, Host: host, Path: tokenPath}).String()
}

// passwordGrant exchanges user name and password for tokens.
type passwordGrant struct {
	remote *remote.Client
	form   url.Values
	now    func() time.Time
}

const tokenOperation = "get an access token"

// newPasswordGrant returns an authorizer that exchanges the password when a
// token is needed: at first, shortly before the token ends, and when it is refused.
func newPasswordGrant(options Options) (*remote.Bearer, error) {
	settings := options.Remote
	settings.System = System
	settings.Authorizer, settings.WriteGate = nil, nil
	settings.BaseURL = options.TokenURL
	if settings.BaseURL == "" {
		settings.BaseURL = DefaultTokenURL(options.Remote.BaseURL)
	}
	if settings.Account == "" {
		settings.Account = options.Credentials.Account(settings.BaseURL)
	}
	client, err := remote.New(settings)
	if err != nil {
		return nil, errors.New("token endpoint: " + err.Error())
	}
	now := settings.Now
	if now == nil {
		now = time.Now
	}
	grant := &passwordGrant{remote: client, now: now, form: url.Values{
		"grant_type": {"password"},
		"username":   {options.Credentials.Username},
		"password":   {options.Credentials.Password},
	}}
	return remote.NewBearer(grant.fetch, now), nil
}

// fetch gets a token. It changes nothing that matters, so it may be repeated.
func (g *passwordGrant) fetch(ctx context.Context) (remote.Token, error) {
	request := remote.Request{
		Operation: tokenOperation, Endpoint: tokenPath, Method: http.MethodPost, Reads: true,
		Body: []byte(g.form.Encode()), ContentType: "application/x-www-form-urlencoded",
	}
	asked := g.now()
	response, err := g.remote.Do(ctx, request)
	if err != nil {
		return remote.Token{}, tokenRefused(response, err)
	}
	var answer struct {
		AccessToken string      `json:"access_token"`
		TokenType   string      `json:"token_type"`
		ExpiresIn   json.Number `json:"expires_in"`
	}
	if err := g.remote.DecodeJSON(request, response, &answer); err != nil {
		return remote.Token{}, err
	}
	if !usable(answer.AccessToken) || answer.TokenType != "" && !strings.EqualFold(answer.TokenType, "bearer") {
		fault := g.remote.Fault(request, response, fulfillment.FaultMalformed)
		fault.Hint = "it holds no bearer token"
		return remote.Token{}, fault
	}
	token := remote.Token{Value: answer.AccessToken}
	if seconds, err := answer.ExpiresIn.Float64(); err == nil && seconds > 0 && seconds < float64(365*24*time.Hour/time.Second) {
		token.Expires = asked.Add(time.Duration(seconds * float64(time.Second)))
	}
	return token, nil
}

// usable reports whether a token can stand in a header.
func usable(token string) bool {
	return token != "" && !strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' })
}

// tokenRefused refines the fault of a refused grant: OAuth 2 says wrong
// credentials with 400 and a code (RFC 6749, 5.2).
func tokenRefused(response remote.Response, err error) error {
	fault, ok := fulfillment.AsFault(err)
	if !ok || fault.Status < 400 || fault.Status >= 500 {
		return err
	}
	var body struct {
		Error string `json:"error"`
	}
	if remote.Unmarshal(response.Body, &body) == nil {
		fault.Code = code(body.Error)
	}
	switch fault.Code {
	case "invalid_grant":
		fault.Kind, fault.Hint = fulfillment.FaultAuthentication, "check user name and password"
	case "invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_scope":
		fault.Kind, fault.Hint = fulfillment.FaultAuthentication, "the account takes no user name and password here; use an accessToken"
	case "":
		if fault.Kind == fulfillment.FaultNotFound {
			fault.Kind, fault.Reason = fulfillment.FaultMisconfigured, fulfillment.ReasonUnreachable
			fault.Hint = "there is no token endpoint; set tokenURL"
		}
	}
	return err
}
