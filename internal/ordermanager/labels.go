// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/remote"
)

const (
	labelsEndpoint       = "/v1/labels"
	listLabelsOperation  = "list labels"
	createLabelOperation = "create the label of downloaded orders"
	orderLabelsEndpoint  = "/v1/orders/{orderId}/labels"
	labelOperation       = "label a downloaded order"
	// labelColour of a label that is made here; the vendor requires one.
	labelColour = "#1f77b4"
)

type wireLabel struct {
	LabelID int64  `json:"labelId"`
	Name    string `json:"name"`
}

// downloaded reports whether an order has the label of downloaded orders.
func (c *Client) downloaded(labels []string) bool {
	return c.options.DownloadLabel != "" &&
		slices.ContainsFunc(labels, func(label string) bool { return same(label, c.options.DownloadLabel) })
}

// labelID returns the id of the label of downloaded orders, and makes the label
// when there is none. Two labels may have one name, so it looks first, and
// looks again rather than repeat a request whose answer was lost. It is asked
// anew for every batch: a user may have deleted the label.
func (c *Client) labelID(ctx context.Context) (int64, error) {
	id, err := c.findLabel(ctx)
	if err != nil || id != 0 {
		return id, err
	}
	body, err := json.Marshal([]map[string]string{{"name": c.options.DownloadLabel, "hexColor": labelColour}})
	if err != nil {
		return 0, err
	}
	request := remote.Request{
		Operation: createLabelOperation, Endpoint: labelsEndpoint, Path: labelsEndpoint, Method: http.MethodPut, Body: body,
	}
	if response, err := c.remote.Do(ctx, request); err != nil && !fulfillment.Uncertain(err) {
		if fault, ok := fulfillment.AsFault(refined(response, err)); ok && fault.Kind == fulfillment.FaultInvalid {
			// No order's fault: it would be looked for in halves of the batch.
			fault.Kind, fault.Reason, fault.Hint = fulfillment.FaultMisconfigured, fulfillment.ReasonLabelRefused, "choose another name in labelDownloadedOrders"
		}
		return 0, err
	}
	if id, err = c.findLabel(ctx); err != nil || id != 0 {
		return id, err
	}
	return 0, malformed(createLabelOperation, "the label was made and is not in the list")
}

// findLabel returns the lowest id of a label of this name; 0 when there is none.
func (c *Client) findLabel(ctx context.Context) (found int64, err error) {
	for page := 1; page <= lastPage; page++ {
		labels, err := get[wireLabel](ctx, c, listLabelsOperation, labelsEndpoint, new(query).page(page))
		if err != nil || len(labels) == 0 {
			return found, err
		}
		for _, label := range labels {
			if same(label.Name, c.options.DownloadLabel) && label.LabelID > 0 && (found == 0 || label.LabelID < found) {
				found = label.LabelID
			}
		}
	}
	return 0, endless(listLabelsOperation)
}

// label puts the label on orders, one call for each. Putting it on twice does
// nothing, so a call whose answer was lost is no failure here: what became of
// it is read. The error ends the loop; a refusal is that one order's.
func (c *Client) label(ctx context.Context, ids []fulfillment.OrderID) (refused map[fulfillment.OrderID]string, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	label, err := c.labelID(ctx)
	if err != nil {
		return nil, err
	}
	refused = map[fulfillment.OrderID]string{}
	for _, id := range ids {
		request := remote.Request{
			Operation: labelOperation, Endpoint: orderLabelsEndpoint, Path: "/v1/orders/" + id.String() + "/labels", Method: http.MethodPost,
			Query: addIDs(new(query), "labelId", []int64{label}).encode(),
		}
		response, err := c.remote.Do(ctx, request)
		fault, _ := fulfillment.AsFault(refined(response, err))
		switch {
		case err == nil, fulfillment.Uncertain(err):
		case fault != nil && (fault.Kind == fulfillment.FaultInvalid || fault.Kind == fulfillment.FaultNotFound):
			refused[id] = firstOf(fault.Code, CodeUnproven)
		default:
			return refused, err
		}
	}
	return refused, nil
}

// markAndLabel marks orders by the mark that each one's status calls for. Where
// Order Manager has a mark of its own the label is a note beside it, put on
// afterwards: an order is marked without it too. Elsewhere the label is the
// mark, and it counts once the order was read with it.
func (s *source) markAndLabel(ctx context.Context, ids []fulfillment.OrderID) ([]fulfillment.MarkResult, error) {
	byLabel, byStatus, results, err := s.parted(ctx, ids)
	if err != nil {
		return nil, err
	}
	if len(byStatus) > 0 {
		sent, err := s.send(ctx, byStatus)
		results = append(results, sent...)
		if err != nil {
			return results, err
		}
		var noted []fulfillment.OrderID
		for _, result := range sent {
			if result.Marked {
				noted = append(noted, result.OrderID)
			}
		}
		if _, err := s.label(ctx, noted); err != nil {
			return results, err
		}
	}
	refused, labelErr := s.label(ctx, byLabel)
	proven, err := s.proveLabels(ctx, byLabel, refused)
	if labelErr != nil {
		err = labelErr
	}
	return append(results, proven...), err
}

// parted reads the orders and tells those whose mark is the label from those
// that Order Manager marks. What is no longer waiting is not marked.
func (s *source) parted(ctx context.Context, ids []fulfillment.OrderID) (byLabel, byStatus []fulfillment.OrderID, left []fulfillment.MarkResult, err error) {
	if !s.labelIsMark() {
		return nil, ids, nil, nil
	}
	orders, err := s.OrdersByID(ctx, ids)
	if err != nil {
		return nil, nil, nil, err
	}
	found := make(map[fulfillment.OrderID]fulfillment.Order, len(orders))
	for _, order := range orders {
		found[order.ID] = order
	}
	for _, id := range ids {
		switch order := found[id]; {
		case order.State != fulfillment.StateWaiting:
			left = append(left, fulfillment.MarkResult{OrderID: id, Code: CodeUnproven})
		case slices.Contains(markedStatuses, order.Status):
			byStatus = append(byStatus, id)
		default:
			byLabel = append(byLabel, id)
		}
	}
	return byLabel, byStatus, left, nil
}

// proveLabels reads which orders carry the label.
func (s *source) proveLabels(ctx context.Context, ids []fulfillment.OrderID, refused map[fulfillment.OrderID]string) ([]fulfillment.MarkResult, error) {
	orders, err := s.OrdersByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	labelled := map[fulfillment.OrderID]bool{}
	for _, order := range orders {
		labelled[order.ID] = s.downloaded(order.Labels)
	}
	results := make([]fulfillment.MarkResult, len(ids))
	for i, id := range ids {
		results[i] = fulfillment.MarkResult{OrderID: id, Marked: labelled[id]}
		if !labelled[id] {
			results[i].Code = firstOf(refused[id], CodeUnproven)
		}
	}
	return results, nil
}
