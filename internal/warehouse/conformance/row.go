// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
)

// Row is the name of a row. It is the name of its subtest and the key of
// Subject.Cannot, and does not change.
type Row string

// row is one row of the suite.
type row struct {
	name Row
	// check fails the test where the driver does not keep to the port.
	check func(t testing.TB, s scene)
	// capability is what a system must declare for the row to hold. One that
	// does not declare it must say why, and one that does has no excuse.
	capability func(fulfillment.Capabilities) bool
	// optional rows are about what no capability tells of: a system may lack it.
	optional bool
	// instead holds of a system that lacks the capability; nil is nothing.
	instead func(t testing.TB, s scene)
}

// required reports whether no system is excused from the row.
func (r row) required() bool { return r.capability == nil && !r.optional }

// declared reports whether the driver says that its system can.
func (r row) declared(c fulfillment.Capabilities) bool { return r.capability == nil || r.capability(c) }

// rows are the rows in the order of the table.
func rows() []row {
	var all []row
	for _, group := range [][]row{
		createRows(), routeRows(), lookupRows(), cancelRows(), updateRows(), shipmentRows(), walkRows(), stockRows(), capabilityRows(),
	} {
		all = append(all, group...)
	}
	return all
}
