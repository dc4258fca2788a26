// SPDX-License-Identifier: Apache-2.0

package v1alpha1_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func TestConnectionDefaults(t *testing.T) {
	created := create(t, object(t, connectionManifest,
		`{spec: {orders: {}, source: {orderManager: {caBundleRef: {name: authority}}}}}`))
	want := parse(t, `
source:
  orderManager:
    url: https://api.skubana.com
    secretRef: {name: order-manager}
    caBundleRef: {kind: ConfigMap, name: authority, key: ca.crt}
    warehouseName: East DC
destination:
  threePLWarehouseManager:
    url: https://secure-wms.com
    secretRef: {name: three-pl}
    userLogin: integration@merchant.example
    timeZone: UTC
orders:
  pickupStatuses: [AWAITING_3PL_EXPORT]
  orderTypes: [STANDARD, PRIME]
  orderNumber: OrderNumber
  loadCustomFields: false
  splitCustomerNames: true
  concatShipCodeAndCarrier: false
  loadSalesChannelName: false
  edits: Report
  kits: Exploded
`)
	for _, name := range []string{"customerID", "facilityID"} {
		// Whole numbers read from YAML are not the whole numbers that the client returns.
		unstructured.RemoveNestedField(created.Object, "spec", "destination", "threePLWarehouseManager", name)
	}
	if diff := cmp.Diff(want, created.Object["spec"]); diff != "" {
		t.Errorf("spec (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]any{"observedGeneration": int64(-1)}, created.Object["status"]); diff != "" {
		t.Errorf("status (-want +got):\n%s", diff)
	}
}

func TestPolicyDefaults(t *testing.T) {
	created := create(t, object(t, policyManifest,
		`{spec: {orderCancelDownload: {schedule: {every: 5m}}, shipmentConfirmation: {schedule: {every: 15m}}, inventorySync: {schedule: {cron: "@daily"}}}}`))
	want := parse(t, `
connections: {names: [east]}
timeZone: UTC
mode: Sync
orderDownload: {schedule: {every: 5m}}
orderCancelDownload: {schedule: {every: 5m}, warehouseCancelled: Report}
shipmentConfirmation:
  schedule: {every: 15m}
  partialShipments: WaitForAll
  shortShipped: Hold
  noTracking: Wait
  additionalTracking: None
  freightCost: Omit
  trackingCorrections: Report
  updateChannel: true
  notifyCustomer: false
inventorySync:
  schedule: {cron: "@daily"}
  stockRule: MatchAvailable
  heldOrders: Subtract
  waitingOrders: Subtract
  startingInventory: Require
  missing: LeaveAlone
  maxSnapshotAge: 10m
`)
	for _, name := range []string{"buffer", "minimumLevel"} {
		units, found, err := unstructured.NestedInt64(created.Object, "spec", "inventorySync", name)
		if err != nil || !found || units != 0 {
			t.Errorf("%s = %d, found %t, %v; want 0", name, units, found, err)
		}
		unstructured.RemoveNestedField(created.Object, "spec", "inventorySync", name)
	}
	if diff := cmp.Diff(want, created.Object["spec"]); diff != "" {
		t.Errorf("spec (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]any{"observedGeneration": int64(-1)}, created.Object["status"]); diff != "" {
		t.Errorf("status (-want +got):\n%s", diff)
	}
}

// What is said on purpose stays, also where it is a zero value.
func TestDefaultsLeaveWhatIsSaid(t *testing.T) {
	created := create(t, object(t, policyManifest,
		`{spec: {timeZone: Asia/Tokyo, shipmentConfirmation: {schedule: {every: 15m}, updateChannel: false, notifyCustomer: true}}}`))
	if zone, _, _ := unstructured.NestedString(created.Object, "spec", "timeZone"); zone != "Asia/Tokyo" {
		t.Errorf("timeZone = %q", zone)
	}
	confirmation, _, _ := unstructured.NestedMap(created.Object, "spec", "shipmentConfirmation")
	if confirmation["updateChannel"] != false || confirmation["notifyCustomer"] != true {
		t.Errorf("shipmentConfirmation = %v", confirmation)
	}
}
