// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"context"

	"ordersync.dev/operator/internal/fulfillment"
)

// loadCustomFields reads the merchant's own custom fields of the orders that
// are about to be created, where the connection asks for them: an order never
// goes out without what somebody wrote in one. When reading ends early, the
// orders that were read are created all the same, or a small budget of calls
// would never get past the first page; the others are not tried.
func (r *orderDownload) loadCustomFields(ctx context.Context, deliveries []*delivery) error {
	var asked []fulfillment.Order
	for _, d := range deliveries {
		if d.action.kind == actionCreate {
			asked = append(asked, d.read)
		}
	}
	if !r.config.Load.LoadCustomFields || len(asked) == 0 {
		return nil
	}
	fields, err := r.env.Source.CustomFields(ctx, asked)
	byID := make(map[fulfillment.OrderID]fulfillment.CustomFields, len(fields))
	for _, f := range fields {
		byID[f.OrderID] = f
	}
	for _, d := range deliveries {
		if d.action.kind != actionCreate {
			continue
		}
		f, read := byID[d.read.ID]
		switch {
		case !read:
			d.action = action{kind: actionUndecided}
		case f.Unread != nil:
			d.action.kind = actionReport
			d.refusal = &FailingOrder{ID: d.order.ID, Reference: d.order.Number, Reason: fulfillment.ReasonCustomFieldsUnread, Message: f.Unread.Error()}
		default:
			d.order = d.order.With(f)
		}
	}
	return err
}

// stillWaiting leaves out what was cancelled, held or routed elsewhere while
// custom fields were read, one order after the other.
func (r *orderDownload) stillWaiting(ctx context.Context, deliveries []*delivery) error {
	var asked []fulfillment.Order
	for _, d := range deliveries {
		if d.action.kind == actionCreate {
			asked = append(asked, d.read)
		}
	}
	if !r.config.Load.LoadCustomFields || len(asked) == 0 {
		return nil
	}
	now, err := r.refresh(ctx, asked)
	waiting := make(map[fulfillment.OrderID]bool, len(now))
	for _, order := range now {
		waiting[order.ID] = true
	}
	for _, d := range deliveries {
		if d.action.kind == actionCreate && !waiting[d.read.ID] {
			d.action = action{kind: actionUndecided}
		}
	}
	return err
}
