// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"ordersync.dev/operator/internal/fulfillment"
)

// addTracking appends the tracking numbers that a report has no room for to a
// text of their order, before the order is reported: a reported one is not met
// again. It returns the orders that are not to be reported in this run.
func (r *shipmentConfirmation) addTracking(ctx context.Context, due []fulfillment.Order, more map[fulfillment.OrderID][]string) (waits map[fulfillment.OrderID]bool, err error) {
	field := r.config.AdditionalTracking
	var ids []fulfillment.OrderID
	for _, order := range due {
		if field != "" && len(more[order.ID]) > 0 {
			ids = append(ids, order.ID)
		}
	}
	waits = map[fulfillment.OrderID]bool{}
	if len(ids) == 0 {
		return waits, nil
	}
	// What a user wrote since the page was read must not be written over.
	orders, err := r.env.Source.OrdersByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	byID, judged := map[fulfillment.OrderID]fulfillment.Order{}, map[fulfillment.OrderID]fulfillment.Order{}
	for _, order := range due {
		judged[order.ID] = order
	}
	var edits []fulfillment.OrderEdit
	for _, order := range orders {
		byID[order.ID] = order
		if !asJudged(judged[order.ID], order) {
			continue
		}
		text, whole := appendTracking(order.Field(field), more[order.ID])
		if !whole {
			r.notAdded(order, "the other tracking numbers of the shipment do not fit beside what stands there; look them up in the warehouse", "")
		}
		if text != order.Field(field) {
			edits = append(edits, fulfillment.OrderEdit{OrderID: order.ID, Field: field, Text: text})
		}
	}
	for _, id := range ids {
		// An order that changed is judged anew by the next run. One that was split
		// off need not be sent.
		waits[id] = !asJudged(judged[id], byID[id])
	}
	if len(edits) == 0 {
		return waits, nil
	}
	results, err := r.env.Source.EditOrders(ctx, edits)
	if err != nil && !fulfillment.IsFault(err, fulfillment.FaultInvalid) && !fulfillment.Uncertain(err) {
		return nil, err
	}
	r.bookEdits(edits, results, err, byID, waits)
	if fulfillment.Uncertain(err) {
		return waits, err
	}
	return waits, nil
}

// bookEdits books what became of the texts. One that was refused stops no
// report: the buyer is waiting for the first number. One whose answer was lost
// is read by the next run, and the report waits for it.
func (r *shipmentConfirmation) bookEdits(edits []fulfillment.OrderEdit, results []fulfillment.EditResult, err error, byID map[fulfillment.OrderID]fulfillment.Order, waits map[fulfillment.OrderID]bool) {
	done, codes := map[fulfillment.OrderID]bool{}, map[fulfillment.OrderID]string{}
	for _, result := range results {
		done[result.OrderID], codes[result.OrderID] = result.Done, result.Code
	}
	for _, edit := range edits {
		switch {
		case done[edit.OrderID]:
		case fulfillment.Uncertain(err):
			waits[edit.OrderID] = true
		default:
			r.notAdded(byID[edit.OrderID], "Order Manager would not take the other tracking numbers of the shipment; look them up in the warehouse", codes[edit.OrderID])
		}
	}
}

// notAdded lists an order whose other tracking numbers could not be written. It
// is confirmed all the same, and so it is listed by this run alone.
func (r *shipmentConfirmation) notAdded(order fulfillment.Order, message, code string) {
	if code != "" {
		message += " [" + code + "]"
	}
	r.left[order.ID] = FailingOrder{ID: order.ID, Reference: order.Number, Reason: fulfillment.ReasonTrackingNotAdded, Message: message}
}

// appendTracking appends those of the numbers to a text that are not in it, and
// reports whether there was room for all of them. What stood there stays.
func appendTracking(text string, numbers []string) (string, bool) {
	there := strings.FieldsFunc(text, func(c rune) bool { return c == ',' || c == ';' || unicode.IsSpace(c) })
	for _, number := range numbers {
		if slices.ContainsFunc(there, func(word string) bool { return sameText(word, number) }) {
			continue
		}
		longer := number
		if strings.TrimSpace(text) != "" {
			longer = text + ", " + number
		}
		if utf8.RuneCountInString(longer) > fulfillment.MaxFieldText {
			return text, false
		}
		text = longer
	}
	return text, true
}
