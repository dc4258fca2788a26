// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"fmt"
	"net/url"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/simulator/fault"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
)

// Sixteen connections of an account whose system takes requests and answers none
// want their orders at once, and hold every worker that they may have. The
// orders of another account go through meanwhile. A connection whose request
// hangs is deleted like any other, and so is one whose account rests.
func TestOrdersGoThroughWhileSixteenConnectionsHangAndTheseCanBeDeleted(t *testing.T) {
	const hanging, orders = 16, 5
	good, bad := newShop(t), newShop(t)
	good.policy("standard")
	bad.policy("standard")
	for n := range orders {
		good.order(fmt.Sprintf("SKU-%d", n))
	}
	good.manage(bad.namespace)
	connections := map[string]*v1alpha1.OrderManagerConnection{} // by warehouse id
	for n := range hanging {
		warehouse := omsim.Warehouse{WarehouseID: int64(601 + n), Name: fmt.Sprintf("DC %d", n)}
		bad.must(bad.om.AddWarehouse(warehouse))
		connections[fmt.Sprint(warehouse.WarehouseID)] = bad.connection(fmt.Sprintf("hanging-%d", n), func(c *v1alpha1.OrderManagerConnection) {
			c.Spec.Source.OrderManager.WarehouseName = warehouse.Name
		})
	}
	ready := conditionIs(v1alpha1.ConditionReady, metav1.ConditionTrue, "")
	for _, connection := range connections {
		bad.await(key(connection), "readiness", ready)
	}
	fit := good.connection("good")
	good.await(key(fit), "readiness", ready)

	// One rule for each of the workers that an account may have: each tells of
	// its request.
	workers := newLanes(4, good.clock.Now, nil).most
	holds := make([]*fault.Hold, workers)
	for n := range holds {
		holds[n] = bad.omCalls.HoldBefore(fault.Rule{Method: "GET", Path: "/v1.1/orders", Nth: n + 1})
	}
	for _, connection := range connections {
		bad.annotate(connection, forOrders, "hang")
	}
	for n, hold := range holds {
		select {
		case <-hold.Reached():
		case <-bad.ctx.Done():
			t.Fatalf("only %d requests hang", n)
		}
	}

	good.annotate(fit, forOrders, "go")
	got := good.await(key(fit), "the good run", answered(v1alpha1.OrderDownload, "go"))
	if run := entryOf(got, v1alpha1.OrderDownload).LastRun; run.Result != v1alpha1.RunSucceeded || run.Counts.Created != orders {
		t.Errorf("the good run: %s", describe(run))
	}
	for n, hold := range holds {
		if hold.State().Waiting != 1 {
			t.Errorf("request %d did not hang for so long: nothing was proven", n)
		}
	}

	var deleted []*v1alpha1.OrderManagerConnection
	remove := func(connection *v1alpha1.OrderManagerConnection) {
		bad.must(bad.api.Delete(bad.ctx, connection))
		if err := bad.api.Get(bad.ctx, key(connection), &v1alpha1.OrderManagerConnection{}); !apierrors.IsNotFound(err) {
			t.Errorf("%s is not gone: %v", connection.Name, err)
		}
		deleted = append(deleted, connection)
	}
	held := map[string]bool{}
	for _, hold := range holds {
		held[warehouseOf(t, hold)] = true
	}
	first := warehouseOf(t, holds[0])
	remove(connections[first])
	delete(connections, first)
	if holds[0].State().Waiting != 1 {
		t.Error("its request does not hang any more")
	}

	// What hangs is answered at last, and everything after it badly: the account
	// comes to rest.
	bad.omCalls.MustAdd(fault.Rule{Kind: fault.StatusBefore, Status: 503})
	for _, hold := range holds {
		hold.Release()
	}
	var resting *v1alpha1.OrderManagerConnection
	for warehouse, connection := range connections {
		last := entryOf(bad.await(key(connection), "the answer to its run", answered(v1alpha1.OrderDownload, "hang")), v1alpha1.OrderDownload).LastRun
		if !held[warehouse] {
			resting = connection
			if last.Result != v1alpha1.RunFailed {
				t.Errorf("%s: %s", connection.Name, describe(last))
			}
		}
	}
	before := bad.omCalls.Calls()["GET /v1.1/orders"]
	bad.annotate(resting, forOrders, "resting")
	bad.await(key(resting), "the run of an account that rests", answered(v1alpha1.OrderDownload, "resting"))
	if asked := bad.omCalls.Calls()["GET /v1.1/orders"] - before; asked > 1 {
		t.Errorf("the account does not rest: a run asked %d times", asked)
	}
	remove(resting)
	good.order("SKU-1")
	good.annotate(fit, forOrders, "again")
	got = good.await(key(fit), "the next good run", answered(v1alpha1.OrderDownload, "again"))
	if run := entryOf(got, v1alpha1.OrderDownload).LastRun; run.Result != v1alpha1.RunSucceeded || run.Counts.Created != 1 {
		t.Errorf("the next good run: %s", describe(run))
	}
	// Nothing of them came back, in status or as an object.
	left := &v1alpha1.OrderManagerConnectionList{}
	bad.must(bad.api.List(bad.ctx, left, client.InNamespace(bad.namespace)))
	for _, connection := range left.Items {
		for _, gone := range deleted {
			if key(&connection) == key(gone) {
				t.Errorf("%s is back", connection.Name)
			}
		}
	}
}

// warehouseOf names the warehouse that the request which is held asks for.
func warehouseOf(t *testing.T, hold *fault.Hold) string {
	t.Helper()
	held := hold.Held()
	if len(held) != 1 {
		t.Fatalf("%d requests were held", len(held))
	}
	query, err := url.ParseQuery(held[0].Query)
	if err != nil {
		t.Fatal(err)
	}
	return query.Get("warehouseId")
}
