// SPDX-License-Identifier: Apache-2.0

package vendure

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/remote"
)

const (
	// tokenHeader carries the token of a session that a login began.
	tokenHeader = "vendure-auth-token"
	// channelHeader names the channel that a request is about.
	channelHeader = "vendure-token"
	// refusalRest is how long a refusal of the credentials is believed without
	// asking again: every request under way would ask on its own, and repeated
	// refusals lock accounts.
	refusalRest = 10 * time.Second

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
	now                func() time.Time

	mutex     sync.Mutex
	refused   *fulfillment.Fault
	refusedAt time.Time
}

// NewSessions returns Sessions for the credentials in the options.
func NewSessions(options Options) (*Sessions, error) {
	client, err := remote.New(options.remote())
	if err != nil {
		return nil, misconfigured("", err.Error())
	}
	s := &Sessions{
		client: client, path: options.path(), channel: options.Channel,
		username: options.Username, password: options.Password, now: options.Now,
	}
	if s.now == nil {
		s.now = options.Remote.Now
	}
	if s.now == nil {
		s.now = time.Now
	}
	s.Bearer = remote.NewBearer(s.login, s.now)
	return s, nil
}

// String keeps the credentials out of every kind of printing.
func (*Sessions) String() string { return "vendure.Sessions" }

// GoString keeps the credentials out of every kind of printing.
func (*Sessions) GoString() string { return "vendure.Sessions" }

// login begins a session. It is called by one goroutine at a time.
func (s *Sessions) login(ctx context.Context) (remote.Token, error) {
	if fault := s.lately(); fault != nil {
		return remote.Token{}, fault
	}
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
		return remote.Token{}, s.judge(refusedByHTTP(err, response))
	}
	var data struct {
		Login result `json:"login"`
	}
	if fault := decode(s.client, request, response, &data); fault != nil {
		return remote.Token{}, s.judge(fault)
	}
	if data.Login.ErrorCode != "" {
		fault := s.client.Fault(request, response, fulfillment.FaultAuthentication)
		fault.Code = plain(data.Login.ErrorCode)
		return remote.Token{}, s.judge(fault)
	}
	token := response.Header.Get(tokenHeader)
	if token == "" || strings.ContainsFunc(token, unprintable) {
		fault := s.client.Fault(request, response, fulfillment.FaultMalformed)
		fault.Hint = "it holds no header " + tokenHeader + `; Vendure's authOptions.tokenMethod must include "bearer"`
		return remote.Token{}, fault
	}
	return remote.Token{Value: token}, nil
}

// lately returns the refusal that was given a moment ago.
func (s *Sessions) lately() *fulfillment.Fault {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.refused != nil && s.now().Sub(s.refusedAt) < refusalRest {
		again := *s.refused
		return &again
	}
	s.refused = nil
	return nil
}

// judge keeps a refusal of the credentials for a while.
func (s *Sessions) judge(err error) error {
	fault, ok := fulfillment.AsFault(err)
	if !ok || fault.Kind != fulfillment.FaultAuthentication && fault.Kind != fulfillment.FaultPermission {
		return err
	}
	refusal := *fault
	refusal.Kind = fulfillment.FaultAuthentication
	refusal.Reason = fulfillment.ReasonCredentialsRefused
	refusal.Hint = "check username and password"
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.refused, s.refusedAt = &refusal, s.now()
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
