// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"context"
	"errors"
	"sync"

	"ordersync.dev/operator/internal/fulfillment"
)

// delivery is one order on its way into the warehouse.
type delivery struct {
	// read is the order as Order Manager showed it, order as it is to be sent,
	// and dropped the lines that are not.
	read    fulfillment.Order
	order   fulfillment.Order
	dropped []fulfillment.Line

	action action
	unlock func()
	// gone are the warehouse's orders that stand for others, which were split
	// off this one for what had shipped.
	gone map[string]bool
	// found is the order as the warehouse has it, when it has it.
	found *fulfillment.WarehouseOrder
	// refusal is why it has not, and missing the thing that it names.
	refusal *FailingOrder
	missing string
	// untried says that the refusal is that of other orders.
	untried bool
	// inVain says that the order was not tried, since it would be refused again.
	inVain bool
	// fatal ends the run.
	fatal error
}

// deliver looks up a page of orders in one query, decides what to do with
// each, and creates what is to be created.
func (r *orderDownload) deliver(ctx context.Context, deliveries []*delivery) error {
	if len(deliveries) == 0 {
		return nil
	}
	for _, d := range deliveries {
		d.unlock = r.env.Coordination.LockOrder(d.order.ID)
	}
	found, err := r.env.Destination.FindOrders(ctx, lookups(deliveries...))
	index := indexFound(found)
	if err == nil {
		err = r.noteSplitOff(ctx, deliveries, index)
	}
	if err == nil {
		r.decideAll(deliveries, index)
		err = errors.Join(r.withoutRivals(ctx, deliveries...), r.leaveSplit(ctx, deliveries))
	}
	if err == nil {
		for _, d := range deliveries {
			if d.action.kind == actionAdopt && beforeNext(ctx) == nil {
				r.adopt(ctx, d)
			}
		}
		err = errors.Join(r.loadCustomFields(ctx, deliveries), r.stillWaiting(ctx, deliveries))
		r.create(ctx, deliveries)
	}
	for _, d := range deliveries {
		err = errors.Join(err, r.settle(d))
	}
	if err != nil {
		return err
	}
	if r.refusals.stopped() {
		return r.refusals.fault()
	}
	return nil
}

// decideAll decides what to do with each order of a page. Of orders that share
// a number the first takes it and the others are told at once that it is
// taken, instead of by the warehouse's refusal. Which of them has the number
// does not matter: every look-up asks for both references.
func (r *orderDownload) decideAll(deliveries []*delivery, index foundIndex) {
	taken := map[string]fulfillment.WarehouseOrder{}
	for _, d := range deliveries {
		found := index.of(d.order)
		for _, reference := range references(d.order) {
			if o, ok := taken[foldReference(reference)]; ok {
				found = append(found, o)
			}
		}
		d.action = r.decide(d, found)
		if d.action.kind == actionCreate {
			taken[foldReference(d.action.reference)] = fulfillment.WarehouseOrder{Reference: d.action.reference, Identity: d.order.ID.String(), RoutedTo: d.order.WarehouseID, State: fulfillment.WarehouseOpen}
		}
	}
	r.adoptOnce(deliveries)
}

// adoptOnce lets no order in the warehouse be adopted by two orders: one that
// carries no identity can be only one of them, and the other would be lost.
func (r *orderDownload) adoptOnce(deliveries []*delivery) {
	adopters := map[string]int{}
	for _, d := range deliveries {
		if d.action.takes() {
			adopters[d.action.found.ID]++
		}
	}
	for _, d := range deliveries {
		if !d.action.takes() {
			continue
		}
		there := d.action.found.ID
		if by, adopted := r.adopted[there]; adopters[there] > 1 || adopted && by != d.order.ID {
			d.action = report(d.order, there, fulfillment.ReasonAmbiguous,
				"several orders could be the one that the warehouse has without an identity; mark the right one by hand")
			continue
		}
		r.adopted[there] = d.order.ID
	}
}

// create creates the orders that are to be created, several at a time where
// the warehouse itself refuses a second order under one reference.
func (r *orderDownload) create(ctx context.Context, deliveries []*delivery) {
	concurrency := r.config.Concurrency
	if r.env.Destination.Capabilities().ReferenceUnique != fulfillment.ReferenceEnforced {
		concurrency = 1
	}
	var (
		group   sync.WaitGroup
		mutex   sync.Mutex
		stopped bool
		slots   = make(chan struct{}, concurrency)
	)
	for _, d := range deliveries {
		if d.action.kind != actionCreate {
			continue
		}
		slots <- struct{}{}
		mutex.Lock()
		// Concurrent creates are judged as they end, so at most a handful more
		// than the limit are sent into a warehouse that refuses everything.
		stop := stopped || beforeNext(ctx) != nil || r.refusals.stopped()
		left := r.refusals.leavesOut(d.order)
		reason := r.refusals.reason
		d.inVain = r.inVain(d.read, d.order)
		mutex.Unlock()
		if stop {
			<-slots
			break
		}
		if d.inVain {
			<-slots
			continue
		}
		if left {
			<-slots
			d.untried, d.refusal = true, &FailingOrder{ID: d.order.ID, Reference: d.order.Number, Reason: reason,
				Message: "not tried: orders with the same products were refused one after the other"}
			continue
		}
		group.Go(func() {
			defer func() { <-slots }()
			r.createOne(ctx, d)
			mutex.Lock()
			defer mutex.Unlock()
			r.missing.note(d.missing)
			switch {
			case d.fatal != nil:
				stopped = true
			case d.refusal != nil && r.failures.refusedBefore(d.order.ID):
				// That says nothing new of the connection.
			case d.refusal != nil:
				r.refusals.refused(d.refusal.Reason, d.order)
			default:
				r.refusals.accepted()
			}
		})
	}
	group.Wait()
	for _, d := range deliveries {
		if (d.action.kind == actionCreate || d.action.kind == actionAdopt) && d.found == nil && d.refusal == nil && d.fatal == nil {
			d.fatal = beforeNext(ctx) // not tried: nil when another order stopped the run
		}
	}
}

// adopt gives an order in the warehouse the identity of the one it equals.
// Without it nobody would find the order again, so it is not marked either.
func (r *orderDownload) adopt(ctx context.Context, d *delivery) {
	adopted, err := r.env.Destination.AdoptOrder(ctx, d.action.found.ID, d.order)
	fault, ok := fulfillment.AsFault(err)
	switch {
	case err == nil:
		d.found = &adopted
	case ok && (ownRefusal(err) || fault.Uncertain || fault.Kind == fulfillment.FaultMalformed):
		d.refusal = &FailingOrder{ID: d.order.ID, Reference: d.order.Number, WarehouseID: d.action.found.ID,
			Reason: fulfillment.ReasonNotAdopted, Message: fault.Error()}
	default:
		d.fatal = err
	}
}

// createOne creates one order. An answer that proves nothing is looked into,
// never taken for a success or a failure.
func (r *orderDownload) createOne(ctx context.Context, d *delivery) {
	if r.env.Destination.Capabilities().ReferenceUnique != fulfillment.ReferenceEnforced {
		if r.lookAgain(ctx, d); d.fatal != nil || d.action.kind != actionCreate {
			return
		}
	}
	created, err := r.env.Destination.CreateOrder(ctx, d.order, d.action.reference)
	if err == nil {
		d.found = &created
		return
	}
	fault, ok := fulfillment.AsFault(err)
	switch {
	case ok && fault.Kind == fulfillment.FaultDuplicate:
		r.createUnderOther(ctx, d)
	case fulfillment.Uncertain(err):
		r.lookAfterLostAnswer(ctx, d, err)
	case ok && ownRefusal(err):
		d.refusal, d.missing = refusal(d.order, fault), fault.Thing
	default:
		d.fatal = err
	}
}

// lookAgain looks the order up once more and decides anew.
func (r *orderDownload) lookAgain(ctx context.Context, d *delivery) {
	found, err := r.env.Destination.FindOrders(ctx, lookups(d))
	if err != nil {
		d.fatal = err
		return
	}
	d.action = r.decide(d, found)
	if d.fatal = r.withoutRivals(ctx, d); d.fatal != nil {
		return
	}
	switch d.action.kind {
	case actionMark:
		d.found = &d.action.found
	case actionAdopt:
		r.adopt(ctx, d)
	case actionReport:
		d.refusal = d.action.failing
	case actionCreate, actionUndecided:
	}
}

// createUnderOther follows a refusal for a taken reference: somebody took it
// since the look-up, perhaps an earlier request of ours whose answer was lost.
func (r *orderDownload) createUnderOther(ctx context.Context, d *delivery) {
	refused := d.action.reference
	if r.lookAgain(ctx, d); d.fatal != nil || d.action.kind != actionCreate {
		return
	}
	if d.action.reference == refused {
		d.refusal = &FailingOrder{ID: d.order.ID, Reference: d.order.Number, Reason: fulfillment.ReasonReferenceTaken,
			Message: "the warehouse says the reference is taken and shows no order under it; look for a deleted or archived order there"}
		return
	}
	created, err := r.env.Destination.CreateOrder(ctx, d.order, d.action.reference)
	fault, ok := fulfillment.AsFault(err)
	switch {
	case err == nil:
		d.found = &created
	case fulfillment.Uncertain(err):
		r.lookAfterLostAnswer(ctx, d, err)
	case ok && (ownRefusal(err) || fault.Kind == fulfillment.FaultDuplicate):
		d.refusal, d.missing = refusal(d.order, fault), fault.Thing
	default:
		d.fatal = err
	}
}

// lookAfterLostAnswer finds out whether a create whose answer was lost took
// effect. When it shows nothing the order is not created again in this run:
// the request may still be on its way.
func (r *orderDownload) lookAfterLostAnswer(ctx context.Context, d *delivery, lost error) {
	r.lookAgain(ctx, d)
	switch {
	case d.found != nil, d.refusal != nil:
		return
	case d.fatal != nil:
		d.fatal = lost // what went wrong first is what the user must know
		return
	}
	d.refusal = &FailingOrder{ID: d.order.ID, Reference: d.order.Number, Reason: fulfillment.ReasonOutcomeUnknown,
		Message: "the warehouse's answer was lost and it shows no such order yet; the next run looks before it creates"}
}

func refusal(order fulfillment.Order, fault *fulfillment.Fault) *FailingOrder {
	reason := fault.Reason
	if reason == "" {
		reason = fulfillment.ReasonRefusedByWarehouse
	}
	return &FailingOrder{ID: order.ID, Reference: order.Number, Reason: reason, Message: fault.Error(), Cause: causeOf(reason, fault)}
}

// foundIndex finds the warehouse's orders by identity and by reference.
type foundIndex struct {
	byIdentity, byReference map[string][]fulfillment.WarehouseOrder
}

func indexFound(found []fulfillment.WarehouseOrder) foundIndex {
	index := foundIndex{map[string][]fulfillment.WarehouseOrder{}, map[string][]fulfillment.WarehouseOrder{}}
	for _, o := range found {
		index.byIdentity[o.Identity] = append(index.byIdentity[o.Identity], o)
		index.byReference[foldReference(o.Reference)] = append(index.byReference[foldReference(o.Reference)], o)
	}
	return index
}

// of returns every order under the identity or a reference of this order, once.
func (i foundIndex) of(order fulfillment.Order) []fulfillment.WarehouseOrder {
	all := append([]fulfillment.WarehouseOrder(nil), i.byIdentity[order.ID.String()]...)
	for _, reference := range references(order) {
		for _, o := range i.byReference[foldReference(reference)] {
			if o.Identity != order.ID.String() {
				all = append(all, o)
			}
		}
	}
	return all
}
