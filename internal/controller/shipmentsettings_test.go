// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"ordersync.dev/operator/api/v1alpha1"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
	whsim "ordersync.dev/operator/internal/simulator/threepl"
)

const forShipments = v1alpha1.RunAnnotationPrefix + string(v1alpha1.ShipmentConfirmation)

// Every setting of shipments, from YAML to Order Manager's orders.
func TestShipmentSettingsReachOrderManager(t *testing.T) {
	s := newShopWith(t, omsim.Options{RepeatedShipment: omsim.AddRepeatedTracking})
	s.product("A", 1000, 1000)
	s.policy("standard", func(p *v1alpha1.SyncPolicy) {
		confirmation := p.Spec.ShipmentConfirmation
		confirmation.ShortShipped = v1alpha1.ShortShippedConfirmWhole
		confirmation.NoTracking, confirmation.NoTrackingText = v1alpha1.NoTrackingText, "by truck"
		confirmation.AdditionalTracking, confirmation.AdditionalTrackingField = v1alpha1.AdditionalTrackingCustomField, 2
		confirmation.FreightCost = v1alpha1.FreightCostSend
		confirmation.ExpectShippedWithin = &metav1.Duration{Duration: time.Hour}
		confirmation.NotifyCustomer = new(true)
		confirmation.TrackingCorrections = v1alpha1.TrackingCorrectionsWrite
	})
	s.manage()
	made := s.connection("acme", func(c *v1alpha1.OrderManagerConnection) { c.Spec.Shipments.WarehouseShipCurrency = "CAD" })
	short, byHand, parcels, late, other := s.order("A"), s.order("A"), s.order("A"), s.order("A"), s.order("A")
	s.annotate(made, forOrders, "all")
	s.await(key(made), "the download", answered(v1alpha1.OrderDownload, "all"))
	at := func(id int64) int64 { return s.wh.ByExternalID(strconv.FormatInt(id, 10))[0].ID }
	s.must(s.wh.CloseShort(at(short), whsim.Short{}))
	s.must(s.wh.Ship(at(byHand), whsim.Shipment{NoPackages: true}))
	s.must(s.wh.Ship(at(parcels), whsim.Shipment{TransportationCharge: whsim.Units(9), Packages: []whsim.Package{{Tracking: "1Z1"}, {Tracking: "1Z2"}}}))
	s.must(s.wh.Ship(at(other), whsim.Shipment{Packages: []whsim.Package{{Tracking: "1Z9"}}}))
	s.must(s.om.ShipInOrderManager(other, "1Z8", "UPS"))
	s.clock.pass(2 * time.Hour)
	s.annotate(made, forShipments, "confirm")
	got := s.await(key(made), "the confirmation", answered(v1alpha1.ShipmentConfirmation, "confirm"))

	order := func(id int64) omsim.Order {
		found, _ := s.om.Order(id)
		return found
	}
	if o := order(byHand); o.Shipment == nil || o.Shipment.TrackingNumber != "by truck" {
		t.Errorf("without tracking: %+v", o.Shipment)
	}
	if o := order(parcels); o.CustomField2 != "1Z2" || o.Shipment == nil || o.Shipment.CarrierFee == nil || *o.Shipment.CarrierFee != (omsim.Money{Amount: "9", Currency: "CAD"}) {
		t.Errorf("several parcels: %q, %+v", o.CustomField2, o.Shipment)
	}
	if o := order(short); o.OrderStatus != omsim.StatusShipped {
		t.Errorf("short: %s", o.OrderStatus)
	}
	if o := order(other); len(o.Shipments) != 1 || fmt.Sprint(o.Shipments[0].TrackingNumbers) != "[1Z8 1Z9]" {
		t.Errorf("corrected: %+v", o.Shipments)
	}
	if n := s.om.CountEffects(omsim.BuyerNotified); n[parcels] != 1 || n[other] != 0 {
		t.Errorf("buyers told: %v", n)
	}
	entry := entryOf(got, v1alpha1.ShipmentConfirmation)
	if entry == nil || entry.Drift == nil || len(entry.Drift.Orders) != 1 || entry.Drift.Orders[0].Reason != "Overdue" || order(late).OrderStatus != omsim.StatusPendingFulfillment {
		t.Errorf("late: %+v", entry)
	}
}
