// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
)

func TestOnlyThePublicInternetIsReached(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"8.8.8.8": true, "172.32.0.1": true, "100.128.0.1": true, "169.253.0.1": true, "223.255.255.255": true,
		"2606:4700::1111": true, "::ffff:8.8.8.8": true, "64:ff9b::8.8.8.8": true,

		"0.0.0.0": false, "0.1.2.3": false, "10.0.0.1": false, "100.64.0.1": false, "100.127.255.255": false,
		"127.0.0.1": false, "127.255.0.1": false, "169.254.1.1": false, "172.16.0.1": false, "172.31.255.255": false,
		"192.0.0.192": false, "192.168.1.1": false, "198.18.0.1": false, "224.0.0.1": false, "239.255.255.255": false, "255.255.255.255": false,
		"::": false, "::1": false, "fe80::1": false, "fe80::1%eth0": false, "fc00::1": false, "fd12:3456::1": false, "fec0::1": false, "ff02::1": false,
		// Metadata services.
		"169.254.169.254": false, "100.100.100.200": false, "168.63.129.16": false, "fd00:ec2::254": false,
		// An address of IPv4 in another dress.
		"::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false, "::ffff:169.254.169.254": false, "::127.0.0.1": false,
		"64:ff9b::10.0.0.1": false, "64:ff9b::169.254.169.254": false, "64:ff9b:1::10.0.0.1": false,
		"2002:7f00:1::": false, "2002:a00:1::1": false, "2001:0:1234::1": false,
	} {
		if got := (Reach{}).allows(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s: allowed %t", address, got)
		}
	}
}

func TestNamedNetworksAreReachedAndNoMore(t *testing.T) {
	t.Parallel()
	reach, err := ParseReach(" 10.1.0.0/16, fd00:1::/32 ,,169.254.169.254/32")
	if err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]bool{
		"10.1.2.3": true, "::ffff:10.1.2.3": true, "64:ff9b::10.1.2.3": true, "fd00:1::5": true, "169.254.169.254": true, "8.8.8.8": true,
		"10.2.0.1": false, "127.0.0.1": false, "fd00:2::1": false, "169.254.169.253": false,
	} {
		if got := reach.allows(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s: allowed %t", address, got)
		}
	}
	for _, text := range []string{"10.0.0.1", "10.0.0.1/8", "::ffff:10.0.0.0/104", "10.0.0.0/33", "all", "10.0.0.0/8;127.0.0.0/8"} {
		if _, err := ParseReach(text); err == nil {
			t.Errorf("%q was taken for networks", text)
		}
	}
}

// Names are judged by what they lead to, at the moment of dialling: whatever a
// look-up said before does not count.
func TestWhatANameLeadsToIsJudgedWhenDialled(t *testing.T) {
	t.Parallel()
	var requests, dials atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { requests.Add(1) }))
	t.Cleanup(server.Close)
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{server.URL, "http://localhost:" + port, "http://[::ffff:127.0.0.1]:" + port} {
		transport, err := NewTransport(nil, Reach{})
		if err != nil {
			t.Fatal(err)
		}
		dial := transport.direct.DialContext
		transport.direct.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
			dials.Add(1)
			return dial(ctx, network, address)
		}
		for _, request := range []Request{aRead, aWrite} {
			dials.Store(0)
			c, clock := client(t, address, func(o *Options) { o.Transport = transport })
			before := clock.Now()
			_, err = c.Do(t.Context(), request)
			fault := faultOf(t, err)
			if fault.Kind != fulfillment.FaultMisconfigured || fault.Reason != fulfillment.ReasonAddressNotAllowed || fault.Uncertain {
				t.Errorf("%s: %+v", address, fault)
			}
			if text := err.Error(); !strings.Contains(text, "--allowed-private-cidrs") || strings.Contains(text, "127.0.0.1") || strings.Contains(text, port) {
				t.Errorf("it says %q: want what to do, and no address", text)
			}
			if dials.Load() != 1 || clock.Now() != before {
				t.Errorf("%s: dialled %d times, waited %v; want once and at once", address, dials.Load(), clock.Now().Sub(before))
			}
		}
		// The same, where it may.
		if _, err := mustClient(t, address).Do(t.Context(), aRead); err != nil {
			t.Errorf("%s with the network named: %v", address, err)
		}
	}
	if requests.Load() != 3 {
		t.Errorf("%d requests, want one for each address with the network named", requests.Load())
	}
}

func mustClient(t *testing.T, url string) *Client {
	t.Helper()
	c, _ := client(t, url, nil)
	return c
}

// The administrator's proxy is called wherever it is. It is told no address that
// could not be called without it.
func TestAProxyIsCalledAndToldNoPrivateAddress(t *testing.T) {
	t.Parallel()
	var asked atomic.Value
	proxy := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { asked.Store(r.URL.Host) }))
	t.Cleanup(proxy.Close)
	address, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]bool{
		"shop.example": true, "shop.example.": true, "8.8.8.8": true, "1.2.3.example": true, "xn--bcher-kva.example": true,
		"127.0.0.1": false, "169.254.169.254": false, "10.0.0.1:443": false, "[::1]": false, "[::ffff:10.0.0.1]": false, "[fd00::1]:8443": false,
		// What others read as 127.0.0.1.
		"2130706433": false, "0x7f000001": false, "0x7f.1": false, "127.1": false, "127.0.0.01": false, "127.0.0.1.": false,
	} {
		asked.Store("")
		transport, err := NewTransport(nil, Reach{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(transport.CloseIdleConnections)
		transport.proxyOf = http.ProxyURL(address)
		c, _ := client(t, "http://"+host, func(o *Options) { o.Transport = transport })
		_, err = c.Do(t.Context(), aWrite)
		if (err == nil) != want || (asked.Load() == host) != want {
			t.Errorf("%s: error %v, the proxy was asked for %q", host, err, asked.Load())
		}
		if err != nil && faultOf(t, err).Reason != fulfillment.ReasonAddressNotAllowed {
			t.Errorf("%s: %v", host, err)
		}
	}
}
