// SPDX-License-Identifier: Apache-2.0

package chaos

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/simulator/books"
	"ordersync.dev/operator/internal/simulator/world"
)

// story is everything that happened to an order, for whoever has to find out
// how it came to a finding.
func (m *merchant) story(id int64, connection *v1alpha1.OrderManagerConnection) string {
	var b strings.Builder
	for _, order := range m.world.OrderManager.Snapshot().Orders {
		if order.ID == id || slices.Contains(order.Related, id) {
			fmt.Fprintf(&b, "  Order Manager: %+v\n", order)
		}
	}
	for _, e := range m.world.OrderManager.Effects() {
		if e.OrderID == id {
			fmt.Fprintf(&b, "    %s %s by request %v: %s to %s\n", e.Time.Format("15:04:05"), e.Kind, e.API, e.Before, e.After)
		}
	}
	for _, order := range m.world.Warehouse.ByExternalID(strconv.FormatInt(id, 10)) {
		fmt.Fprintf(&b, "  warehouse: %+v\n", order.SnapshotOrder)
	}
	for _, e := range m.world.Warehouse.Effects() {
		if e.ExternalID == strconv.FormatInt(id, 10) {
			fmt.Fprintf(&b, "    %s %s of %d by %s\n", e.Time.Format("15:04:05"), e.Kind, e.OrderID, e.By)
		}
	}
	for _, entry := range connection.Status.Routines {
		var listed []v1alpha1.FailingOrder
		if entry.Failing != nil {
			listed = append(listed, entry.Failing.Orders...)
		}
		if entry.Drift != nil {
			listed = append(listed, entry.Drift.Orders...)
		}
		for _, order := range listed {
			if order.OrderID == id {
				fmt.Fprintf(&b, "  %s lists %s since %v: %s\n", entry.Name, order.Reason, order.Since, order.Message)
			}
		}
	}
	fmt.Fprintf(&b, "  people: barred %v, edited %v, moved %q, corrected %v, wavered %v, by hand %v\n", m.people.Barred[id], m.people.Edited[id],
		m.people.moved[id], m.people.Corrected[id], m.people.Wavered[id], m.people.ByHand[id])
	return b.String()
}

// owing tells of the orders that are owed units of a product.
func (m *merchant) owing(sku string, connection *v1alpha1.OrderManagerConnection) (stories []string) {
	om, wh := m.world.OrderManager.Snapshot(), books.ThreePL{CustomerID: world.CustomerID, FacilityID: world.FacilityID}.Of(m.world.Warehouse.Snapshot())
	for _, order := range om.Orders {
		if owed := books.Owed(om, wh, m.stockOptions(), order); owed[sku] > 0 {
			stories = append(stories, fmt.Sprintf("%d of %s are owed to order %d\n%s", owed[sku].Floor(), sku, order.ID, m.story(order.ID, connection)))
		}
	}
	return stories
}
