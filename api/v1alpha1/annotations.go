// SPDX-License-Identifier: Apache-2.0

package v1alpha1

const (
	// RunAnnotation asks for a run of every governed routine of a connection.
	// Its value is a token that status echoes when the runs are done.
	RunAnnotation = "ordersync.dev/run"

	// RunAnnotationPrefix, followed by the name of a routine, asks for a run of
	// that routine alone.
	RunAnnotationPrefix = "ordersync.dev/run."

	// ApproveInventoryAnnotation approves the plan that the brake of
	// InventorySync holds back. Its value is the digest that status shows,
	// optionally followed by a dot and anything that a token may hold.
	ApproveInventoryAnnotation = "ordersync.dev/approve.InventorySync"

	// TokenPattern is what a run token looks like.
	TokenPattern = `^[A-Za-z0-9._:-]{1,64}$` //nolint:gosec // G101: a pattern of names for runs

	// RetryAnnotationPrefix, followed by OrderDownload or ShipmentConfirmation,
	// makes that routine try one failing order now. Its value is Order Manager's
	// orderId; anything after a dot makes it a new request.
	RetryAnnotationPrefix = "ordersync.dev/retry."

	// ResendAnnotationPrefix, followed by OrderDownload, sends one order again
	// that the warehouse does not hold any more; followed by
	// ShipmentConfirmation, its tracking. Its value is that of a retry.
	ResendAnnotationPrefix = "ordersync.dev/resend."

	// BackfillAnnotationPrefix, followed by OrderDownload, downloads orders from
	// before spec.orders.earliestOrderDate once. Its value is a day, YYYY-MM-DD;
	// anything after a dot makes it a new request.
	BackfillAnnotationPrefix = "ordersync.dev/backfill."

	// ConnectionLabel names the connection that a ConfigMap with a plan belongs to.
	ConnectionLabel = "ordersync.dev/connection"

	// FieldManagerPrefix, followed by the name of a controller in lower case, is
	// the field manager of what that controller writes. These names never
	// change: server-side apply knows its own fields by them.
	FieldManagerPrefix = "ordersync-"
)
