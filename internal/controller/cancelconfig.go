// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/routine"
)

// cancelConfig is what OrderCancelDownload is told by a policy, and which orders
// a person wants sent again: those are not to be cancelled in Order Manager.
func cancelConfig(connection *v1alpha1.OrderManagerConnection, policy *v1alpha1.OrderCancelDownloadPolicy) routine.OrderCancelDownloadConfig {
	return routine.OrderCancelDownloadConfig{
		CancelInOrderManager: policy.WarehouseCancelled == v1alpha1.WarehouseCancelledCancelInOrderManager,
		Resends:              resendsAsked(connection),
	}
}

// resendsAsked are the orders that OrderDownload is asked to send again and that
// it has not answered yet.
func resendsAsked(connection *v1alpha1.OrderManagerConnection) []fulfillment.OrderID {
	var handled []v1alpha1.HandledToken
	if entry := entryOf(connection, v1alpha1.OrderDownload); entry != nil {
		handled = entry.HandledTokens
	}
	tokens, _ := pendingTokens(connection.Annotations, v1alpha1.OrderDownload, false, handled)
	var orders []fulfillment.OrderID
	for _, request := range requestsOf(tokens) {
		if request.Kind == routine.RequestResend {
			orders = append(orders, request.OrderID)
		}
	}
	return orders
}
