// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/orderload"
)

// references returns the references an order may have in the warehouse, in the
// order of preference: its number, and its number with its identity for when
// an order with another identity has the number.
func references(order fulfillment.Order) []string {
	return []string{order.Number, order.Number + "." + order.ID.String()}
}

// foldReference makes references comparable: a warehouse may take two that
// differ in case alone for one.
func foldReference(reference string) string { return strings.ToUpper(reference) }

func sameReference(a, b string) bool { return foldReference(a) == foldReference(b) }

// action is what OrderDownload does with one order.
type action struct {
	kind actionKind
	// reference to create the order under.
	reference string
	// found is the order in the warehouse, for everything but create.
	found fulfillment.WarehouseOrder
	// failing is set when there is something to report, also beside a mark.
	failing *FailingOrder
}

type actionKind int

const (
	// actionUndecided is what an order has that could not be looked up.
	actionUndecided actionKind = iota
	actionReport
	actionCreate
	actionMark
	actionAdopt
)

// takes reports whether the order in the warehouse carries no identity: it can
// be only one order's.
func (a action) takes() bool {
	return a.kind == actionAdopt || a.kind == actionMark && a.found.Identity == ""
}

// decide says what to do with a waiting order, given every order that the
// warehouse has under its identity or one of its references. It looks at facts
// alone, so that the answer does not depend on who came first.
func decide(order fulfillment.Order, found []fulfillment.WarehouseOrder, capabilities fulfillment.Capabilities) action {
	ours, others := splitByIdentity(order, found)
	if open := inState(ours, fulfillment.WarehouseOpen); len(open) > 0 {
		return decideOpen(order, open, ours)
	}
	if shipped := inState(ours, fulfillment.WarehouseShipped); len(shipped) > 0 {
		// It was delivered, and shipped before it could be marked. Marked, it is
		// confirmed by the next ShipmentConfirmation like any other.
		return action{kind: actionMark, found: shipped[0]}
	}
	if adoptable := slices.DeleteFunc(slices.Clone(others), func(o fulfillment.WarehouseOrder) bool { return !sameOrder(order, o) }); len(adoptable) > 0 {
		return decideAdoption(order, adoptable)
	}
	reference, ok := freeReference(order, ours, others, capabilities)
	if !ok {
		return report(order, others[0].ID, fulfillment.ReasonReferenceTaken,
			"other orders in the warehouse hold every reference this order could have; rename or close them there")
	}
	if problem := unusable(reference, capabilities); problem != "" {
		return report(order, "", fulfillment.ReasonReferenceUnusable, problem)
	}
	return action{kind: actionCreate, reference: reference}
}

func decideOpen(order fulfillment.Order, open, ours []fulfillment.WarehouseOrder) action {
	parents := slices.DeleteFunc(slices.Clone(open), func(o fulfillment.WarehouseOrder) bool { return isSplitChild(o, ours) || isLaterSibling(o, ours) })
	if len(parents) > 1 {
		return report(order, parents[1].ID, fulfillment.ReasonAmbiguous,
			fmt.Sprintf("the warehouse holds this order %d times; cancel all but one there", len(parents)))
	}
	a := action{kind: actionMark, found: open[0]}
	// Of an order that has left in part, what is open is less than the whole.
	whole := len(open) == 1 && len(inState(ours, fulfillment.WarehouseShipped)) == 0
	if whole && !sameLines(kitsAsSent(order, open), open[0]) {
		a.failing = &FailingOrder{ID: order.ID, Reference: open[0].Reference, WarehouseID: open[0].ID,
			Reason: fulfillment.ReasonDiffers, Message: "the warehouse's order has other lines or quantities; compare the two"}
	}
	return a
}

func decideAdoption(order fulfillment.Order, adoptable []fulfillment.WarehouseOrder) action {
	open := inState(adoptable, fulfillment.WarehouseOpen)
	switch {
	case len(adoptable) > 1:
		return report(order, adoptable[0].ID, fulfillment.ReasonAmbiguous,
			fmt.Sprintf("%d orders in the warehouse could be this one; none of them carries its identity", len(adoptable)))
	case len(open) == 1:
		return action{kind: actionAdopt, found: open[0]}
	}
	return report(order, adoptable[0].ID, fulfillment.ReasonAlreadyShipped,
		"the warehouse has shipped an equal order under this number without its identity; mark and confirm it by hand")
}

// splitByIdentity parts the orders that carry this order's identity from those
// that hold one of its references with another identity or none.
func splitByIdentity(order fulfillment.Order, found []fulfillment.WarehouseOrder) (ours, others []fulfillment.WarehouseOrder) {
	candidates := references(order)
	for _, o := range found {
		switch {
		case o.Identity == order.ID.String():
			ours = append(ours, o)
		case slices.ContainsFunc(candidates, func(reference string) bool { return sameReference(reference, o.Reference) }):
			others = append(others, o)
		}
	}
	return ours, others
}

func inState(orders []fulfillment.WarehouseOrder, state fulfillment.WarehouseState) []fulfillment.WarehouseOrder {
	var in []fulfillment.WarehouseOrder
	for _, o := range orders {
		if o.State == state {
			in = append(in, o)
		}
	}
	return in
}

// freeReference returns the first reference of the order that nobody holds.
// A cancelled order of ours keeps its reference in systems that do not free it.
func freeReference(order fulfillment.Order, ours, others []fulfillment.WarehouseOrder, capabilities fulfillment.Capabilities) (string, bool) {
	taken := map[string]bool{}
	for _, o := range others {
		taken[foldReference(o.Reference)] = true
	}
	for _, o := range ours {
		taken[foldReference(o.Reference)] = true
	}
	if cancelled := inState(ours, fulfillment.WarehouseCancelled); len(cancelled) > 0 && !capabilities.CancelFreesReference {
		return again(order, len(cancelled)), true
	}
	for _, reference := range references(order) {
		if !taken[foldReference(reference)] {
			return reference, true
		}
	}
	// Its own earlier ones hold them, or some of them.
	return again(order, len(ours)), len(ours) > 0
}

// again is the reference of an order of which the warehouse had so many before.
func again(order fulfillment.Order, before int) string {
	return fmt.Sprintf("%s.%s.r%d", order.Number, order.ID, before)
}

func unusable(reference string, capabilities fulfillment.Capabilities) string {
	if limit := capabilities.ReferenceMaxLength; limit > 0 && len([]rune(reference)) > limit {
		return fmt.Sprintf("the reference is longer than the %d characters that the warehouse takes", limit)
	}
	if pattern := capabilities.ReferencePattern; pattern != "" {
		if matched, err := regexp.MatchString(pattern, reference); err != nil || !matched {
			return "the reference has characters that the warehouse does not take"
		}
	}
	return ""
}

// sameOrder reports whether an order without an identity is this order: name,
// postal code, every SKU and every quantity are equal. Another product may have
// sent kits under their own SKUs.
func sameOrder(order fulfillment.Order, o fulfillment.WarehouseOrder) bool {
	return o.Identity == "" && o.State != fulfillment.WarehouseCancelled &&
		sameText(order.ShipTo.Name, o.ShipTo.Name) && sameText(order.ShipTo.PostalCode, o.ShipTo.PostalCode) && sameGoods(order, o)
}

// sameGoods reports whether both ask for the same lines, also when the other
// one has the kits under their own SKUs.
func sameGoods(order fulfillment.Order, o fulfillment.WarehouseOrder) bool {
	return sameLines(order, o) || sameLines(orderload.AsKits(order), o)
}

func sameText(a, b string) bool {
	fold := func(s string) string { return strings.ToUpper(strings.Join(strings.Fields(s), " ")) }
	return fold(a) == fold(b)
}

// sameLines reports whether both orders ask for the same units of the same SKUs.
func sameLines(order fulfillment.Order, o fulfillment.WarehouseOrder) bool {
	left := map[string]fulfillment.Quantity{}
	for _, line := range order.Lines {
		left[foldSKU(line.SKU)] += fulfillment.Units(line.Quantity)
	}
	for _, line := range o.Lines {
		left[foldSKU(line.SKU)] -= line.Ordered
	}
	for _, difference := range left {
		if difference != 0 {
			return false
		}
	}
	return true
}

// foldSKU makes SKUs comparable within one order: a warehouse may answer with
// its own spelling of the SKU it was sent.
func foldSKU(sku string) string { return strings.ToUpper(strings.TrimSpace(sku)) }

var splitSuffix = regexp.MustCompile(`^(.+)-([1-9][0-9]?)$`)

// isSplitChild reports whether the warehouse split this order off another one
// of the same identity: it appends -1 to -99 to the reference.
func isSplitChild(o fulfillment.WarehouseOrder, family []fulfillment.WarehouseOrder) bool {
	match := splitSuffix.FindStringSubmatch(o.Reference)
	if match == nil {
		return false
	}
	return slices.ContainsFunc(family, func(parent fulfillment.WarehouseOrder) bool {
		return parent.ID != o.ID && parent.Reference == match[1]
	})
}

// identityOf returns the Order Manager id that an order in the warehouse
// carries, or false when it carries none or a foreign one.
func identityOf(o fulfillment.WarehouseOrder) (fulfillment.OrderID, bool) {
	n, err := strconv.ParseInt(o.Identity, 10, 64)
	if err != nil || n <= 0 || strconv.FormatInt(n, 10) != o.Identity {
		return 0, false
	}
	return fulfillment.OrderID(n), true
}

func report(order fulfillment.Order, warehouseID, reason, message string) action {
	return action{kind: actionReport, failing: &FailingOrder{
		ID: order.ID, Reference: order.Number, WarehouseID: warehouseID, Reason: reason, Message: message}}
}
