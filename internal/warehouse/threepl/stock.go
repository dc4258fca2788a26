// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"context"
	"encoding/json"
	"slices"

	"ordersync.dev/operator/internal/fulfillment"
)

const (
	itemsEndpoint     = "/customers/{id}/items"
	summariesEndpoint = "/inventory/stocksummaries"
	// itemsPage and summariesPage are the largest pages that the service gives.
	itemsPage     = 100
	summariesPage = 500
)

// itemDocument is an item of a customer's list.
type itemDocument struct {
	ItemID         wireInt        `json:"itemId"`
	ID             wireInt        `json:"id"`
	SKU            string         `json:"sku"`
	ItemIdentifier itemIdentifier `json:"itemIdentifier"`
	ReadOnly       struct {
		ItemID wireInt `json:"itemId"`
	} `json:"readOnly"`
}

// identity returns the item's id and SKU, wherever they stand.
func (i itemDocument) identity() (id int64, sku string) {
	for _, candidate := range []wireInt{i.ItemID, i.ReadOnly.ItemID, i.ItemIdentifier.ID, i.ID} {
		if candidate != 0 {
			id = int64(candidate)
			break
		}
	}
	return id, firstFilled(i.SKU, i.ItemIdentifier.SKU)
}

// summaryDocument is the stock of one item under one qualifier in one building.
// It says nothing of the customer. Its "allocated" includes what has shipped
// already, so nothing is computed from it.
type summaryDocument struct {
	ItemIdentifier      itemIdentifier `json:"itemIdentifier"`
	Qualifier           string         `json:"qualifier"`
	FacilityID          wireInt        `json:"facilityId"`
	Available           json.Number    `json:"available"`
	OnHand              json.Number    `json:"onHand"`
	OnHold              json.Number    `json:"onHold"`
	OrderedNotAllocated json.Number    `json:"orderedNotAllocated"`
}

// Stock returns the stock of this customer in this building. The service's
// summaries hold the stock of every customer that the credentials can see, so
// they are joined with this customer's items by the items' ids: the same SKU
// under another id is somebody else's. When several items of ours share a SKU
// their figures are added up; one that any of them lacks is absent from the sum.
//
// Stock under a qualifier is left out unless the options say that it is added
// up: this driver's orders name none, and only the warehouse's people know
// whether such an order may take it. Left out, an item with qualified stock
// alone has no row, as one without stock.
func (d *Driver) Stock(ctx context.Context) (fulfillment.StockReport, error) {
	skus, itemsComplete, err := d.items(ctx)
	if err != nil {
		return fulfillment.StockReport{}, err
	}
	rows, rowsComplete, err := d.summaries(ctx, skus)
	if err != nil {
		return fulfillment.StockReport{}, err
	}
	report := fulfillment.StockReport{Rows: rows, Complete: itemsComplete && rowsComplete}
	for _, sku := range skus {
		report.Items = append(report.Items, sku)
	}
	slices.Sort(report.Items)
	report.Items = slices.Compact(report.Items)
	return report, nil
}

// items returns the SKUs of the customer's items by the items' ids.
func (d *Driver) items(ctx context.Context) (skus map[int64]string, complete bool, err error) {
	skus = map[int64]string{}
	walk := rowWalk[itemDocument]{
		operation: "list items", endpoint: itemsEndpoint, path: "/customers/" + decimal(d.customer) + "/items",
		size: itemsPage,
		key: func(item itemDocument) string {
			if id, sku := item.identity(); id > 0 && sku != "" && len(sku) <= maxText {
				return decimal(id)
			}
			return ""
		},
		take: func(item itemDocument) error {
			id, sku := item.identity()
			skus[id] = sku
			return nil
		},
	}
	complete, err = walk.run(ctx, d)
	return skus, complete, err
}

// summaries returns the stock of these items, with or without that under a
// qualifier. The other rows count only for whether every row was read.
func (d *Driver) summaries(ctx context.Context, skus map[int64]string) (rows []fulfillment.WarehouseStock, complete bool, err error) {
	at := map[string]int{}
	walk := rowWalk[summaryDocument]{
		operation: "list stock", endpoint: summariesEndpoint, path: summariesEndpoint, size: summariesPage,
		parameters: []parameter{{"orderednotallocated", "true"}, {"rql", "facilityId==" + decimal(d.facility)}},
		key: func(summary summaryDocument) string {
			id := int64(summary.ItemIdentifier.ID)
			if id <= 0 {
				return ""
			}
			return decimal(id) + " " + decimal(int64(summary.FacilityID)) + " " + summary.Qualifier
		},
		take: func(summary summaryDocument) error {
			sku, ours := skus[int64(summary.ItemIdentifier.ID)]
			if !ours || summary.Qualifier != "" && !d.sumQualifiers || summary.FacilityID != 0 && int64(summary.FacilityID) != d.facility {
				return nil
			}
			stock, err := stockOf(sku, summary)
			if err != nil {
				return err
			}
			if i, again := at[sku]; again {
				rows[i] = added(rows[i], stock)
				return nil
			}
			at[sku] = len(rows)
			rows = append(rows, stock)
			return nil
		},
	}
	complete, err = walk.run(ctx, d)
	return rows, complete, err
}

func stockOf(sku string, summary summaryDocument) (stock fulfillment.WarehouseStock, err error) {
	stock.SKU = sku
	for _, figure := range []struct {
		into **fulfillment.Quantity
		from json.Number
	}{
		{&stock.Available, summary.Available},
		{&stock.OnHand, summary.OnHand},
		{&stock.OnHold, summary.OnHold},
		{&stock.OrderedNotAllocated, summary.OrderedNotAllocated},
	} {
		if *figure.into, err = optionalQuantity(figure.from); err != nil {
			return stock, err
		}
	}
	return stock, nil
}

func added(a, b fulfillment.WarehouseStock) fulfillment.WarehouseStock {
	sum := func(x, y *fulfillment.Quantity) *fulfillment.Quantity {
		if x == nil || y == nil {
			return nil
		}
		return new(x.Plus(*y))
	}
	return fulfillment.WarehouseStock{
		SKU:                 a.SKU,
		Available:           sum(a.Available, b.Available),
		OnHand:              sum(a.OnHand, b.OnHand),
		OnHold:              sum(a.OnHold, b.OnHold),
		OrderedNotAllocated: sum(a.OrderedNotAllocated, b.OrderedNotAllocated),
	}
}
