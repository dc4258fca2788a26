// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"context"
	"encoding/json"
	"net/http"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/remote"
)

const (
	splitEndpoint  = "/v1/order/{orderId}/split"
	splitOperation = "split an order"
)

type wireSplit struct {
	SplitOrders []wireSplitOrder `json:"splitOrders"`
}

type wireSplitOrder struct {
	OrderItems []wireSplitItem `json:"orderItems"`
	LabelIDs   []int64         `json:"labelIds"`
}

type wireSplitItem struct {
	ListingSKU      string `json:"listingSku"`
	QuantityOrdered int64  `json:"quantityOrdered"`
}

// SplitOrder implements fulfillment.OrderEditor. The label stands in the same
// call: an order that waited without it for a moment could be sent.
func (s *source) SplitOrder(ctx context.Context, split fulfillment.Split) (fulfillment.OrderID, error) {
	child := wireSplitOrder{}
	for _, line := range split.Lines {
		if line.ListingSKU == "" || line.Quantity <= 0 {
			return 0, &fulfillment.Fault{Kind: fulfillment.FaultInvalid, System: System, Operation: splitOperation, Hint: "a line has no listing SKU"}
		}
		child.OrderItems = append(child.OrderItems, wireSplitItem{ListingSKU: line.ListingSKU, QuantityOrdered: line.Quantity})
	}
	label, err := s.labelID(ctx, fulfillment.SplitLabel, "an order is not split without it; create the label "+fulfillment.SplitLabel+" in Order Manager")
	if err != nil {
		return 0, err
	}
	child.LabelIDs = []int64{label}
	body, err := json.Marshal(wireSplit{SplitOrders: []wireSplitOrder{child}})
	if err != nil {
		return 0, err
	}
	request := remote.Request{Operation: splitOperation, Endpoint: splitEndpoint, Path: "/v1/order/" + split.OrderID.String() + "/split", Method: http.MethodPost, Body: body}
	response, err := s.remote.Do(ctx, request)
	if err != nil {
		return 0, refined(response, err)
	}
	var answer struct {
		ID fulfillment.OrderID `json:"id"`
	}
	err = s.remote.DecodeJSON(request, response, &answer)
	return answer.ID, err
}
