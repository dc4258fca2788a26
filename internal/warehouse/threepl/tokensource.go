// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/remote"
)

const (
	tokenEndpoint = "/AuthServer/api/Token" //nolint:gosec // G101: a path
	// maxTokenAge is the age at which a token is replaced whatever it says of
	// itself: the vendor states a lifetime of 30 to 60 minutes and asks for a
	// new token every 30.
	maxTokenAge = 30 * time.Minute
)

// TokenSource exchanges the client's credentials for bearer tokens and shares
// each token between all clients that it authorises.
type TokenSource struct {
	*remote.Bearer
	client *remote.Client
	basic  string
	grant  []byte
	now    func() time.Time
}

// NewTokenSource returns a TokenSource for the credentials in the options.
func NewTokenSource(options Options) (*TokenSource, error) {
	client, err := remote.New(options.remote())
	if err != nil {
		return nil, misconfigured("", err.Error())
	}
	grant := map[string]string{"grant_type": "client_credentials"}
	if options.UserLogin != "" && strings.Trim(options.UserLogin, "0123456789") == "" {
		grant["user_login_id"] = options.UserLogin
	} else {
		grant["user_login"] = options.UserLogin
	}
	if options.TPL != "" {
		grant["tpl"] = options.TPL
	}
	body, err := json.Marshal(grant)
	if err != nil {
		return nil, err
	}
	s := &TokenSource{
		client: client,
		basic:  "Basic " + base64.StdEncoding.EncodeToString([]byte(options.ClientID+":"+options.ClientSecret)),
		grant:  body,
		now:    options.Now,
	}
	if s.now == nil {
		s.now = options.Remote.Now
	}
	if s.now == nil {
		s.now = time.Now
	}
	s.Bearer = remote.NewBearer(s.fetch, s.now)
	return s, nil
}

// String keeps the credentials out of every kind of printing.
func (*TokenSource) String() string { return "threepl.TokenSource" }

// GoString keeps the credentials out of every kind of printing.
func (*TokenSource) GoString() string { return "threepl.TokenSource" }

// fetch asks for a token. It is called by one goroutine at a time.
func (s *TokenSource) fetch(ctx context.Context) (remote.Token, error) {
	request := remote.Request{
		Operation: "get a token",
		Endpoint:  tokenEndpoint,
		Method:    http.MethodPost,
		Path:      tokenEndpoint,
		Header:    http.Header{"Authorization": {s.basic}},
		Body:      s.grant,
		Reads:     true,
	}
	asked := s.now()
	response, err := s.client.Do(ctx, request)
	if err != nil {
		return remote.Token{}, judge(response, err)
	}
	var answer struct {
		AccessToken string  `json:"access_token"`
		TokenType   string  `json:"token_type"`
		ExpiresIn   wireInt `json:"expires_in"`
	}
	if err := s.client.DecodeJSON(request, response, &answer); err != nil {
		return remote.Token{}, err
	}
	if answer.AccessToken == "" || strings.ContainsFunc(answer.AccessToken, unprintable) ||
		answer.TokenType != "" && !strings.EqualFold(answer.TokenType, "bearer") {
		fault := s.client.Fault(request, response, fulfillment.FaultMalformed)
		fault.Hint = "it holds no bearer token"
		return remote.Token{}, fault
	}
	life := maxTokenAge
	if seconds := answer.ExpiresIn; seconds > 0 && seconds < wireInt(maxTokenAge/time.Second) {
		life = time.Duration(seconds) * time.Second
	}
	return remote.Token{Value: answer.AccessToken, Expires: asked.Add(life)}, nil
}

// judge tells a refusal of the credentials from any other failure. OAuth
// servers say 400 as well as 401 for credentials that they do not know.
func judge(response remote.Response, err error) error {
	fault, ok := fulfillment.AsFault(err)
	if !ok {
		return err
	}
	switch response.Status {
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden:
		refusal := *fault
		refusal.Kind = fulfillment.FaultAuthentication
		refusal.Reason = fulfillment.ReasonCredentialsRefused
		refusal.Hint = "check clientID, clientSecret and userLogin, and tpl if the credentials are bound to one tenant"
		return &refusal
	}
	return fault
}

func unprintable(r rune) bool { return r <= ' ' || r > '~' }
