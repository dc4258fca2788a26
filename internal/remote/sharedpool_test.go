// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"encoding/pem"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// However many requests of one account hang, another account of the host is
// asked at once.
func TestRequestsThatHangKeepNoOtherFromTheHost(t *testing.T) {
	const hanging = 300
	there := make(chan struct{}, hanging)
	over := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/hangs" {
			there <- struct{}{}
			select {
			case <-over:
			case <-r.Context().Done():
			}
		}
		io.WriteString(w, "[]")
	}))
	t.Cleanup(server.Close)
	transport, err := NewTransport(nil, loopback(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(transport.CloseIdleConnections)
	account := func(name string) *Client {
		c, _ := client(t, server.URL, func(o *Options) { o.Transport, o.Account = transport, name })
		return c
	}
	var requests sync.WaitGroup
	for range hanging {
		requests.Go(func() { _, _ = account("hangs").Do(t.Context(), Request{Path: "/hangs"}) })
	}
	for range hanging {
		select {
		case <-there:
		case <-time.After(20 * time.Second): // below the time of a request
			t.Error("a request of one account waits for others of it")
		}
		if t.Failed() {
			break
		}
	}
	if _, err := account("other").Do(t.Context(), aRead); err != nil {
		t.Errorf("another account: %v", err)
	}
	close(over)
	requests.Wait()
}

// wire forwards connections to a server until it is cut: from then on what goes
// over those that are there is lost, and nobody is told. New ones are forwarded.
type wire struct {
	net.Listener
	mutex sync.Mutex
	// dead is closed when the present connections are cut.
	dead chan struct{}
}

func (w *wire) Accept() (net.Conn, error) {
	connection, err := w.Listener.Accept()
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return &wiredConn{connection, w.dead}, err
}

func (w *wire) cut() {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	close(w.dead)
	w.dead = make(chan struct{})
}

type wiredConn struct {
	net.Conn
	dead <-chan struct{}
}

func (c *wiredConn) isDead() bool {
	select {
	case <-c.dead:
		return true
	default:
		return false
	}
}

func (c *wiredConn) Read(into []byte) (int, error) {
	for {
		n, err := c.Conn.Read(into)
		if err != nil || !c.isDead() {
			return n, err
		}
	}
}

func (c *wiredConn) Write(data []byte) (int, error) {
	if c.isDead() {
		return len(data), nil
	}
	return c.Conn.Write(data)
}

// A connection that carries the requests of many, and is dead without having
// been closed, is given up: the next request goes over a new one.
func TestADeadConnectionOfManyIsGivenUp(t *testing.T) {
	var writes atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			writes.Add(1)
		}
		io.WriteString(w, "[]")
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.EnableHTTP2 = true
	line := &wire{Listener: server.Listener, dead: make(chan struct{})}
	server.Listener = line
	server.StartTLS()
	t.Cleanup(server.Close)
	transport, err := NewTransport(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), loopback(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(transport.CloseIdleConnections)
	for _, pool := range []*http.Transport{transport.direct, transport.proxied} {
		if pool.HTTP2 == nil || pool.HTTP2.SendPingTimeout <= 0 || pool.HTTP2.SendPingTimeout+pool.HTTP2.PingTimeout >= 30*time.Second {
			t.Fatalf("a dead connection outlives a request: %+v", pool.HTTP2)
		}
	}
	transport.direct.HTTP2.SendPingTimeout, transport.direct.HTTP2.PingTimeout = 20*time.Millisecond, 2*time.Second
	c, _ := client(t, server.URL, func(o *Options) { o.Transport, o.Timeout = transport, 20*time.Second })
	if _, err := c.Do(t.Context(), aRead); err != nil {
		t.Fatal(err)
	}
	line.cut()
	if _, err := c.Do(t.Context(), aWrite); faultOf(t, err).Hint == "no answer within 20s" {
		t.Error("a request over the dead connection waits for its whole time")
	}
	if _, err := c.Do(t.Context(), aRead); err != nil {
		t.Errorf("the next request: %v", err)
	}
	if writes.Load() != 0 {
		t.Error("a write was sent again, over another connection")
	}
}
