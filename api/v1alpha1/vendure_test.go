// SPDX-License-Identifier: Apache-2.0

package v1alpha1_test

import (
	"strings"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"
)

const vendureManifest = `
apiVersion: ordersync.dev/v1alpha1
kind: OrderManagerConnection
metadata: {generateName: connection-, namespace: default}
spec:
  source:
    orderManager:
      secretRef: {name: order-manager}
      warehouseName: East DC
  destination:
    vendure:
      url: https://shop.merchant.example
      secretRef: {name: shop}
      channel: merchant-channel
      stockLocation: East DC
`

const vendurePath = "spec.destination.vendure."

func vendureWith(field string) string { return `{spec: {destination: {vendure: {` + field + `}}}}` }

func TestVendureDestination(t *testing.T) {
	const wrongURL = "must be an http or https URL with a host and without user information, query and fragment"
	long := strings.Repeat("a", 255)
	runSchemaCases(t, vendureManifest, []schemaCase{
		{name: "as it is", patch: `{}`},
		{name: "both destinations", patch: `{spec: {destination: {threePLWarehouseManager: {secretRef: {name: w}, userLogin: l, customerID: 1, facilityID: 1}}}}`,
			field: "spec.destination", message: "exactly one of the fields in [threePLWarehouseManager vendure] must be set"},
		{name: "no url", patch: vendureWith(`url: null`), field: vendurePath + "url", message: "Required value"},
		{name: "a url with a path", patch: vendureWith(`url: "https://merchant.example/shop/admin-api"`)},
		{name: "a url with a password", patch: vendureWith(`url: "https://a:b@merchant.example"`), field: vendurePath + "url", message: wrongURL},
		{name: "a url with a query", patch: vendureWith(`url: "https://merchant.example?channel=1"`), field: vendurePath + "url", message: wrongURL},
		{name: "another scheme", patch: vendureWith(`url: "ftp://merchant.example"`), field: vendurePath + "url", message: wrongURL},
		{name: "no secret", patch: vendureWith(`secretRef: null`), field: vendurePath + "secretRef", message: "Required value"},
		{name: "the default channel", patch: vendureWith(`channel: null`)},
		{name: "an empty channel", patch: vendureWith(`channel: ""`), field: vendurePath + "channel", message: "should be at least 1 chars long"},
		{name: "a blank in the channel", patch: vendureWith(`channel: "my channel"`), field: vendurePath + "channel", message: "should match"},
		{name: "a line break in the channel", patch: vendureWith(`channel: "channel\n"`), field: vendurePath + "channel", message: "should match"},
		{name: "no location", patch: vendureWith(`stockLocation: null`), field: vendurePath + "stockLocation", message: "Required value"},
		{name: "a blank location", patch: vendureWith(`stockLocation: "  "`), field: vendurePath + "stockLocation", message: "must not be blank"},
		{name: "a location of 255 characters", patch: vendureWith(`stockLocation: "` + long + `"`)},
		{name: "a location of 256 characters", patch: vendureWith(`stockLocation: "` + long + `a"`), field: vendurePath + "stockLocation", message: "may not be more than 255"},
		{name: "a shipping method", patch: vendureWith(`shippingMethod: express`)},
		{name: "an empty shipping method", patch: vendureWith(`shippingMethod: ""`), field: vendurePath + "shippingMethod", message: "should be at least 1 chars long"},
		{name: "certificates", patch: vendureWith(`caBundleRef: {name: authority}`)},
	})
}

func TestVendureImmutability(t *testing.T) {
	const fixed = "cannot be changed: open orders live in this channel"
	cases := []struct {
		schemaCase
		before string
	}{
		{schemaCase: schemaCase{name: "another channel", patch: vendureWith(`channel: other`), field: vendurePath + "channel", message: fixed}},
		{schemaCase: schemaCase{name: "no channel any more", patch: vendureWith(`channel: null`), field: vendurePath + "channel", message: fixed}},
		{schemaCase: schemaCase{name: "a channel where there was none", patch: vendureWith(`channel: merchant-channel`), field: vendurePath + "channel", message: fixed}, before: vendureWith(`channel: null`)},
		{schemaCase: schemaCase{
			name: "another kind", field: "spec.destination", message: "the kind of destination cannot be changed",
			patch: `{spec: {destination: {vendure: null, threePLWarehouseManager: {secretRef: {name: w}, userLogin: l, customerID: 1, facilityID: 1}}}}`,
		}},
		{schemaCase: schemaCase{name: "another address", patch: vendureWith(`url: "https://new.merchant.example"`)}},
		{schemaCase: schemaCase{name: "another location, to which no order is bound", patch: vendureWith(`stockLocation: West DC`)}},
		{schemaCase: schemaCase{name: "another shipping method", patch: vendureWith(`shippingMethod: express`)}},
		{schemaCase: schemaCase{name: "another secret", patch: vendureWith(`secretRef: {name: rotated}`)}},
	}
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			before := []string{}
			if test.before != "" {
				before = append(before, test.before)
			}
			changed := create(t, object(t, vendureManifest, before...))
			changed.Object, _ = merge(changed.Object, parse(t, test.patch)).(map[string]any)
			err := plane.Client.Update(t.Context(), changed, client.DryRunAll)
			if test.field != "" {
				requireRefusal(t, err, test.field, test.message)
				return
			}
			if err != nil {
				t.Fatalf("refused: %v", err)
			}
		})
	}
}
