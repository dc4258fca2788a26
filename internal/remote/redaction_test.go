// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
)

func TestRedirects(t *testing.T) {
	t.Parallel()
	var elsewhere atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	t.Cleanup(other.Close)
	var landed atomic.Int32
	handler := func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/same":
			http.Redirect(w, r, "/landing", http.StatusFound)
		case "/landing":
			landed.Add(1)
			io.WriteString(w, r.Header.Get("Authorization"))
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		case "/user":
			http.Redirect(w, r, "http://user:pass@"+r.Host+"/landing", http.StatusFound)
		case "/nowhere":
			w.WriteHeader(http.StatusFound)
		case "/temporary":
			http.Redirect(w, r, "/landing", http.StatusTemporaryRedirect)
		default:
			http.Redirect(w, r, other.URL+"/stolen", http.StatusFound)
		}
	}
	c, _ := serve(t, handler, func(o *Options) { o.Authorizer = StaticToken("token") })
	response, err := c.Do(t.Context(), Request{Path: "/same"})
	if err != nil || string(response.Body) != "Bearer token" {
		t.Errorf("on the same host: %q, %v", response.Body, err)
	}
	landed.Store(0)
	for _, test := range []struct {
		method, path string
		uncertain    bool
	}{
		{"GET", "/other", false}, {"GET", "/loop", false}, {"GET", "/user", false}, {"GET", "/nowhere", false},
		{"POST", "/other", true}, {"POST", "/same", true}, {"POST", "/temporary", true}, {"PUT", "/temporary", true}, {"DELETE", "/same", true},
	} {
		_, err := c.Do(t.Context(), Request{Method: test.method, Path: test.path})
		if fault := faultOf(t, err); fault.Kind != fulfillment.FaultUnavailable || fault.Uncertain != test.uncertain {
			t.Errorf("%s %s: %+v", test.method, test.path, fault)
		}
	}
	if landed.Load() != 0 || elsewhere.Load() != 0 {
		t.Errorf("followed %d times on the host and %d times elsewhere", landed.Load(), elsewhere.Load())
	}
}

// Not even the same host is the same place by another scheme, port or name: the
// redirect itself is the answer, and credentials go nowhere.
func TestARedirectLeavesNeitherSchemeNorPortNorName(t *testing.T) {
	t.Parallel()
	var elsewhere atomic.Int32
	count := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) })
	plain, other := httptest.NewServer(count), httptest.NewTLSServer(count)
	var target atomic.Value
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/landing" {
			elsewhere.Add(1)
			return
		}
		http.Redirect(w, r, target.Load().(string), http.StatusTemporaryRedirect)
	}))
	for _, s := range []*httptest.Server{plain, other, server} {
		t.Cleanup(s.Close)
	}
	host := server.Listener.Addr().String()
	_, port, _ := strings.Cut(host, ":")
	for name, to := range map[string]string{
		"a scheme without TLS":          "http://" + host + "/landing",
		"another server without TLS":    plain.URL + "/landing",
		"another port":                  other.URL + "/landing",
		"another port, without scheme":  "//" + other.Listener.Addr().String() + "/landing",
		"another name of the same host": "https://localhost:" + port + "/landing",
		"a user in front of the host":   "https://a@" + host + "/landing",
		"no network scheme":             "file:///etc/passwd",
	} {
		target.Store(to)
		c, _ := client(t, server.URL, func(o *Options) {
			o.Transport, o.Authorizer = server.Client().Transport, StaticToken("token")
		})
		_, err := c.Do(t.Context(), aRead)
		// A redirect that was followed and failed would have no status.
		if fault := faultOf(t, err); fault.Kind != fulfillment.FaultUnavailable || fault.Status != http.StatusTemporaryRedirect {
			t.Errorf("%s: %+v", name, fault)
		}
	}
	if elsewhere.Load() != 0 {
		t.Errorf("%d redirects were followed", elsewhere.Load())
	}
}

// TestNothingSecretIsInFaults puts secrets everywhere and looks for them in
// everything that a fault prints.
func TestNothingSecretIsInFaults(t *testing.T) {
	t.Parallel()
	handlers := map[string]http.HandlerFunc{
		"400":       func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(400); io.WriteString(w, "secret-answer") },
		"401":       func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(401); io.WriteString(w, "secret-answer") },
		"500":       func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500); io.WriteString(w, "secret-answer") },
		"malformed": func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"a": secret-answer`) },
		"broken":    breakAfter(""),
		"no HTTP":   breakAfter("secret-answer\r\n\r\n"),
		"redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://elsewhere.invalid/?secret-query", http.StatusFound)
		},
	}
	request := Request{Operation: "make a thing", Endpoint: "/things/{id}", Method: "POST", Path: "/things/secret-path", Query: "q=secret-query",
		Header: http.Header{"X-Secret": {"secret-header"}}, Body: []byte("secret-body")}
	for name, handler := range handlers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, _ := serve(t, handler, func(o *Options) { o.Authorizer = StaticToken("secret-token") })
			response, err := c.Do(t.Context(), request)
			if err == nil {
				err = c.DecodeJSON(request, response, &struct{}{})
			}
			if err == nil {
				t.Fatal("no error")
			}
			for _, printed := range []string{err.Error(), fmt.Sprintf("%+v", faultOf(t, err)), fmt.Sprintf("%#v", faultOf(t, err))} {
				if strings.Contains(printed, "secret") {
					t.Errorf("printed: %s", printed)
				}
			}
			for cause := errors.Unwrap(err); cause != nil; cause = errors.Unwrap(cause) {
				if strings.Contains(cause.Error(), "secret") {
					t.Errorf("cause: %s", cause)
				}
			}
		})
	}
}

func TestNewRefusesUnusableURLs(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"", "api.example", "ftp://api.example", "https://", "https://user:secret@api.example", "https://api.example?secret=1",
		"https://api.example#secret", "https://api.example/%zz-secret", "://secret"} {
		if _, err := New(Options{BaseURL: url}); err == nil {
			t.Errorf("%q was taken", url)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("the error repeats the URL: %v", err)
		}
	}
}

func TestAPathCannotLeaveTheHost(t *testing.T) {
	t.Parallel()
	var got atomic.Value
	c, _ := serve(t, func(_ http.ResponseWriter, r *http.Request) { got.Store(r.URL.RequestURI()) }, nil)
	for _, path := range []string{"things", ".evil.example/", "@evil.example/", ":80@evil.example/"} {
		if _, err := c.Do(t.Context(), Request{Path: path}); err == nil {
			t.Errorf("%q was sent", path)
		}
	}
	if _, err := c.Do(t.Context(), Request{Path: "/a?b#c", Query: "d=1"}); err != nil || got.Load() != "/a?d=1" {
		t.Errorf("sent %v, error %v; want the query of Query alone", got.Load(), err)
	}
}
