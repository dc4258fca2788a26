// SPDX-License-Identifier: Apache-2.0

package vendure

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/remote"
)

const (
	// tokenHeader carries the token of a session that a login began.
	tokenHeader = "vendure-auth-token" //nolint:gosec // G101: the name of a header
	// channelHeader names the channel that a request is about.
	channelHeader = "vendure-token"

	loginDocument = `mutation Login($username: String!, $password: String!) {
	login(username: $username, password: $password, rememberMe: true) { __typename ... on ErrorResult { errorCode } }
}`
)

// Sessions logs in and shares each session between all clients that it
// authorises. How long a session lasts is Vendure's own setting, which it does
// not tell: one is used until it is refused.
type Sessions struct {
	*remote.Bearer
	client             *remote.Client
	path, channel      string
	username, password string
}

// NewSessions returns Sessions for the credentials in the options.
func NewSessions(options Options) (*Sessions, error) {
	client, err := remote.New(options.remote())
	if err != nil {
		return nil, misconfigured("", err.Error())
	}
	s := &Sessions{
		client: client, path: options.path(), channel: options.Channel,
		username: options.Username, password: options.Password,
	}
	now := options.Now
	if now == nil {
		now = options.Remote.Now
	}
	s.Bearer = remote.NewBearer(s.login, now)
	return s, nil
}

// String keeps the credentials out of every kind of printing.
func (*Sessions) String() string { return "vendure.Sessions" }

// GoString keeps the credentials out of every kind of printing.
func (*Sessions) GoString() string { return "vendure.Sessions" }

// login begins a session. It is called by one goroutine at a time.
func (s *Sessions) login(ctx context.Context) (remote.Token, error) {
	body, err := json.Marshal(graphqlRequest{Query: loginDocument, Variables: map[string]any{
		"username": s.username, "password": s.password,
	}})
	if err != nil {
		return remote.Token{}, err
	}
	request := remote.Request{
		Operation: "log in", Endpoint: AdminPath, Method: http.MethodPost, Path: s.path, Body: body, Reads: true,
		Header: channelOf(s.channel),
	}
	response, err := s.client.Do(ctx, request)
	if err != nil {
		return remote.Token{}, judge(refusedByHTTP(err, response))
	}
	var data struct {
		Login result `json:"login"`
	}
	if fault := decode(s.client, request, response, &data); fault != nil {
		return remote.Token{}, judge(fault)
	}
	if data.Login.ErrorCode != "" {
		fault := s.client.Fault(request, response, fulfillment.FaultAuthentication)
		fault.Code = plain(data.Login.ErrorCode)
		return remote.Token{}, judge(fault)
	}
	token := response.Header.Get(tokenHeader)
	if token == "" || strings.ContainsFunc(token, unprintable) {
		fault := s.client.Fault(request, response, fulfillment.FaultMalformed)
		fault.Hint = "it holds no header " + tokenHeader + `; Vendure's authOptions.tokenMethod must include "bearer"`
		return remote.Token{}, fault
	}
	return remote.Token{Value: token}, nil
}

// judge tells a refusal of the credentials from any other failure.
func judge(err error) error {
	fault, ok := fulfillment.AsFault(err)
	if !ok || fault.Kind != fulfillment.FaultAuthentication && fault.Kind != fulfillment.FaultPermission {
		return err
	}
	refusal := *fault
	refusal.Kind = fulfillment.FaultAuthentication
	refusal.Reason = fulfillment.ReasonCredentialsRefused
	refusal.Hint = "check username and password"
	return &refusal
}

func channelOf(token string) http.Header {
	header := http.Header{}
	if token != "" {
		header.Set(channelHeader, token)
	}
	return header
}

func unprintable(r rune) bool { return r <= ' ' || r > '~' }
