// SPDX-License-Identifier: Apache-2.0

package assembly

import (
	"encoding/pem"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/remote"
)

// A private authority is trusted by the connection that names its certificate,
// in a ConfigMap or in a Secret, and by no other. Without it nothing is sent.
func TestAPrivateAuthorityIsTrustedByWhoNamesIt(t *testing.T) {
	var asked atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.WriteHeader(http.StatusForbidden)
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	certificate := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
	reach, err := remote.ParseReach("127.0.0.1/32")
	if err != nil {
		t.Fatal(err)
	}
	host := strings.TrimPrefix(server.URL, "https://")
	objects := objects{
		"Secret/om":    bundle("1", "accessToken", secretValue, "hosts", host),
		"Secret/wh":    bundle("1", "clientID", "client", "clientSecret", secretValue, "hosts", host),
		"ConfigMap/ca": bundle("1", "ca.crt", certificate),
		"Secret/ca":    bundle("1", "authority", certificate),
	}
	b := builder(t, objects, func(o *Options) { o.Reach = reach })
	for name, test := range map[string]struct {
		ref     *v1alpha1.CABundleReference
		trusted bool
	}{
		"in a ConfigMap":                   {&v1alpha1.CABundleReference{Name: "ca"}, true},
		"in a ConfigMap, in so many words": {&v1alpha1.CABundleReference{Kind: v1alpha1.CABundleConfigMap, Name: "ca", Key: "ca.crt"}, true},
		"in a Secret":                      {&v1alpha1.CABundleReference{Kind: v1alpha1.CABundleSecret, Name: "ca", Key: "authority"}, true},
		"not named":                        {nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			asked.Store(0)
			c := connection(func(c *v1alpha1.OrderManagerConnection) {
				c.Generation = int64(len(name))
				c.Spec.Source.OrderManager.URL, c.Spec.Source.OrderManager.CABundleRef = server.URL, test.ref
				d := c.Spec.Destination.ThreePLWarehouseManager
				d.URL, d.CABundleRef = server.URL, test.ref
			})
			source, err := b.Source(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			destination, err := b.Destination(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			_, sourceErr := source.Resolve(t.Context(), time.Minute)
			for _, err := range []error{sourceErr, destination.Check(t.Context())} {
				fault, ok := fulfillment.AsFault(err)
				if !ok || (fault.Status == http.StatusForbidden) != test.trusted || strings.Contains(fault.Hint, "not trusted") == test.trusted {
					t.Errorf("%v, want trust %t", err, test.trusted)
				}
			}
			if (asked.Load() > 0) != test.trusted {
				t.Errorf("%d requests arrived", asked.Load())
			}
		})
	}
}
