// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"crypto/tls"
	"encoding/pem"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestNewTransport(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "[]") }))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	bundle := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})

	trusting, err := NewTransport(bundle, loopback(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(trusting.CloseIdleConnections)
	c, _ := client(t, server.URL, func(o *Options) { o.Transport = trusting })
	if _, err := c.Do(t.Context(), aRead); err != nil {
		t.Errorf("with the server's certificate in the bundle: %v", err)
	}
	for _, pool := range []*http.Transport{trusting.direct, trusting.proxied} {
		if config := pool.TLSClientConfig; config.MinVersion != tls.VersionTLS12 || config.InsecureSkipVerify || config.RootCAs == nil {
			t.Error("TLS below 1.2 is taken, or certificates are not verified, or the bundle is not used")
		}
	}
	for name, bundle := range map[string]string{"no PEM": "hello", "a key": "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "blank": "\n"} {
		if _, err := NewTransport([]byte(bundle), Reach{}); err == nil {
			t.Errorf("%s was taken for certificates", name)
		}
	}
}

func TestOldTLSIsRefused(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.TLS = &tls.Config{MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	bundle := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	transport, err := NewTransport(bundle, loopback(t))
	if err != nil {
		t.Fatal(err)
	}
	c, _ := client(t, server.URL, func(o *Options) { o.Transport = transport })
	_, err = c.Do(t.Context(), aWrite)
	if fault := faultOf(t, err); fault.Status != 0 || fault.Uncertain {
		t.Errorf("%+v, want no answer and nothing sent", fault)
	}
}
