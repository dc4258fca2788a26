// SPDX-License-Identifier: Apache-2.0

package fulfillment

// ProductStock is what Order Manager says of one product at one warehouse, in
// units. A nil figure was not given; it is not zero.
type ProductStock struct {
	ProductID int64
	SKU       string
	// Bundle says that the product is a kit whose components are counted themselves.
	Bundle    bool
	OnHand    *int64
	Available *int64
	Allocated *int64
	Locked    *int64
	// At is the stock at the location that is written to, where a warehouse has
	// locations of its own; nil where it has not. The figures above are sums
	// over all of its locations.
	At *LocationStock
}

// LocationStock is the stock of one product at one location of a warehouse.
// Without a record there it has no figures.
type LocationStock struct {
	Name   string
	OnHand *int64
	Locked *int64
}

// Written returns the figures that a write replaces.
func (s ProductStock) Written() (onHand, locked *int64) {
	if s.At != nil {
		return s.At.OnHand, s.At.Locked
	}
	return s.OnHand, s.Locked
}

// StockWrite sets one product's stock at one warehouse.
type StockWrite struct {
	ProductID int64
	SKU       string
	OnHand    int64
	Locked    int64
	// Location is empty where the warehouse has no locations of its own.
	Location string
}

// StockWriteResult is what became of one StockWrite.
type StockWriteResult struct {
	SKU string
	// Available is what Order Manager offers after the write; nil when it did not say.
	Available *int64
	// Reason is empty for a write that took effect; NoStartingInventory,
	// UnknownProduct or StockRefused otherwise.
	Reason string
	// Code is the remote system's own code for the refusal.
	Code string
}

// Product is one product of the merchant.
type Product struct {
	ID     int64
	SKU    string
	Bundle bool
	Active bool
	// Components of a bundle.
	Components []Component
}

// Component is one part of a bundle.
type Component struct {
	SKU       string
	ProductID int64
	Quantity  int64
	// Kit says that the part is a bundle itself.
	Kit bool
}
