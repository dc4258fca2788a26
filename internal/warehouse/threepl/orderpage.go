// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"context"
	"strconv"

	"ordersync.dev/operator/internal/fulfillment"
)

const (
	ordersEndpoint = "/orders"
	// ordersPage is the largest page of orders that the service gives; it
	// refuses to give more.
	ordersPage = 1000
	// smallestPage is the page below which an answer that is too large is not
	// asked for in smaller pieces.
	smallestPage = 10
	// orderDetail is what is asked for with every order. That an order comes
	// without its contacts and its parcel carrier's answer unless they are asked
	// for is not documented; neither is that it comes with them.
	orderDetail = "OrderItems,Packages,Contacts,SmallParcel,SavedElements"
	// orderItemDetail is what is asked for with every line: short picks show in
	// its allocations.
	orderItemDetail = "Allocations"
)

// orderPage is one page of a walk over orders.
type orderPage struct {
	documents []orderDocument
	orders    []fulfillment.WarehouseOrder
	// last is the highest order id of the page; 0 when nothing is left.
	last int64
}

// ordersAfter reads the orders for which the terms hold, with ids above after,
// in the order of their ids. Pages by number would shift when an order leaves
// the filter between two of them; ids do not.
func (d *Driver) ordersAfter(ctx context.Context, operation string, after int64, terms ...string) (orderPage, error) {
	if after > 0 {
		terms = append(terms, rqlOrderID+"=gt="+decimal(after))
	}
	for {
		size := d.pageLimit.Load()
		page, err := d.orderPage(ctx, operation, after, size, rqlAll(terms...))
		if fulfillment.IsFault(err, fulfillment.FaultTooLarge) && size > smallestPage {
			d.pageLimit.CompareAndSwap(size, max(size/4, smallestPage))
			continue
		}
		return page, err
	}
}

func (d *Driver) orderPage(ctx context.Context, operation string, after, size int64, rql string) (page orderPage, err error) {
	request, response, err := d.get(ctx, operation, ordersEndpoint, ordersEndpoint, ordersQuery(size, rql))
	if err != nil {
		return page, err
	}
	var total int64
	if page.documents, total, err = listOf[orderDocument](d, request, response, "order"); err != nil {
		return page, err
	}
	more := total > int64(len(page.documents))
	if more && len(page.documents) == 0 {
		return page, d.malformed(request, response, "it is an empty page of a list that is not")
	}
	last := after
	for _, document := range page.documents {
		order, err := d.warehouseOrder(document)
		if err != nil {
			return page, d.malformed(request, response, err.Error())
		}
		id := int64(document.ReadOnly.OrderID)
		if id <= after || more && id <= last {
			return page, d.malformed(request, response, "its orders are not those after the last page, in the order of their ids")
		}
		last = max(last, id)
		page.orders = append(page.orders, order)
	}
	if more {
		page.last = last
	}
	return page, nil
}

func ordersQuery(size int64, rql string) string {
	return query(parameter{"pgsiz", decimal(size)}, parameter{"pgnum", "1"}, parameter{"sort", rqlOrderID},
		parameter{"detail", orderDetail}, parameter{"itemdetail", orderItemDetail}, parameter{"rql", rql})
}

// ours are the terms for this customer's orders.
func (d *Driver) ours() string { return rqlCustomer + "==" + decimal(d.customer) }

// here are the terms for this customer's orders in this building.
func (d *Driver) here() string { return rqlAll(d.ours(), rqlFacility+"=="+decimal(d.facility)) }

// foreign reports whether the order is another customer's. An answer that does
// not say whose the order is has been filtered by the service.
func (d *Driver) foreign(document orderDocument) bool {
	id := int64(document.ReadOnly.CustomerIdentifier.ID)
	return id != 0 && id != d.customer
}

// elsewhere reports whether the order is in another building.
func (d *Driver) elsewhere(document orderDocument) bool {
	id := int64(document.ReadOnly.FacilityIdentifier.ID)
	return id != 0 && id != d.facility
}

// parseID reads an order id of the service that was handed out earlier.
func parseID(text string) (int64, bool) {
	id, err := strconv.ParseInt(text, 10, 64)
	return id, err == nil && id > 0 && decimal(id) == text
}
