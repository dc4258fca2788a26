// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"fmt"
	"math/rand/v2"
)

// Seed describes a warehouse to fill: the same seed makes the same warehouse.
type Seed struct {
	// Random is the seed of every figure.
	Random uint64 `json:"random,omitempty"`
	// CustomerID and FacilityID are the merchant and the building that are
	// made; 0 means DefaultCustomerID and DefaultFacilityID.
	CustomerID int64 `json:"customerId,omitempty"`
	FacilityID int64 `json:"facilityId,omitempty"`
	// TimeZone of the building; empty means America/Los_Angeles.
	TimeZone string `json:"timeZone,omitempty"`
	// SKUs are the merchant's; see SeedSKU for how they are named and SeedStock for how many there are.
	SKUs int `json:"skus,omitempty"`
	// OnHand is about how many units of each SKU there are; 0 means 500.
	OnHand int64 `json:"onHand,omitempty"`
	// ForeignOrders are open orders of the merchant that Order Manager does not know.
	ForeignOrders int `json:"foreignOrders,omitempty"`
}

// What Seed defaults to, and what it makes beside: another merchant, who has
// some of the same SKUs in the same building, and another building, in which
// the merchant has some goods too.
const (
	DefaultCustomerID  = 17
	DefaultFacilityID  = 3
	OtherCustomerID    = 18
	OtherFacilityID    = 4
	DefaultTimeZone    = "America/Los_Angeles"
	defaultWindowsZone = "Pacific Standard Time"
)

// SeedSKU names the n-th SKU, from 1. One name is the beginning of others on purpose.
func SeedSKU(n int) string { return fmt.Sprintf("SKU-%d", n) }

// SeedStock is how many units of the n-th SKU there are, about level of them.
// Every 50th has none, every 97th a fraction, every 40th some on hold.
func SeedStock(random uint64, n int, level int64) (onHand, onHold Quantity) {
	source := rand.New(rand.NewPCG(random, uint64(n)))
	if n%50 == 0 {
		return 0, 0
	}
	onHand = Units(level/2 + 20 + source.Int64N(max(1, level)))
	if n%97 == 0 {
		onHand += parts / 2
	}
	if n%40 == 0 {
		onHold = Units(1 + source.Int64N(10))
	}
	return onHand, onHold
}

// Seed fills the warehouse. It is for an empty one, and fails on what is there already.
func (s *Server) Seed(seed Seed) error {
	if seed.CustomerID == 0 {
		seed.CustomerID = DefaultCustomerID
	}
	if seed.FacilityID == 0 {
		seed.FacilityID = DefaultFacilityID
	}
	if seed.TimeZone == "" {
		seed.TimeZone = DefaultTimeZone
	}
	if seed.OnHand == 0 {
		seed.OnHand = 500
	}
	if err := s.seedParties(seed); err != nil {
		return err
	}
	for n := 1; n <= seed.SKUs; n++ {
		if err := s.seedSKU(seed, n); err != nil {
			return err
		}
	}
	for n := 1; n <= seed.ForeignOrders; n++ {
		if _, err := s.AddForeignOrder(seedForeignOrder(seed, n)); err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) seedParties(seed Seed) error {
	for _, f := range []Facility{
		{ID: seed.FacilityID, Name: "East DC", TimeZone: seed.TimeZone, WindowsZone: defaultWindowsZone},
		{ID: OtherFacilityID, Name: "West DC", TimeZone: seed.TimeZone, WindowsZone: defaultWindowsZone},
	} {
		if _, err := s.AddFacility(f); err != nil {
			return err
		}
	}
	both := []int64{seed.FacilityID, OtherFacilityID}
	for _, c := range []Customer{
		{ID: seed.CustomerID, Name: "Acme Goods", ExternalID: "ACME", Facilities: both},
		{ID: OtherCustomerID, Name: "Other Goods", ExternalID: "OTHER", Facilities: both},
	} {
		if _, err := s.AddCustomer(c); err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) seedSKU(seed Seed, n int) error {
	if _, err := s.AddItem(Item{CustomerID: seed.CustomerID, SKU: SeedSKU(n), Description: fmt.Sprintf("Product %d", n), UPC: fmt.Sprintf("%012d", n)}); err != nil {
		return err
	}
	onHand, onHold := SeedStock(seed.Random, n, seed.OnHand)
	settings := []StockSetting{{CustomerID: seed.CustomerID, FacilityID: seed.FacilityID, SKU: SeedSKU(n), OnHand: onHand, OnHold: onHold}}
	if n%10 == 0 {
		// The same SKU of another merchant in the same building, and some of
		// this merchant's in another: neither is ours to promise.
		if _, err := s.AddItem(Item{CustomerID: OtherCustomerID, SKU: SeedSKU(n)}); err != nil {
			return err
		}
		settings = append(settings,
			StockSetting{CustomerID: OtherCustomerID, FacilityID: seed.FacilityID, SKU: SeedSKU(n), OnHand: Units(1000)},
			StockSetting{CustomerID: seed.CustomerID, FacilityID: OtherFacilityID, SKU: SeedSKU(n), OnHand: Units(2000)})
	}
	for _, setting := range settings {
		if err := s.SetStock(setting); err != nil {
			return err
		}
	}
	return nil
}

// seedForeignOrder is an order that somebody typed into the warehouse system.
func seedForeignOrder(seed Seed, n int) OrderDocument {
	sku := SeedSKU(1 + (n*7)%max(1, seed.SKUs))
	return OrderDocument{
		OrderFields: OrderFields{
			CustomerIdentifier: &Identifier{ID: seed.CustomerID},
			FacilityIdentifier: &Identifier{ID: seed.FacilityID},
			ReferenceNum:       fmt.Sprintf("PHONE-%05d", n),
			ShipTo: &Contact{CompanyName: "Walk-in", Name: "Walk-in", Address1: "1 Dock Road", City: "Reno", State: "NV",
				Zip: "89501", Country: "US"},
		},
		OrderItems: []OrderItem{{ItemIdentifier: &ItemIdentifier{SKU: sku}, Qty: new(Units(1))}},
	}
}
