// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"sync"
	"time"
	"unicode/utf8"

	"ordersync.dev/operator/internal/fulfillment"
)

// mailbox is where a driver of paper warehouses sends its questions.
type mailbox struct {
	url   string
	mutex sync.Mutex
	token string
}

// paperDriver is a good driver of paper warehouses.
type paperDriver struct {
	*mailbox
	can fulfillment.Capabilities
}

var _ fulfillment.Destination = (*paperDriver)(nil)

func (d *paperDriver) Capabilities() fulfillment.Capabilities { return d.can }

// ask sends a question, a second time if the token was refused.
func (d *paperDriver) ask(ctx context.Context, operation string, q question) (a answer, err error) {
	for renewed := false; ; renewed = true {
		var status int
		if status, a, err = d.send(ctx, operation, q); status != http.StatusUnauthorized || renewed {
			return a, err
		}
		_, fresh, err := d.send(ctx, "token", question{})
		if err != nil {
			return a, err
		}
		d.mutex.Lock()
		d.token = fresh.Token
		d.mutex.Unlock()
	}
}

func (d *paperDriver) send(ctx context.Context, operation string, q question) (status int, a answer, err error) {
	lost := &fulfillment.Fault{
		Kind: fulfillment.FaultUnavailable, System: "paper", Operation: operation,
		Uncertain: operation == "begin" || operation == "finish" || operation == "cancel" || operation == "adopt" || operation == "update",
	}
	body, err := json.Marshal(q)
	if err != nil {
		return 0, a, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, d.url+"/"+operation, bytes.NewReader(body))
	if err != nil {
		return 0, a, err
	}
	d.mutex.Lock()
	request.Header.Set("Token", d.token)
	d.mutex.Unlock()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, a, lost
	}
	defer response.Body.Close()
	switch response.StatusCode {
	case http.StatusOK:
		if json.NewDecoder(response.Body).Decode(&a) != nil {
			return response.StatusCode, a, lost
		}
		return response.StatusCode, a, nil
	case http.StatusConflict:
		var refusal fulfillment.Fault
		if json.NewDecoder(response.Body).Decode(&refusal) != nil {
			return response.StatusCode, a, lost
		}
		return response.StatusCode, a, &refusal
	case http.StatusUnauthorized:
		return response.StatusCode, a, refuse(fulfillment.FaultAuthentication, "")
	}
	return response.StatusCode, a, lost
}

func (d *paperDriver) FindOrders(ctx context.Context, lookups []fulfillment.Lookup) ([]fulfillment.WarehouseOrder, error) {
	a, err := d.ask(ctx, "find", question{Lookups: lookups})
	return a.Orders, err
}

func (d *paperDriver) WarehouseOpenOrders(ctx context.Context, after string) ([]fulfillment.WarehouseOrder, string, error) {
	a, err := d.ask(ctx, "open", question{After: after})
	return a.Orders, a.Next, err
}

func (d *paperDriver) ClosedSince(ctx context.Context, since time.Time, after string) ([]fulfillment.WarehouseOrder, string, error) {
	if !d.can.IncrementalShipments {
		return nil, "", refuse(fulfillment.FaultInvalid, "")
	}
	a, err := d.ask(ctx, "closed", question{Since: since, After: after})
	return a.Orders, a.Next, err
}

func (d *paperDriver) CreateOrder(ctx context.Context, order fulfillment.Order, reference string) (fulfillment.WarehouseOrder, error) {
	matched, err := regexp.MatchString(d.can.ReferencePattern, reference)
	tooLong := d.can.ReferenceMaxLength > 0 && utf8.RuneCountInString(reference) > d.can.ReferenceMaxLength
	if err != nil || !matched || tooLong || reference == "" {
		return fulfillment.WarehouseOrder{}, refuse(fulfillment.FaultInvalid, fulfillment.ReasonReferenceUnusable)
	}
	begun, err := d.ask(ctx, "begin", question{Reference: reference, Identity: order.ID.String()})
	if err != nil {
		return fulfillment.WarehouseOrder{}, err
	}
	finished, err := d.ask(ctx, "finish", question{ID: begun.ID, Order: order})
	if fulfillment.IsFault(err, fulfillment.FaultInvalid) {
		if _, failed := d.ask(ctx, "discard", question{ID: begun.ID}); failed != nil {
			return fulfillment.WarehouseOrder{}, failed
		}
	}
	if err != nil {
		return fulfillment.WarehouseOrder{}, err
	}
	return finished.Orders[0], nil
}

func (d *paperDriver) AdoptOrder(ctx context.Context, id string, order fulfillment.Order) (fulfillment.WarehouseOrder, error) {
	if _, err := d.ask(ctx, "adopt", question{ID: id, Identity: order.ID.String(), Order: order}); err != nil {
		return fulfillment.WarehouseOrder{}, err
	}
	read, err := d.ask(ctx, "read", question{ID: id})
	if err != nil {
		return fulfillment.WarehouseOrder{}, err
	}
	return read.Orders[0], nil
}

func (d *paperDriver) CancelOrder(ctx context.Context, id string) (fulfillment.Cancellation, error) {
	read, err := d.ask(ctx, "read", question{ID: id})
	if err != nil {
		return fulfillment.Cancellation{}, err
	}
	switch before := read.Orders[0]; {
	case !d.can.CancelOrder:
		return fulfillment.Cancellation{Outcome: fulfillment.CancelNotSupported, Order: before}, nil
	case before.State == fulfillment.WarehouseCancelled:
		return fulfillment.Cancellation{Outcome: fulfillment.CancelAlready, Order: before}, nil
	case before.State == fulfillment.WarehouseShipped:
		return fulfillment.Cancellation{Outcome: fulfillment.CancelTooLate, Order: before}, nil
	}
	_, asked := d.ask(ctx, "cancel", question{ID: id})
	if read, err = d.ask(ctx, "read", question{ID: id}); err != nil {
		return fulfillment.Cancellation{}, err
	}
	c := fulfillment.Cancellation{Outcome: fulfillment.CancelUnknown, Order: read.Orders[0]}
	switch {
	case c.Order.State == fulfillment.WarehouseCancelled:
		c.Outcome = fulfillment.CancelDone
	case c.Order.State == fulfillment.WarehouseShipped, fulfillment.IsFault(asked, fulfillment.FaultConflict):
		c.Outcome = fulfillment.CancelTooLate
	}
	return c, nil
}

func (d *paperDriver) Stock(ctx context.Context) (fulfillment.StockReport, error) {
	a, err := d.ask(ctx, "stock", question{})
	return a.Report, err
}
