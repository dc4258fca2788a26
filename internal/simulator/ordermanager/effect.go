// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"slices"
	"time"
)

// EffectKind names what an effect did.
type EffectKind string

const (
	// Marked is an order sent to fulfillment.
	Marked EffectKind = "Marked"
	// MarkedAgain is the same for an order that was already sent, where Options lets that pass.
	MarkedAgain EffectKind = "MarkedAgain"
	// ShipmentAccepted is an external shipment that was taken; ShipmentAcceptedAgain one for a shipped order.
	ShipmentAccepted EffectKind = "ShipmentAccepted"
	// ShipmentAcceptedAgain is an external shipment of an order that was already shipped.
	ShipmentAcceptedAgain EffectKind = "ShipmentAcceptedAgain"
	// BuyerNotified is a mail to the buyer.
	BuyerNotified EffectKind = "BuyerNotified"
	// ChannelUpdated is a message to the sales channel.
	ChannelUpdated EffectKind = "ChannelUpdated"
	// Shipped is an order that became SHIPPED.
	Shipped EffectKind = "Shipped"
	// StockAdjusted is a stock record that was set.
	StockAdjusted EffectKind = "StockAdjusted"
	// StockCreated is a stock record that began.
	StockCreated EffectKind = "StockCreated"
	// StockShipped is on hand that left with a shipped order.
	StockShipped EffectKind = "StockShipped"
	// Cancelled is an order that was cancelled.
	Cancelled EffectKind = "Cancelled"
	// Held is an order that was put on hold.
	Held EffectKind = "Held"
	// HoldEnded is a hold that came to its date.
	HoldEnded EffectKind = "HoldEnded"
	// Restored is an order brought back from a hold or a cancellation.
	Restored EffectKind = "Restored"
	// Rerouted is an order sent to another warehouse by a user.
	Rerouted EffectKind = "Rerouted"
	// Labelled is a label put on an order.
	Labelled EffectKind = "Labelled"
	// Updated is an order whose texts were written.
	Updated EffectKind = "Updated"
	// Unlabelled is a label taken off an order.
	Unlabelled EffectKind = "Unlabelled"
)

// Effect is one thing that happened to the state. Reading leaves none; neither does a refused request.
type Effect struct {
	// Number counts effects from 1.
	Number int        `json:"number"`
	Kind   EffectKind `json:"kind"`
	Time   time.Time  `json:"time"`
	// API says that a client did it through the API, and not a user or the clock.
	API     bool   `json:"api"`
	OrderID int64  `json:"orderId,omitempty"`
	SKU     string `json:"sku,omitempty"`
	// WarehouseID of stock effects.
	WarehouseID int64 `json:"warehouseId,omitempty"`
	// Before and After are the order's status, its warehouse (Rerouted), or the tracking number (shipments).
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
	// StockBefore and StockAfter belong to stock effects; StockBefore is nil for StockCreated.
	StockBefore *Figures `json:"stockBefore,omitempty"`
	StockAfter  *Figures `json:"stockAfter,omitempty"`
}

// Figures are the quantities of a product at a warehouse, in units.
type Figures struct {
	OnHand    int64 `json:"onHand"`
	Locked    int64 `json:"locked"`
	Allocated int64 `json:"allocated"`
	Available int64 `json:"available"`
}

func (s *store) note(e Effect) {
	e.Number = len(s.effects) + 1
	s.effects = append(s.effects, e)
}

// Effects lists everything that happened, in order.
func (s *Server) Effects() []Effect {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.effects)
}

// CountEffects counts the effects of a kind by order; stock effects are counted by 0.
func (s *Server) CountEffects(kind EffectKind) map[int64]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	counts := map[int64]int{}
	for _, e := range s.effects {
		if e.Kind == kind {
			counts[e.OrderID]++
		}
	}
	return counts
}

// ForgetEffects empties the ledger; orders and stock stay.
func (s *Server) ForgetEffects() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.effects = nil
}
