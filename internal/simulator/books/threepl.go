// SPDX-License-Identifier: Apache-2.0

package books

import (
	"strconv"

	"ordersync.dev/operator/internal/simulator/threepl"
)

// ThreePL says which books of a 3PL Warehouse Manager are the merchant's.
type ThreePL struct {
	// CustomerID and FacilityID are the merchant and the building.
	CustomerID, FacilityID int64
	// SumQualifiers counts stock under every qualifier. By default only stock
	// without one is ours to promise: orders name none.
	SumQualifiers bool
}

// Of reads the books of the simulator of 3PL Warehouse Manager.
func (t ThreePL) Of(snapshot threepl.Snapshot) Warehouse {
	warehouse := Warehouse{Stock: map[string]Quantity{}}
	for _, order := range snapshot.Orders {
		if order.CustomerID == t.CustomerID {
			warehouse.Orders = append(warehouse.Orders, threePLOrder(order))
		}
	}
	kinds := map[threepl.EffectKind]EventKind{threepl.EffectCreate: Created, threepl.EffectUpdate: Changed, threepl.EffectCancel: CancelledThere}
	for _, effect := range snapshot.Effects {
		if kind, ok := kinds[effect.Kind]; ok && effect.CustomerID == t.CustomerID {
			warehouse.Events = append(warehouse.Events, Event{Kind: kind, OnRequest: effect.By == threepl.ByAPI,
				OrderID: strconv.FormatInt(effect.OrderID, 10), Identity: effect.ExternalID})
		}
	}
	for _, item := range snapshot.Items {
		if item.CustomerID == t.CustomerID {
			warehouse.Stock[item.SKU] = 0
		}
	}
	for _, level := range snapshot.Stock {
		if level.CustomerID != t.CustomerID || level.FacilityID != t.FacilityID || level.Qualifier != "" && !t.SumQualifiers {
			continue
		}
		if _, known := warehouse.Stock[level.SKU]; known {
			warehouse.Stock[level.SKU] += quantity(level.Available() - level.Unallocated)
		}
	}
	return warehouse
}

func threePLOrder(order threepl.SnapshotOrder) WarehouseOrder {
	states := map[threepl.Status]State{threepl.StatusOpen: Open, threepl.StatusClosed: Shipped, threepl.StatusCanceled: Cancelled}
	copied := WarehouseOrder{ID: strconv.FormatInt(order.ID, 10), Identity: order.ExternalID, Reference: order.Original,
		State: states[order.Status], Split: order.ParentID != 0, InProgress: order.InProgress, Tracking: order.Tracking}
	for _, line := range order.Lines {
		copied.Lines = append(copied.Lines, WarehouseLine{SKU: line.SKU, Ordered: quantity(line.Qty), Shipped: quantity(line.Shipped)})
	}
	return copied
}

func quantity(q threepl.Quantity) Quantity { return Quantity(q) * unit / Quantity(threepl.Units(1)) }
