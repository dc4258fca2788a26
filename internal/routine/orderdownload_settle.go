// SPDX-License-Identifier: Apache-2.0

package routine

import "ordersync.dev/operator/internal/fulfillment"

// settle books what became of one delivery and releases its lock, unless the
// order waits for its mark.
func (r *orderDownload) settle(d *delivery) error {
	if d.found == nil && d.action.kind == actionMark {
		d.found = &d.action.found
	}
	if d.fatal == nil && (d.found != nil || d.inVain || d.refusal != nil || d.action.kind == actionReport) {
		r.worked[d.order.ID] = true
	}
	if d.found != nil {
		if d.action.kind == actionCreate {
			r.failures.proved(d.order.ID, false)
			r.counts.Created++
			r.skipped.lines(d)
		}
		if d.action.kind == actionAdopt {
			r.counts.Adopted++
		}
		if d.action.failing != nil && d.action.kind != actionReport {
			r.failures.judged(*d.action.failing)
		}
		r.pending = append(r.pending, pendingMark{read: d.read, order: d.order, found: *d.found, created: d.action.kind == actionCreate, unlock: d.unlock})
		return nil
	}
	defer d.unlock()
	switch {
	case d.fatal != nil:
		return d.fatal
	case d.inVain:
		r.failures.spared(d.order.ID, d.order.Number)
		r.waiting.stays(d.order.ID)
	case d.untried && r.failures.putOff(d.order.ID, d.order.Number):
		r.waiting.stays(d.order.ID)
	case d.refusal != nil:
		// A lost answer is looked into by the very next run.
		r.fail(*d.refusal, !d.untried && d.refusal.Reason != fulfillment.ReasonOutcomeUnknown)
	case d.action.kind == actionReport && d.action.failing != nil:
		r.fail(*d.action.failing, false)
	}
	return nil
}
