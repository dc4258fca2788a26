// SPDX-License-Identifier: Apache-2.0

package ordermanager_test

import (
	"regexp"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	om "ordersync.dev/operator/internal/simulator/ordermanager"
)

func seeded(t *testing.T, options om.SeedOptions) *om.Server {
	t.Helper()
	at := time.Date(2026, 11, 23, 10, 0, 0, 123, time.UTC)
	s := om.New(om.Options{Now: func() time.Time { return at }})
	if err := s.Seed(options); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSeedIsDeterministic(t *testing.T) {
	one, two := seeded(t, om.SeedOptions{Seed: 5}), seeded(t, om.SeedOptions{Seed: 5})
	if diff := cmp.Diff(one.Orders(), two.Orders()); diff != "" {
		t.Errorf("one seed, two states: %s", diff)
	}
	if cmp.Equal(one.Orders(), seeded(t, om.SeedOptions{Seed: 6}).Orders()) {
		t.Error("two seeds, one state")
	}
	if len(one.Effects()) != 0 {
		t.Error("seeding left effects")
	}
	if one.Seed(om.SeedOptions{}) == nil {
		t.Error("seeded twice")
	}
}

func TestSeedHasEverythingThatIsHard(t *testing.T) {
	s := seeded(t, om.SeedOptions{Seed: 1, Orders: 3000})
	amazon := regexp.MustCompile(`^111-\d{7}-\d{7}$`)
	found := map[string]int{}
	numbers := map[string]map[int32]bool{}
	count := func(what string, is bool) {
		if is {
			found[what]++
		}
	}
	for _, o := range s.Orders() {
		if numbers[o.OrderNumber] == nil {
			numbers[o.OrderNumber] = map[int32]bool{}
		}
		if numbers[o.OrderNumber][o.SalesChannel.SalesChannelID] {
			t.Fatalf("number %s twice in one channel", o.OrderNumber)
		}
		numbers[o.OrderNumber][o.SalesChannel.SalesChannelID] = true
		count("repeated number", len(numbers[o.OrderNumber]) > 1)
		count("amazon number", amazon.MatchString(o.OrderNumber))
		count("company", o.ShipCompany != "")
		count("third line", o.ShipAddress3 != "")
		count("canada", o.ShipCountry == "CAN")
		count("germany", o.ShipCountry == "DEU")
		count("gift", o.Gift && o.GiftMessage != "")
		count("purchase order", o.Items[0].POItemNumber != "")
		count("third party", o.Billing != nil && o.BillingOption == "BILL_SHIPPING_TO_THIRD_PARTY")
		count("saturday", o.SaturdayDelivery)
		count("prime", o.OrderType == "PRIME")
		count(o.OrderStatus, true)
		skus := map[string]bool{}
		for _, item := range o.Items {
			count("repeated SKU", skus[item.Product.MasterSKU])
			skus[item.Product.MasterSKU] = true
		}
		if o.Source != nil {
			count(o.Source.Name, true)
		}
		if o.OrderDate.After(time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)) {
			t.Errorf("order %d is from the future", o.OrderID)
		}
	}
	for _, what := range []string{
		"repeated number", "amazon number", "company", "third line", "canada", "germany", "gift", "purchase order", "third party",
		"saturday", "prime", "repeated SKU", om.EastName, om.WestName, om.RoomName, om.StatusOnHold, om.StatusCancelled,
		om.StatusAwaitingPayment, om.StatusUnresolved, om.StatusShipped, om.StatusAwaitingShipment,
	} {
		if found[what] < 5 {
			t.Errorf("only %d × %s", found[what], what)
		}
	}
	if found[om.StatusAwaiting3PLExport] < 2400 {
		t.Errorf("only %d waiting", found[om.StatusAwaiting3PLExport])
	}
}

func TestSeedHasUnknownValuesWhereTheSwitchIsOn(t *testing.T) {
	s := om.New(om.Options{UnknownValues: true})
	if err := s.Seed(om.SeedOptions{Orders: 1000}); err != nil {
		t.Fatal(err)
	}
	statuses, types := 0, 0
	for _, o := range s.Orders() {
		if o.OrderStatus == om.UnknownStatus {
			statuses++
		}
		if o.OrderType == om.UnknownType {
			types++
		}
	}
	if statuses == 0 || types == 0 {
		t.Errorf("%d unknown statuses, %d unknown types", statuses, types)
	}
}

func TestSeedWaitingOnly(t *testing.T) {
	s := seeded(t, om.SeedOptions{Orders: 300, Products: 100, WaitingOnly: true, NoStockEvery: 7, OnHand: 55})
	shot := s.Snapshot()
	for _, o := range shot.Orders {
		if o.Status != om.StatusAwaiting3PLExport || o.WarehouseID != om.EastDC {
			t.Fatalf("%+v", o)
		}
	}
	atEast := 0
	for _, row := range shot.Stock {
		if row.WarehouseID == om.EastDC {
			atEast++
			if row.OnHand != 55 || row.Available != 55-row.Allocated {
				t.Errorf("%+v", row)
			}
		}
	}
	if want := 98 - 14; atEast != want { // 100 less 2 bundles, less every 7th of the others
		t.Errorf("%d products with stock at East DC, want %d", atEast, want)
	}
}
