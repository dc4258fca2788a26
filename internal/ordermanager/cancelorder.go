// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"context"
	"net/http"
	"strconv"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/remote"
)

const (
	cancelEndpoint  = "/v1/orders/cancel"
	cancelOperation = "cancel an order"
)

// CancelOrder implements fulfillment.OrderEditor. It always names the one
// order: the vendor requires the sales channel alone, and nobody knows what a
// call without an order cancels. The channel is told nothing and refunds
// nothing: once it was told, the order could no longer be restored.
func (s *source) CancelOrder(ctx context.Context, order fulfillment.Order) (bool, error) {
	if order.ID <= 0 || order.ChannelID <= 0 {
		return false, &fulfillment.Fault{Kind: fulfillment.FaultInvalid, System: System, Operation: cancelOperation, Hint: "the order names no sales channel"}
	}
	request := remote.Request{
		Operation: cancelOperation, Endpoint: cancelEndpoint, Path: cancelEndpoint, Method: http.MethodPost,
		Query: new(query).add("orderId", order.ID.String()).add("salesChannelId", strconv.FormatInt(order.ChannelID, 10)).
			add("cancelReasonType", "OTHER").add("cancelReason", "Cancelled by the warehouse").
			add("updateSalesChannels", "false").add("refundOrdersOnChannels", "false").add("sendEmailNotificationToChannel", "false").encode(),
	}
	response, err := s.remote.Do(ctx, request)
	if err != nil && !fulfillment.Uncertain(err) {
		return false, refined(response, err)
	}
	// Whatever was answered, only the order itself proves it.
	orders, readErr := s.OrdersByID(ctx, []fulfillment.OrderID{order.ID})
	if readErr != nil {
		if err == nil {
			err = readErr
		}
		return false, err
	}
	return len(orders) == 1 && orders[0].State == fulfillment.StateCancelled, nil
}
