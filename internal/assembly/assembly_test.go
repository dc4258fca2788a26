// SPDX-License-Identifier: Apache-2.0

package assembly

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/remote"
)

// objects is a Reader of what a test says: "Secret/name" and "ConfigMap/name".
type objects map[string]Bundle

func (o objects) Secret(_ context.Context, _, name string) (Bundle, bool, error) {
	bundle, ok := o["Secret/"+name]
	return bundle, ok, nil
}

func (o objects) ConfigMap(_ context.Context, _, name string) (Bundle, bool, error) {
	bundle, ok := o["ConfigMap/"+name]
	return bundle, ok, nil
}

func bundle(version string, pairs ...string) Bundle {
	data := map[string][]byte{}
	for i := 0; i < len(pairs); i += 2 {
		data[pairs[i]] = []byte(pairs[i+1])
	}
	return Bundle{Data: data, Version: version}
}

const secretValue = "correct-horse-battery-staple"

func world() objects {
	return objects{
		"Secret/om": bundle("1", "username", "merchant@acme.example", "password", secretValue+"\n"),
		"Secret/wh": bundle("1", "clientID", "client", "clientSecret", secretValue),
	}
}

func connection(change ...func(*v1alpha1.OrderManagerConnection)) *v1alpha1.OrderManagerConnection {
	c := &v1alpha1.OrderManagerConnection{
		ObjectMeta: metav1.ObjectMeta{Namespace: "acme", Name: "east", UID: "uid", Generation: 1},
		Spec: v1alpha1.OrderManagerConnectionSpec{
			Source: v1alpha1.OrderSource{OrderManager: &v1alpha1.OrderManagerSource{
				URL: "https://api.skubana.com", SecretRef: v1alpha1.SecretReference{Name: "om"}, WarehouseName: "East DC",
			}},
			Destination: v1alpha1.OrderDestination{ThreePLWarehouseManager: &v1alpha1.ThreePLWarehouseManagerDestination{
				URL: "https://secure-wms.com", SecretRef: v1alpha1.SecretReference{Name: "wh"}, UserLogin: "integration@acme.example",
				CustomerID: 17, FacilityID: 3, TimeZone: "America/Los_Angeles",
			}},
		},
	}
	for _, f := range change {
		f(c)
	}
	return c
}

func builder(t *testing.T, reader Reader, change ...func(*Options)) *Builder {
	t.Helper()
	options := Options{Reader: reader}
	for _, c := range change {
		c(&options)
	}
	b, err := NewBuilder(options)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestSourceSaysWhatIsWrong(t *testing.T) {
	om := func(change func(*v1alpha1.OrderManagerSource)) func(*v1alpha1.OrderManagerConnection) {
		return func(c *v1alpha1.OrderManagerConnection) { change(c.Spec.Source.OrderManager) }
	}
	url := func(url string) func(*v1alpha1.OrderManagerConnection) {
		return om(func(s *v1alpha1.OrderManagerSource) { s.URL = url })
	}
	keep := func(*v1alpha1.OrderManagerConnection) {}
	cases := map[string]struct {
		secret   Bundle
		change   func(*v1alpha1.OrderManagerConnection)
		insecure bool
		reason   string
	}{
		"user and password":           {world()["Secret/om"], keep, false, ""},
		"access token":                {bundle("1", "accessToken", "token\r\n"), keep, false, ""},
		"both kinds":                  {bundle("1", "accessToken", "token", "password", "x"), keep, false, v1alpha1.ReasonCredentialsAmbiguous},
		"neither":                     {bundle("1", "token", "token"), keep, false, v1alpha1.ReasonSecretKeyMissing},
		"a newline alone":             {bundle("1", "accessToken", "\n"), keep, false, v1alpha1.ReasonSecretKeyMissing},
		"no password":                 {bundle("1", "username", "merchant"), keep, false, v1alpha1.ReasonSecretKeyMissing},
		"two newlines at the end":     {bundle("1", "accessToken", "token\n\n"), keep, false, v1alpha1.ReasonCredentialsMalformed},
		"a zero byte":                 {bundle("1", "username", "merchant", "password", "a\x00b"), keep, false, v1alpha1.ReasonCredentialsMalformed},
		"not text":                    {bundle("1", "accessToken", "\xff\xfe"), keep, false, v1alpha1.ReasonCredentialsMalformed},
		"plain http":                  {bundle("1", "accessToken", "token"), url("http://api.skubana.com"), false, v1alpha1.ReasonInsecureURL},
		"plain http, allowed":         {bundle("1", "accessToken", "token", "hosts", "demo.example"), url("http://demo.example"), true, ""},
		"the default host's own port": {bundle("1", "accessToken", "token"), url("https://API.skubana.com:443/"), false, ""},
		"another port of it":          {bundle("1", "accessToken", "token"), url("https://api.skubana.com:8443"), false, v1alpha1.ReasonCredentialsNotForHost},
		"a host that begins like it":  {bundle("1", "accessToken", "token"), url("https://api.skubana.com.evil.example"), false, v1alpha1.ReasonCredentialsNotForHost},
		"a listed host":               {bundle("1", "accessToken", "token", "hosts", "a.example, b.example:8443\n"), url("https://b.example:8443"), false, ""},
		"a listed host, other port":   {bundle("1", "accessToken", "token", "hosts", "b.example:8443"), url("https://b.example"), false, v1alpha1.ReasonCredentialsNotForHost},
		"a host below a listed one":   {bundle("1", "accessToken", "token", "hosts", "b.example"), url("https://x.b.example"), false, v1alpha1.ReasonCredentialsNotForHost},
		"tokens from a foreign host":  {world()["Secret/om"], om(func(s *v1alpha1.OrderManagerSource) { s.TokenURL = "https://evil.example/token" }), false, v1alpha1.ReasonCredentialsNotForHost},
		"tokens from plain http":      {world()["Secret/om"], om(func(s *v1alpha1.OrderManagerSource) { s.TokenURL = "http://api.skubana.com/token" }), false, v1alpha1.ReasonInsecureURL},
		"a token needs no tokenURL":   {bundle("1", "accessToken", "token"), om(func(s *v1alpha1.OrderManagerSource) { s.TokenURL = "https://evil.example/token" }), false, ""},
		"no such secret":              {world()["Secret/om"], om(func(s *v1alpha1.OrderManagerSource) { s.SecretRef.Name = "absent" }), false, v1alpha1.ReasonSecretNotFound},
		"no certificates":             {world()["Secret/om"], om(func(s *v1alpha1.OrderManagerSource) { s.CABundleRef = &v1alpha1.CABundleReference{Name: "absent"} }), false, v1alpha1.ReasonCABundleNotFound},
		"certificates under no key": {world()["Secret/om"], om(func(s *v1alpha1.OrderManagerSource) {
			s.CABundleRef = &v1alpha1.CABundleReference{Name: "ca", Key: "other"}
		}), false, v1alpha1.ReasonCABundleNotFound},
		"certificates that are none": {world()["Secret/om"], om(func(s *v1alpha1.OrderManagerSource) { s.CABundleRef = &v1alpha1.CABundleReference{Name: "ca"} }), false, v1alpha1.ReasonCABundleMalformed},
		"certificates in a secret": {world()["Secret/om"], om(func(s *v1alpha1.OrderManagerSource) {
			s.CABundleRef = &v1alpha1.CABundleReference{Kind: "Secret", Name: "ca"}
		}), false, v1alpha1.ReasonCABundleNotFound},
		"a source of a newer operator": {world()["Secret/om"], func(c *v1alpha1.OrderManagerConnection) { c.Spec.Source.OrderManager = nil }, false, v1alpha1.ReasonUnsupportedSource},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			reader := world()
			reader["Secret/om"] = c.secret
			reader["ConfigMap/ca"] = bundle("1", "ca.crt", "not a certificate")
			b := builder(t, reader, func(o *Options) { o.AllowInsecureHTTP = c.insecure })
			source, err := b.Source(t.Context(), connection(c.change))
			check(t, err, c.reason)
			if (err == nil) != (source != nil) {
				t.Errorf("source %v with error %v", source, err)
			}
			if text := fmt.Sprintf("%v %v %+v %#v", err, source, source, source); strings.Contains(text, secretValue) {
				t.Errorf("the secret is shown: %s", text)
			}
		})
	}
}

func check(t *testing.T, err error, reason string) {
	t.Helper()
	if reason == "" {
		if err != nil {
			t.Fatalf("refused: %v", err)
		}
		return
	}
	fault, ok := fulfillment.AsFault(err)
	if !ok || fault.Kind != fulfillment.FaultMisconfigured || fault.Reason != reason || fault.Hint == "" {
		t.Fatalf("error %v, want Misconfigured, %s, with a hint", err, reason)
	}
}

func TestDestinationSaysWhatIsWrong(t *testing.T) {
	wh := func(change func(*v1alpha1.ThreePLWarehouseManagerDestination)) func(*v1alpha1.OrderManagerConnection) {
		return func(c *v1alpha1.OrderManagerConnection) { change(c.Spec.Destination.ThreePLWarehouseManager) }
	}
	keep := func(*v1alpha1.OrderManagerConnection) {}
	cases := map[string]struct {
		secret Bundle
		change func(*v1alpha1.OrderManagerConnection)
		reason string
	}{
		"right":          {world()["Secret/wh"], keep, ""},
		"no secret key":  {bundle("1", "clientID", "client"), keep, v1alpha1.ReasonSecretKeyMissing},
		"no id":          {bundle("1", "clientSecret", "secret"), keep, v1alpha1.ReasonSecretKeyMissing},
		"a line break":   {bundle("1", "clientID", "client", "clientSecret", "a\nb"), keep, v1alpha1.ReasonCredentialsMalformed},
		"a foreign host": {world()["Secret/wh"], wh(func(d *v1alpha1.ThreePLWarehouseManagerDestination) { d.URL = "https://evil.example" }), v1alpha1.ReasonCredentialsNotForHost},
		"plain http":     {world()["Secret/wh"], wh(func(d *v1alpha1.ThreePLWarehouseManagerDestination) { d.URL = "http://secure-wms.com" }), v1alpha1.ReasonInsecureURL},
		"a destination of a newer operator": {world()["Secret/wh"], func(c *v1alpha1.OrderManagerConnection) {
			c.Spec.Destination.ThreePLWarehouseManager = nil
		}, v1alpha1.ReasonUnsupportedDestination},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			reader := world()
			reader["Secret/wh"] = c.secret
			_, err := builder(t, reader).Destination(t.Context(), connection(c.change))
			check(t, err, c.reason)
		})
	}
}

// What was built is kept while nothing it was built from changes: tokens are
// not fetched for every run.
func TestWaysAreKept(t *testing.T) {
	reader := world()
	b := builder(t, reader)
	build := func(c *v1alpha1.OrderManagerConnection) (Source, Destination) {
		t.Helper()
		source, err := b.Source(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		destination, err := b.Destination(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		return source, destination
	}
	source, destination := build(connection())
	if again, dest := build(connection()); again != source || dest != destination {
		t.Error("nothing changed, and both were built anew")
	}
	if other, _ := build(connection(func(c *v1alpha1.OrderManagerConnection) { c.UID = "another" })); other == source {
		t.Error("two connections share one source")
	}
	reader["Secret/om"] = bundle("2", "accessToken", "token")
	renewed, same := build(connection())
	if renewed == source || same != destination {
		t.Error("a changed Secret must renew its own side and no other")
	}
	if edited, dest := build(connection(func(c *v1alpha1.OrderManagerConnection) { c.Generation = 2 })); edited == renewed || dest == destination {
		t.Error("a changed specification must renew both sides")
	}
	last, _ := build(connection())
	b.Forget("uid")
	if after, _ := build(connection()); after == last {
		t.Error("a forgotten source is still used")
	}
}

func TestPortsRefuseWhatIsNotTheirs(t *testing.T) {
	source, err := builder(t, world()).Source(t.Context(), connection())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := source.Port(Resolution{Host: "api.skubana.com"}, remote.PriorityOrder); err == nil {
		t.Error("a resolution of another system was taken")
	}
}

type broken struct{ objects }

var errAPIServer = errors.New("the API server is away")

func (broken) Secret(context.Context, string, string) (Bundle, bool, error) {
	return Bundle{}, false, errAPIServer
}

func TestAPIServerErrorsAreNoFaults(t *testing.T) {
	b := builder(t, broken{})
	_, sourceErr := b.Source(t.Context(), connection())
	_, destinationErr := b.Destination(t.Context(), connection())
	for _, err := range []error{sourceErr, destinationErr} {
		if _, ok := fulfillment.AsFault(err); ok || !errors.Is(err, errAPIServer) {
			t.Errorf("error %v", err)
		}
	}
}

func TestHostOf(t *testing.T) {
	cases := map[string]string{
		"https://api.skubana.com": "api.skubana.com", "https://API.Skubana.com:443/v1": "api.skubana.com",
		"https://api.skubana.com.": "api.skubana.com", "https://api.skubana.com.:443": "api.skubana.com",
		"http://demo.example:80": "demo.example", "https://demo.example:80": "demo.example:80",
		"http://127.0.0.1:8080": "127.0.0.1:8080", "https://[2001:db8::1]:443": "[2001:db8::1]", "https://[2001:db8::1]:8443": "[2001:db8::1]:8443",
		"://": "",
	}
	for address, want := range cases {
		if got := hostOf(address); got != want {
			t.Errorf("%s: %q, want %q", address, got, want)
		}
	}
}
