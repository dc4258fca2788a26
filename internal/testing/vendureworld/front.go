// SPDX-License-Identifier: Apache-2.0

package vendureworld

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"time"
)

// What the front adds to a request, so that the rules of a fault injector can
// tell requests apart that all go to one path.
const (
	fieldParameter   = "field"
	channelParameter = "channel"
)

// label adds what a request is about to its parameters.
func label(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		var request struct{ Query string }
		_ = json.Unmarshal(body, &request) // what is no GraphQL has no fields
		about := url.Values{channelParameter: {r.Header.Get("vendure-token")}, fieldParameter: rootFields(request.Query)}
		r.URL.RawQuery = about.Encode()
		next.ServeHTTP(w, r)
	})
}

// forward passes requests on without what label added. When the server behind
// is not there the connection is closed, as the server's own would be.
func forward(to string) http.Handler {
	target, err := url.Parse(to)
	if err != nil {
		panic(err) // the address of a server that answers
	}
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.URL.RawQuery = ""
		},
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
		ErrorLog:     slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	}
}

// serve serves a handler on a loopback address until Close.
func serve(ctx context.Context, address string, handler http.Handler) (*http.Server, string, error) {
	if address == "" {
		address = "127.0.0.1:0"
	}
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, "", err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)}
	go func() { _ = server.Serve(listener) }()
	return server, "http://" + listener.Addr().String(), nil
}
