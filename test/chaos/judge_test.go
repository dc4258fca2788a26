// SPDX-License-Identifier: Apache-2.0

package chaos

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/simulator/books"
	"ordersync.dev/operator/internal/simulator/ordermanager"
	"ordersync.dev/operator/internal/simulator/threepl"
)

// stockOptions are what the stock is judged by, also while everything runs.
func (m *merchant) stockOptions() books.Options {
	options := m.world.BooksOptions()
	options.Settings, options.Buffer = m.settings.forBooks(), m.settings.buffer()
	return options
}

// books compares both systems. Nothing runs any more but the managers.
func (m *merchant) books() books.Result {
	options := m.stockOptions()
	options.People, options.StopLabels = m.people.People, []string{fulfillment.HoldLabel}
	for _, order := range m.world.OrderManager.Snapshot().Orders {
		if slices.Contains(order.Labels, filteredLabel) {
			options.Excluded = append(options.Excluded, order.ID)
		}
	}
	return m.world.BooksWith(options)
}

// told are the orders that a connection's status lists, with the reasons, and
// how many more there are that it has no room to show.
type told struct {
	reasons map[int64]string
	unshown int64
}

func toldBy(connection *v1alpha1.OrderManagerConnection) told {
	t := told{reasons: map[int64]string{}}
	list := func(orders []v1alpha1.FailingOrder, count int64) {
		for _, order := range orders {
			t.reasons[order.OrderID] += " " + order.Reason
		}
		t.unshown += count - int64(len(orders))
	}
	for _, entry := range connection.Status.Routines {
		if entry.Failing != nil {
			list(entry.Failing.Orders, entry.Failing.Count)
		}
		if entry.Drift != nil {
			list(entry.Drift.Orders, entry.Drift.Count)
		}
	}
	return t
}

// forPeople are findings that are right only when a person is told of them, and
// by which reasons.
var forPeople = map[books.Kind][]string{
	books.TooLate:              {fulfillment.ReasonTooLate, fulfillment.ReasonRoutedElsewhere},
	books.CancelledByWarehouse: {fulfillment.ReasonCancelledByWarehouse, fulfillment.ReasonClosedShort},
	books.ClosedShort:          {fulfillment.ReasonClosedShort, fulfillment.ReasonCancelledByWarehouse},
	books.HeldButSent:          {fulfillment.ReasonHeldButSent},
	books.Edited:               {fulfillment.ReasonEdited, fulfillment.ReasonEditTooLate, fulfillment.ReasonEditedOnBothSides},
	books.NotWanted:            {fulfillment.ReasonNotWanted},
	books.TrackingDiffers:      {fulfillment.ReasonTrackingDiffers},
	books.Uncorrected:          {fulfillment.ReasonCorrectionPending},
}

// judge says what the books alone do not show: what nobody is told of, what
// somebody is told of for nothing, and addresses.
func (m *merchant) judge(connection *v1alpha1.OrderManagerConnection, result books.Result) (findings []string) {
	told := toldBy(connection)
	var untold []string
	settled := maps.Clone(told.reasons)
	for _, finding := range result.Findings {
		reasons := forPeople[finding.Kind]
		if len(reasons) == 0 {
			continue
		}
		if !slices.ContainsFunc(strings.Fields(told.reasons[finding.OrderID]), func(reason string) bool { return slices.Contains(reasons, reason) }) {
			untold = append(untold, fmt.Sprintf("nobody is told: %v\n%s", finding, m.story(finding.OrderID, connection)))
		}
		delete(settled, finding.OrderID)
	}
	for id, street := range m.people.moved {
		problem, mustBeTold := m.address(id, street)
		switch {
		case problem == "":
			continue
		case !mustBeTold:
			problem += "\n" + m.story(id, connection)
			findings = append(findings, problem)
		case told.reasons[id] == "":
			untold = append(untold, problem)
		}
		delete(settled, id)
	}
	// What both sides changed is listed, whoever is right.
	maps.DeleteFunc(settled, func(id int64, _ string) bool { return m.people.Edited[id] || m.people.moved[id] != "" })
	if int64(len(untold)) > told.unshown {
		findings = append(findings, untold...)
	}
	for id, reasons := range settled {
		findings = append(findings, fmt.Sprintf("order %d is listed as%s, and the books find nothing\n%s", id, reasons, m.story(id, connection)))
	}
	return findings
}

// address judges the street of an order that was edited after the warehouse had
// it, as long as it stands there as one order that nobody there has changed.
func (m *merchant) address(id int64, street string) (problem string, mustBeTold bool) {
	order, _ := m.world.OrderManager.Order(id)
	sent := order.OrderStatus == ordermanager.StatusPendingFulfillment && order.Source.WarehouseID == here
	var open []threepl.Order
	for _, there := range m.world.Warehouse.ByExternalID(strconv.FormatInt(id, 10)) {
		if there.Status == threepl.StatusOpen {
			open = append(open, there)
		}
	}
	if !sent || len(open) != 1 || open[0].ParentID != 0 || open[0].Document.ShipTo.Address1 == street {
		return "", false
	}
	changed := slices.ContainsFunc(m.world.Warehouse.Effects(), func(e threepl.Effect) bool {
		return e.OrderID == open[0].ID && e.Kind == threepl.EffectUpdate && e.By == threepl.ByWarehouse
	})
	return fmt.Sprintf("order %d goes to %q and not to %q", id, open[0].Document.ShipTo.Address1, street),
		!m.settings.editsTaken || open[0].InProgress || changed
}
