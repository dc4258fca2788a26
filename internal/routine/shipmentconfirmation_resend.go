// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"context"
	"errors"

	"ordersync.dev/operator/internal/fulfillment"
)

// resend reports the tracking of an order again, for which a person asks by its
// id: Order Manager did not pass it on, or somebody undid it there. No run does
// that by itself, since a second report may mail the buyer a second time.
func (r *shipmentConfirmation) resend(ctx context.Context) error {
	var err error
	r.resends, err = answerEach(ctx, r.resends, &r.answers, r.resendOne)
	return err
}

// resendable reads an order, and says what speaks against reporting it again.
func (r *shipmentConfirmation) resendable(ctx context.Context, request Request) (fulfillment.Order, *Answer, error) {
	order, refused, err := r.env.requestedOrder(ctx, request, r.config.claims)
	if err == nil && refused == nil && order.State != fulfillment.StateSent && order.State != fulfillment.StateShipped {
		refused = new(refusedRequest(request, fulfillment.ReasonNotSent,
			"Order Manager calls the order neither sent nor shipped; nothing is written to it"))
	}
	return order, refused, err
}

func orNone(answer *Answer) Answer {
	if answer == nil {
		return Answer{}
	}
	return *answer
}

func (r *shipmentConfirmation) resendOne(ctx context.Context, request Request) (Answer, error) {
	defer r.env.Coordination.LockOrder(request.OrderID)()
	_, refused, err := r.resendable(ctx, request)
	if err != nil || refused != nil {
		return orNone(refused), err
	}
	if _, waits := r.mayBeReported(request.OrderID); waits {
		return failedRequest(request, FailingOrder{Reason: fulfillment.ReasonOutcomeUnknown, Message: mayBeReportedWords}), nil
	}
	ids := []fulfillment.OrderID{request.OrderID}
	switch err := r.begin(ctx, ids); {
	case errors.Is(err, ErrRecordFull):
		return failedRequest(request, FailingOrder{Reason: fulfillment.ReasonTooManyUnproven, Message: noRoomWords}), nil
	case err != nil:
		return Answer{}, err
	}
	defer r.release(ids)
	// Writing it down took a moment.
	order, refused, err := r.resendable(ctx, request)
	if err != nil || refused != nil {
		return orNone(refused), err
	}
	families, err := r.families(ctx, []fulfillment.Order{order})
	if err != nil {
		return Answer{}, err
	}
	for _, f := range families {
		if sku := r.undecidedSKU(f); sku != "" {
			return refusedRequest(request, fulfillment.ReasonMappingUnreadable, r.env.Mappings.AliasUndecided(sku)), nil
		}
	}
	ours := partsOf(order, families)
	verdict := r.withCarrier(order, judgeAnew(order, ours, r.config, r.env.Now()))
	switch {
	case verdict.failing != nil:
		return refusedRequest(request, verdict.failing.Reason, verdict.failing.Message), nil
	case verdict.shipment == nil:
		return refusedRequest(request, fulfillment.ReasonNotShipped, "the order, or a part of it, has not left the warehouse yet"), nil
	}
	if err := r.report(ctx, []fulfillment.Order{order}, []fulfillment.Shipment{*verdict.shipment}); err != nil {
		return Answer{}, err
	}
	if failing, ok := r.failures.found[order.ID]; ok {
		return failedRequest(request, failing), nil
	}
	return Answer{Request: request}, nil
}
