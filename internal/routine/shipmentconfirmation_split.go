// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"context"
	"errors"
	"slices"

	"ordersync.dev/operator/internal/fulfillment"
)

// refusedSplits is how many splits in a row, with none that was taken, say that
// the account does not allow any.
const refusedSplits = 2

// families reads the families of a page of sent orders: whom they are related
// to, and what the warehouse has under the identities. An order that was split
// off brings the family of the order that it came from.
func (r *shipmentConfirmation) families(ctx context.Context, page []fulfillment.Order) ([]family, error) {
	relatives, err := readRelatives(ctx, r.env.Source, page)
	if err != nil {
		return nil, err
	}
	var roots []fulfillment.Order
	add := func(order fulfillment.Order) {
		if !slices.ContainsFunc(roots, func(root fulfillment.Order) bool { return root.ID == order.ID }) {
			roots = append(roots, order)
		}
	}
	for _, order := range page {
		parents := relatives.parents(order)
		if !order.SplitOff() || len(parents) == 0 {
			parents = []fulfillment.Order{order}
		}
		for _, parent := range parents {
			add(parent)
		}
	}
	families := make([]family, 0, len(roots))
	for chunk := range slices.Chunk(roots, fulfillment.PageSize) {
		found, err := r.env.Destination.FindOrders(ctx, r.lookups(chunk))
		if err != nil {
			return nil, err
		}
		index := indexFound(found)
		if err := r.adoptSent(ctx, chunk, index); err != nil {
			return nil, err
		}
		for _, root := range chunk {
			if root.State == fulfillment.StateSent {
				r.others.open(root, index.byIdentity[root.ID.String()])
			}
			families = append(families, relatives.family(root, index.byIdentity[root.ID.String()], r.config.Load))
			r.noteGoods(families[len(families)-1])
		}
	}
	return families, nil
}

func byIdentity(orders []fulfillment.Order) []fulfillment.Lookup {
	lookups := make([]fulfillment.Lookup, len(orders))
	for i, order := range orders {
		lookups[i] = fulfillment.Lookup{ID: order.ID}
	}
	return lookups
}

// splitOff splits off an order what has shipped of it, and returns what the
// new order calls for. Everything is read right before: a split whose answer
// was lost shows among the orders that this one is related to.
func (r *shipmentConfirmation) splitOff(ctx context.Context, order fulfillment.Order) ([]orderVerdict, error) {
	r.stays(order)
	if r.splits == 0 && r.splitsRefused >= refusedSplits {
		return nil, nil // the rest is waited for
	}
	if since, waits := r.mayBeReported(order.ID); waits {
		r.waitsForReport(order, since)
		return nil, nil
	}
	if !r.failures.due(order.ID) {
		r.failures.waits(order.ID, order.Number)
		return nil, nil
	}
	unlock := r.env.Coordination.LockOrder(order.ID)
	defer unlock()
	verdicts, err := r.look(ctx, order.ID)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(verdicts, func(v orderVerdict) bool { return v.split != nil && r.written(v.order.ID) })
	if i < 0 {
		return verdicts, nil // something changed meanwhile
	}
	if err := r.split(ctx, verdicts[i]); err != nil || r.env.Planning {
		return nil, err
	}
	verdicts, err = r.look(ctx, order.ID)
	return slices.DeleteFunc(verdicts, func(v orderVerdict) bool { return v.order.ID == order.ID }), err
}

// beginSplits has the orders written down that are to be split, and returns them.
func (r *shipmentConfirmation) beginSplits(ctx context.Context, families []family) ([]fulfillment.OrderID, error) {
	if !r.config.Split && !r.config.SplitShort || r.splits == 0 && r.splitsRefused >= refusedSplits {
		return nil, nil
	}
	var orders []fulfillment.Order
	for _, f := range families {
		if r.undecidedSKU(f) != "" {
			continue
		}
		for _, verdict := range judgeFamily(f, r.config, r.env.Now()) {
			if _, waits := r.mayBeReported(verdict.order.ID); verdict.split != nil && !waits && r.failures.due(verdict.order.ID) {
				orders = append(orders, verdict.order)
			}
		}
	}
	ids := idsOf(orders)
	err := r.begin(ctx, ids)
	if errors.Is(err, ErrRecordFull) {
		r.noRoom(orders)
		return nil, nil
	}
	return ids, err
}

// look reads the family of an order anew and judges it.
func (r *shipmentConfirmation) look(ctx context.Context, id fulfillment.OrderID) ([]orderVerdict, error) {
	orders, err := r.env.Source.OrdersByID(ctx, []fulfillment.OrderID{id})
	if err != nil || len(orders) == 0 {
		return nil, err
	}
	families, err := r.families(ctx, orders)
	if err != nil {
		return nil, err
	}
	var verdicts []orderVerdict
	for _, f := range families {
		verdicts = append(verdicts, judgeFamily(f, r.config, r.env.Now())...)
	}
	return verdicts, nil
}

// split asks for one split and books a refusal.
func (r *shipmentConfirmation) split(ctx context.Context, verdict orderVerdict) error {
	order := verdict.order
	r.env.Coordination.stock.RLock()
	defer r.env.Coordination.stock.RUnlock()
	r.env.Coordination.Touch(r.env.Now(), r.touched(order))
	r.record.tell(order.ID)
	_, err := r.env.Source.SplitOrder(ctx, *verdict.split)
	if !fulfillment.Uncertain(err) {
		r.record.untold(order.ID)
	}
	fault, ok := fulfillment.AsFault(err)
	switch {
	case err == nil:
		r.splits++
		r.failures.dropUnlessFound(order.ID)
		return nil
	case fulfillment.Uncertain(err):
		r.fail(order, fulfillment.ReasonOutcomeUnknown, "Order Manager's answer to a split was lost; the orders related to this one are read before it is split again", "")
		return err
	case ok && (ownRefusal(err) || fault.Kind == fulfillment.FaultPermission || fault.Kind == fulfillment.FaultMisconfigured):
		r.splitsRefused++
		// An account that refuses one refuses all: the first stands for them.
		if r.splits > 0 || r.splitsRefused == 1 {
			r.failures.judged(FailingOrder{ID: order.ID, Reference: order.Number, Reason: fulfillment.ReasonSplitNotAllowed,
				Message: "Order Manager would not split the order, so its shipment is confirmed when all of it has shipped: " + fault.Error()})
		}
		return nil
	}
	return err
}
