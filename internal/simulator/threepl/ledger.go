// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"slices"
	"time"
)

// EffectKind is what happened to an order.
type EffectKind string

// Actor is who did it.
type Actor string

const (
	// EffectCreate is an order that came into the books.
	EffectCreate EffectKind = "Create"
	// EffectUpdate is a change of an order's document.
	EffectUpdate EffectKind = "Update"
	// EffectCancel is a cancelled order.
	EffectCancel EffectKind = "Cancel"
	// EffectShip is an order that was closed because it left.
	EffectShip EffectKind = "Ship"

	// ByAPI is a request.
	ByAPI Actor = "API"
	// ByWarehouse is somebody in the warehouse, or another program.
	ByWarehouse Actor = "Warehouse"
)

// Effect is one entry of the ledger: something that took effect, whether or
// not its answer ever arrived.
type Effect struct {
	// Number counts from one.
	Number     int        `json:"number"`
	Time       time.Time  `json:"time"`
	Kind       EffectKind `json:"kind"`
	By         Actor      `json:"by"`
	OrderID    int64      `json:"orderId"`
	CustomerID int64      `json:"customerId"`
	// Reference is the one that the order came in with.
	Reference  string `json:"reference"`
	ExternalID string `json:"externalId,omitempty"`
}

func (s *Server) record(kind EffectKind, by Actor, o *order) {
	s.effects = append(s.effects, Effect{Number: len(s.effects) + 1, Time: s.now(), Kind: kind, By: by, OrderID: o.id,
		CustomerID: o.customer.ID, Reference: o.original, ExternalID: o.doc.ExternalID})
}

// Effects returns the ledger.
func (s *Server) Effects() []Effect {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.effects)
}

// CountEffects counts the effects of a kind by an actor.
func (s *Server) CountEffects(kind EffectKind, by Actor) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	count := 0
	for _, e := range s.effects {
		if e.Kind == kind && e.By == by {
			count++
		}
	}
	return count
}
