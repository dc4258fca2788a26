// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"strings"
	"unicode"

	"ordersync.dev/operator/internal/fulfillment"
)

// trackingOf returns the distinct tracking numbers of an order: those of its
// packages first, then those of the order itself, which are typed by hand and
// may be several in one text, then those of the parcel carrier's answer. A
// freight (PRO) number has no member of its own; people type it where the
// order's tracking number stands.
func trackingOf(order orderDocument, packages []fulfillment.Package) []string {
	var all []string
	for _, p := range packages {
		all = append(all, p.Tracking)
	}
	all = append(all, strings.FieldsFunc(order.RoutingInfo.TrackingNumber, func(r rune) bool {
		return r == ',' || r == ';' || unicode.IsSpace(r)
	})...)
	all = append(all, order.ReadOnly.ParcelResponse.TrackingNumbers...)
	all = append(all, order.ParcelResponse.TrackingNumbers...)

	var distinct []string
	seen := map[string]bool{"": true}
	for _, number := range all {
		number = strings.TrimSpace(number)
		if !seen[number] {
			seen[number] = true
			distinct = append(distinct, number)
		}
	}
	return distinct
}
