// SPDX-License-Identifier: Apache-2.0

package routine

import "ordersync.dev/operator/internal/fulfillment"

// underWay notes an order of which something may have been written that does not
// show yet. It is not tried in this run. When its attempt came due it is owed;
// one that nobody remembers is judged anew by the next run.
func (f *failures) underWay(order FailingOrder) {
	id := order.ID
	if since, known := f.since[id]; known {
		f.owed[id] = f.due(id)
		f.remembered[id] = true
		order.Since = since
	}
	if shown := f.shown[id]; shown.Reason == fulfillment.ReasonConfirmationPending {
		order.Reason, order.Message = shown.Reason, shown.Message // that says more
	}
	f.found[id] = order
}
