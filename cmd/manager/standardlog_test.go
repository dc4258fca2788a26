// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"ordersync.dev/operator/internal/remote"
)

// A server that answers twice would have its second answer printed, with all
// that an order holds.
func TestWhatAServerSendsUnaskedIsNotLogged(t *testing.T) {
	before, flags, fallback := log.Writer(), log.Flags(), slog.Default()
	t.Cleanup(func() {
		slog.SetDefault(fallback)
		log.SetOutput(before)
		log.SetFlags(flags)
	})
	for _, muted := range []bool{false, true} {
		var logged bytes.Buffer
		log.SetOutput(&logged)
		if muted {
			muteStandardLog()
		}
		hungUp := make(chan struct{})
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			defer close(hungUp)
			connection, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				return
			}
			defer connection.Close()
			io.WriteString(connection, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[][{\"shipEmail\":\"jane@roe.example\"}]")
			// The client logs before it hangs up.
			_, _ = io.Copy(io.Discard, connection)
		}))
		client, err := remote.New(remote.Options{BaseURL: server.URL, Transport: &http.Transport{}})
		if err != nil {
			t.Fatal(err)
		}
		if response, err := client.Do(t.Context(), remote.Request{Path: "/orders"}); err != nil || string(response.Body) != "[]" {
			t.Fatalf("%q, %v", response.Body, err)
		}
		<-hungUp
		server.Close()
		if strings.Contains(logged.String(), "jane@roe.example") == muted {
			t.Errorf("muted %t: logged %q", muted, logged.String())
		}
	}
}
