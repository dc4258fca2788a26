// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"context"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/orderload"
)

// resend sends again what a person asks for by its id: an order that Order
// Manager calls sent and that the warehouse neither holds open nor has shipped.
// By itself no run does that, since warehouses archive. It is not marked: it is
// sent already.
func (r *orderDownload) resend(ctx context.Context) error {
	var err error
	r.resends, err = answerEach(ctx, r.resends, &r.answers, r.resendOne)
	return err
}

func (r *orderDownload) resendOne(ctx context.Context, request Request) (Answer, error) {
	defer r.env.Coordination.LockOrder(request.OrderID)()
	order, refused, err := r.env.requestedOrder(ctx, request, r.config.claims)
	if err != nil {
		return Answer{}, err
	}
	if refused != nil {
		return *refused, nil
	}
	if order.State != fulfillment.StateSent {
		return refusedRequest(request, fulfillment.ReasonNotSent,
			"Order Manager does not call the order sent: it waits and is sent by itself, or it is not wanted"), nil
	}
	if order.SplitOff() {
		return refusedRequest(request, fulfillment.ReasonSplitOff,
			"the order was split off another one for what the warehouse had shipped of it; nothing was sent"), nil
	}
	// Who asks for an order by its id knows how old it is.
	if err := r.readKits(ctx, []fulfillment.Order{order}); err != nil {
		return Answer{}, err
	}
	load := r.config.Load
	load.EarliestOrderDate, load.MinimumAge = time.Time{}, 0
	verdict := load.Load(order, r.env.Now())
	if verdict.Decision != orderload.Send {
		return refusedRequest(request, verdict.Reason, verdict.Message), nil
	}
	d := &delivery{read: order, order: verdict.Order, dropped: verdict.Dropped}
	found, err := r.env.Destination.FindOrders(ctx, lookups(d))
	if err != nil {
		return Answer{}, err
	}
	if err := r.noteSplitOff(ctx, []*delivery{d}, indexFound(found)); err != nil {
		return Answer{}, err
	}
	d.action = r.decide(d, found)
	if err := r.leaveSplit(ctx, []*delivery{d}); err != nil {
		return Answer{}, err
	}
	if err := r.loadCustomFields(ctx, []*delivery{d}); err != nil {
		return Answer{}, err
	}
	if d.action.kind == actionCreate {
		r.env.Coordination.Touch(r.env.Now(), verdict.Order.Lines)
		r.createOne(ctx, d)
	}
	switch {
	case d.fatal != nil:
		return Answer{}, d.fatal
	case d.action.kind != actionCreate && d.refusal == nil:
		return refusedRequest(request, fulfillment.ReasonStillInWarehouse,
			"the warehouse holds the order open, or has shipped it, or holds one that could be it; nothing was sent"), nil
	case d.refusal != nil:
		return failedRequest(request, *d.refusal), nil
	}
	r.counts.Created++
	return Answer{Request: request}, nil
}
