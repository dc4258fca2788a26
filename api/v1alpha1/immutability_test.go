// SPDX-License-Identifier: Apache-2.0

package v1alpha1_test

import (
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"
)

// Open orders live in the destination, so what names the place cannot be
// changed; what only says how to reach it can.
func TestConnectionImmutability(t *testing.T) {
	stored := create(t, object(t, connectionManifest))
	cases := []schemaCase{
		{
			name: "another customer", patch: destination(`customerID: 18`),
			field: destinationPath + "customerID", message: "cannot be changed: open orders live with this customer",
		},
		{
			name: "another facility", patch: destination(`facilityID: 4`),
			field: destinationPath + "facilityID", message: "cannot be changed: open orders live in this facility",
		},
		{
			name: "another kind of destination", patch: `{spec: {destination: {threePLWarehouseManager: null, otherSystem: {}}}}`,
			field: "spec.destination", message: "the kind of destination cannot be changed",
		},
		{name: "the same customer", patch: destination(`customerID: 17`)},
		{name: "another address of the warehouse system", patch: destination(`url: "https://warehouse.example"`)},
		{name: "another login", patch: destination(`userLogin: other@merchant.example`)},
		{name: "another secret", patch: destination(`secretRef: {name: rotated}`)},
		{name: "another clock", patch: destination(`timeZone: Europe/Berlin`)},
		{name: "another address of Order Manager", patch: source(`url: "https://orders.example"`)},
		{name: "another warehouse, which the claim guards", patch: source(`warehouseName: West DC`)},
		{name: "suspended", patch: `{spec: {suspend: true}}`},
	}
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			changed := stored.DeepCopy()
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
