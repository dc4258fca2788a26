// SPDX-License-Identifier: Apache-2.0

package assembly

import (
	"fmt"
	"strings"
	"testing"

	"ordersync.dev/operator/api/v1alpha1"
)

func vendureConnection(change ...func(*v1alpha1.VendureDestination)) *v1alpha1.OrderManagerConnection {
	member := &v1alpha1.VendureDestination{
		URL: "https://shop.acme.example", SecretRef: v1alpha1.SecretReference{Name: "shop"}, Channel: "acme", StockLocation: "East DC",
	}
	for _, f := range change {
		f(member)
	}
	return connection(func(c *v1alpha1.OrderManagerConnection) {
		c.Spec.Destination = v1alpha1.OrderDestination{Vendure: member}
	})
}

func TestVendureSaysWhatIsWrong(t *testing.T) {
	right := bundle("1", "username", "sync", "password", secretValue, "hosts", "shop.acme.example")
	cases := map[string]struct {
		secret Bundle
		change func(*v1alpha1.VendureDestination)
		reason string
	}{
		"right":          {right, func(*v1alpha1.VendureDestination) {}, ""},
		"no password":    {bundle("1", "username", "sync", "hosts", "shop.acme.example"), func(*v1alpha1.VendureDestination) {}, v1alpha1.ReasonSecretKeyMissing},
		"no user":        {bundle("1", "password", secretValue, "hosts", "shop.acme.example"), func(*v1alpha1.VendureDestination) {}, v1alpha1.ReasonSecretKeyMissing},
		"no host at all": {bundle("1", "username", "sync", "password", secretValue), func(*v1alpha1.VendureDestination) {}, v1alpha1.ReasonCredentialsNotForHost},
		"another host":   {right, func(d *v1alpha1.VendureDestination) { d.URL = "https://evil.example" }, v1alpha1.ReasonCredentialsNotForHost},
		"another port":   {right, func(d *v1alpha1.VendureDestination) { d.URL = "https://shop.acme.example:8443" }, v1alpha1.ReasonCredentialsNotForHost},
		"without TLS":    {right, func(d *v1alpha1.VendureDestination) { d.URL = "http://shop.acme.example" }, v1alpha1.ReasonInsecureURL},
		"no such secret": {right, func(d *v1alpha1.VendureDestination) { d.SecretRef.Name = "other" }, v1alpha1.ReasonSecretNotFound},
		"no such bundle": {right, func(d *v1alpha1.VendureDestination) { d.CABundleRef = &v1alpha1.CABundleReference{Name: "other"} }, v1alpha1.ReasonCABundleNotFound},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			reader := world()
			reader["Secret/shop"] = c.secret
			destination, err := builder(t, reader).Destination(t.Context(), vendureConnection(c.change))
			check(t, err, c.reason)
			if err != nil {
				return
			}
			if printed := fmt.Sprintf("%v %+v %#v %s", destination, destination, destination, destination); strings.Contains(printed, secretValue) {
				t.Errorf("the password is printed: %s", printed)
			}
			if _, err := destination.Port(PriorityOrder); err != nil {
				t.Errorf("no port: %v", err)
			}
		})
	}
}

// Channels of one server may draw upon one location, and one channel is one set
// of orders whichever location is looked at.
func TestVendurePlaces(t *testing.T) {
	of := func(change ...func(*v1alpha1.VendureDestination)) Place { return PlaceOf(vendureConnection(change...)) }
	mine := of()
	if mine.Orders == "" || mine.Stock == "" {
		t.Fatalf("place %+v", mine)
	}
	cases := map[string]struct {
		other         Place
		orders, stock bool
	}{
		"the same, spelled in another way": {of(func(d *v1alpha1.VendureDestination) { d.URL = "https://SHOP.acme.example:443/admin-api/" }), true, true},
		"another channel":                  {of(func(d *v1alpha1.VendureDestination) { d.Channel = "other" }), false, true},
		"the default channel":              {of(func(d *v1alpha1.VendureDestination) { d.Channel = "" }), false, true},
		"another location":                 {of(func(d *v1alpha1.VendureDestination) { d.StockLocation = "West DC" }), true, false},
		"another path of the host":         {of(func(d *v1alpha1.VendureDestination) { d.URL = "https://shop.acme.example/two/admin-api" }), false, false},
		"another host":                     {of(func(d *v1alpha1.VendureDestination) { d.URL = "https://shop.other.example" }), false, false},
		"another system":                   {PlaceOf(connection()), false, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if (c.other.Orders == mine.Orders) != c.orders || (c.other.Stock == mine.Stock) != c.stock {
				t.Errorf("mine %+v, the other %+v; orders shared want %t, stock shared want %t", mine, c.other, c.orders, c.stock)
			}
		})
	}
}
