// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/url"
	"time"
)

// Transport carries requests of any number of connections to the same systems.
type Transport struct {
	reach Reach
	// direct dials the systems; proxied dials the proxy of the environment. They
	// are two, because a proxy may stand where no connection may lead.
	direct, proxied *http.Transport
	// proxyOf returns the proxy for a request; nil when there is none.
	proxyOf func(*http.Request) (*url.URL, error)
}

// NewTransport returns a transport: TLS 1.2 at least, addresses within reach,
// the proxy of the environment, bounded pools. The certificates in caPEM are
// trusted besides those of the system; nil adds none. It fails when caPEM holds
// no certificate.
func NewTransport(caPEM []byte, reach Reach) (*Transport, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if len(caPEM) > 0 {
		roots, err := x509.SystemCertPool()
		if err != nil {
			roots = x509.NewCertPool()
		}
		if !roots.AppendCertsFromPEM(caPEM) {
			return nil, errors.New("the bundle of certificates holds no certificate in PEM format")
		}
		config.RootCAs = roots
	}
	dialer := net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	bounded := dialer
	bounded.Control = reach.control
	t := &Transport{reach: reach, direct: pool(config, &bounded), proxied: pool(config.Clone(), &dialer), proxyOf: http.ProxyFromEnvironment}
	t.proxied.Proxy = func(r *http.Request) (*url.URL, error) { return t.proxyOf(r) }
	return t, nil
}

const (
	// silence is how long a connection that several requests share may say
	// nothing before it is asked whether it is still there, and patience how long
	// its answer may take.
	silence  = 10 * time.Second
	patience = 10 * time.Second
)

// pool returns a pool of connections, of which few are kept that are not in use.
//
// All merchants of a system share it. How many connections there are to one host
// is not bounded here, only by the requests under way: behind a bound, requests
// of one merchant that hang would keep those of all others waiting. And one
// connection of HTTP/2 carries the requests of many: when it is dead without
// having been closed, each of them would be given up after its own time, and the
// next ones would follow it, so it is asked for a sign of life.
func pool(config *tls.Config, dialer *net.Dialer) *http.Transport {
	return &http.Transport{
		DialContext:            dialer.DialContext,
		TLSClientConfig:        config,
		TLSHandshakeTimeout:    10 * time.Second,
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           256,
		MaxIdleConnsPerHost:    64,
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: silence, PingTimeout: patience},
		IdleConnTimeout:        90 * time.Second,
		ExpectContinueTimeout:  time.Second,
		MaxResponseHeaderBytes: 64 << 10,
	}
}

// RoundTrip implements http.RoundTripper.
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	proxy, err := t.proxyOf(r)
	if err == nil && proxy == nil {
		return t.direct.RoundTrip(r)
	}
	if err == nil && !t.reach.names(r.URL.Hostname()) {
		err = errOutOfReach
	}
	if err != nil {
		if r.Body != nil {
			_ = r.Body.Close()
		}
		return nil, err
	}
	return t.proxied.RoundTrip(r)
}

// CloseIdleConnections closes what is not in use.
func (t *Transport) CloseIdleConnections() {
	t.direct.CloseIdleConnections()
	t.proxied.CloseIdleConnections()
}

// maxRedirects is the most redirects that a read follows.
const maxRedirects = 3

// checkRedirect lets reads follow to the same scheme and host. Anything else
// is answered with the redirect itself, which Do turns into a fault:
// credentials never leave for another host, and no write is repeated.
func checkRedirect(next *http.Request, via []*http.Request) error {
	first := via[0]
	if first.Method != http.MethodGet && first.Method != http.MethodHead || len(via) > maxRedirects ||
		next.URL.Scheme != first.URL.Scheme || next.URL.Host != first.URL.Host || next.URL.User != nil {
		return http.ErrUseLastResponse
	}
	return nil
}
