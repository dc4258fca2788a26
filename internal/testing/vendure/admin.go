// SPDX-License-Identifier: Apache-2.0

package vendure

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// AdminPath is where the admin API is below the URL.
const AdminPath = "/admin-api"

// admin speaks to the admin API as the administrator. It is not the driver's
// client: what the driver did is not to be seen through the driver's eyes.
type admin struct {
	server *Server
	http   *http.Client
	mutex  sync.Mutex
	token  string
}

func newAdmin(server *Server) *admin {
	return &admin{server: server, http: &http.Client{Timeout: time.Minute}}
}

// Query sends a document of GraphQL to the admin API, in the channel of this
// token (the default channel when it is empty), and reads the data of the answer.
func (s *Server) Query(ctx context.Context, channel, document string, variables map[string]any, data any) error {
	token, err := s.admin.login(ctx)
	if err != nil {
		return err
	}
	_, err = s.admin.send(ctx, token, channel, document, variables, data)
	return err
}

// query is Query in the default channel.
func (s *Server) query(ctx context.Context, document string, variables map[string]any, data any) error {
	return s.Query(ctx, "", document, variables, data)
}

// ExpireSessions ends every session of the administrator, those of others who
// use the same name included.
func (s *Server) ExpireSessions(ctx context.Context) error {
	if err := s.query(ctx, `mutation { logout { success } }`, nil, nil); err != nil {
		return err
	}
	s.admin.mutex.Lock()
	defer s.admin.mutex.Unlock()
	s.admin.token = ""
	return nil
}

func (a *admin) login(ctx context.Context) (string, error) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if a.token != "" {
		return a.token, nil
	}
	header, err := a.send(ctx, "", "", `mutation($u: String!, $p: String!) {
		login(username: $u, password: $p) { __typename ... on CurrentUser { id } } }`,
		map[string]any{"u": a.server.Username, "p": a.server.Password}, nil)
	if err != nil {
		return "", err
	}
	if a.token = header.Get("vendure-auth-token"); a.token == "" {
		return "", errors.New("vendure did not accept its administrator")
	}
	return a.token, nil
}

func (a *admin) send(ctx context.Context, token, channel, document string, variables map[string]any, data any) (http.Header, error) {
	body, err := json.Marshal(map[string]any{"query": document, "variables": variables})
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, a.server.URL+AdminPath, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	if channel != "" {
		request.Header.Set("vendure-token", channel)
	}
	response, err := a.http.Do(request)
	if err != nil {
		return nil, fmt.Errorf("asking Vendure: %w", err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, fmt.Errorf("asking Vendure: %w", err)
	}
	var answer struct {
		Data   json.RawMessage `json:"data"`
		Errors []struct {
			Message string `json:"message"`
			Path    []any  `json:"path"`
		} `json:"errors"`
	}
	if err := json.Unmarshal(content, &answer); err != nil {
		return nil, fmt.Errorf("asking Vendure: HTTP %d: %w", response.StatusCode, err)
	}
	if len(answer.Errors) > 0 {
		return nil, fmt.Errorf("asking Vendure: %s at %v", answer.Errors[0].Message, answer.Errors[0].Path)
	}
	if data != nil {
		if err := json.Unmarshal(answer.Data, data); err != nil {
			return nil, fmt.Errorf("asking Vendure: %w", err)
		}
	}
	return response.Header, nil
}

// refused is an error that Vendure returned as a result.
type refused struct {
	Type string `json:"__typename"`
	Code string `json:"errorCode"`
	Text string `json:"message"`
	// Transition is why an order or a fulfillment may not change its state.
	Transition string `json:"transitionError"`
}

func (r refused) err(operation string) error {
	if r.Code == "" {
		return nil
	}
	return fmt.Errorf("%s: Vendure refused: %s: %s %s", operation, r.Code, r.Text, r.Transition)
}

const refusal = `__typename ... on ErrorResult { errorCode message }`
