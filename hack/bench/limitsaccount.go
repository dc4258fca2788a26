// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"ordersync.dev/operator/internal/simulator/ordermanager"
	"ordersync.dev/operator/internal/simulator/threepl"
	"ordersync.dev/operator/internal/simulator/world"
)

// What Order Manager allows of the lists of orders, which every step of a
// download needs. Everything else is allowed more often than that, so that this
// is what is fought for.
const (
	limitedPath    = "/v1.1/orders"
	limitedRate    = 20
	limitedRestore = time.Second / limitedRate
	limitedBurst   = 5
)

// First ids; the connections of an account count up from them.
const (
	firstWarehouse = 1001
	firstCustomer  = 5001
	firstFacility  = 6001
)

const onlySKU = "SKU-1"

// account is one account of Order Manager with many warehouses, and the
// warehouse system with a merchant and a building for each.
type account struct {
	connections  int
	orderManager *ordermanager.Server
	warehouse    *threepl.Server
	// systemURL and warehouseURL are where the two listen.
	systemURL, warehouseURL string
	tally                   *tally
	// hung is closed when Order Manager answers no more.
	hung chan struct{}

	servers []*http.Server
	cancel  context.CancelFunc
	orders  int
}

func startAccount(connections int) (*account, error) {
	a := &account{connections: connections, tally: newTally(connections), hung: make(chan struct{}),
		orderManager: ordermanager.New(ordermanager.Options{EnforceLimits: true, RateLimits: []ordermanager.RateLimit{
			{Method: http.MethodGet, Path: limitedPath, Burst: limitedBurst, Restore: limitedRestore},
			{Method: http.MethodPost, Path: "/v1/orders/sendtofulfillment", Burst: 2 * limitedBurst, Restore: limitedRestore / 2},
		}}),
		warehouse: threepl.New(threepl.Options{})}
	if err := a.furnish(); err != nil {
		return nil, err
	}
	base, cancel := context.WithCancel(context.Background())
	a.cancel = cancel
	for _, one := range []struct {
		handler http.Handler
		url     *string
	}{{a.tally.wrap(a.hanging(a.orderManager)), &a.systemURL}, {a.warehouse, &a.warehouseURL}} {
		listener, err := new(net.ListenConfig).Listen(base, "tcp", "127.0.0.1:0")
		if err != nil {
			return nil, errors.Join(err, a.close())
		}
		server := &http.Server{Handler: one.handler, ReadHeaderTimeout: 10 * time.Second, BaseContext: func(net.Listener) context.Context { return base }}
		a.servers = append(a.servers, server)
		*one.url = "http://" + listener.Addr().String()
		go func() { _ = server.Serve(listener) }()
	}
	return a, nil
}

// furnish makes what the connections need on both sides.
func (a *account) furnish() error {
	if _, err := a.orderManager.AddProduct(ordermanager.Product{MasterSKU: onlySKU}); err != nil {
		return err
	}
	if err := a.orderManager.AddChannel(ordermanager.SalesChannel{SalesChannelID: ordermanager.Shop, Name: "Acme Web Shop"}); err != nil {
		return err
	}
	a.warehouse.SetCarriers([]threepl.Carrier{{Name: "UPS", SCAC: "UPSN", Services: []string{"Ground"}}})
	for n := range a.connections {
		if err := a.orderManager.AddWarehouse(ordermanager.Warehouse{WarehouseID: int64(firstWarehouse + n), Name: warehouseName(n)}); err != nil {
			return err
		}
		facility := threepl.Facility{ID: int64(firstFacility + n), Name: warehouseName(n), TimeZone: threepl.DefaultTimeZone}
		if _, err := a.warehouse.AddFacility(facility); err != nil {
			return err
		}
		customer := threepl.Customer{ID: int64(firstCustomer + n), Name: fmt.Sprintf("Merchant %d", n), Facilities: []int64{facility.ID}}
		if _, err := a.warehouse.AddCustomer(customer); err != nil {
			return err
		}
		if _, err := a.warehouse.AddItem(threepl.Item{CustomerID: customer.ID, SKU: onlySKU}); err != nil {
			return err
		}
		if err := a.warehouse.SetStock(threepl.StockSetting{CustomerID: customer.ID, FacilityID: facility.ID, SKU: onlySKU, OnHand: threepl.Units(10_000_000)}); err != nil {
			return err
		}
	}
	return nil
}

func warehouseName(n int) string { return fmt.Sprintf("DC %d", n) }

// arrive lets orders come in for one connection.
func (a *account) arrive(connection, orders int) error {
	for range orders {
		a.orders++
		order := world.NewOrder(fmt.Sprintf("B-%d", a.orders), map[string]int32{onlySKU: 1})
		order.Source = &ordermanager.WarehouseInfo{WarehouseID: int64(firstWarehouse + connection)}
		id, err := a.orderManager.AddOrder(order)
		if err != nil {
			return err
		}
		a.tally.belongs(id, connection)
	}
	return nil
}

// sent counts the orders that have gone through, by connection.
func (a *account) sent() []int {
	through := make([]int, a.connections)
	for _, order := range a.orderManager.Snapshot().Orders {
		if order.Status == ordermanager.StatusPendingFulfillment {
			through[order.WarehouseID-firstWarehouse]++
		}
	}
	return through
}

// addresses are what one connection needs to know.
func (a *account) addresses(connection int) world.Addresses {
	return world.Addresses{
		OrderManager: world.Endpoint{URL: a.systemURL, WarehouseName: warehouseName(connection), AccessToken: ordermanager.DefaultAccessToken},
		ThreePL: world.Endpoint{URL: a.warehouseURL, CustomerID: int64(firstCustomer + connection), FacilityID: int64(firstFacility + connection),
			TimeZone: threepl.DefaultTimeZone, UserLogin: threepl.DefaultUserLogin, ClientID: threepl.DefaultClientID, ClientSecret: threepl.DefaultClientSecret},
	}
}

// hanging takes requests and answers none of them once the account hangs.
func (a *account) hanging(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-a.hung:
			<-r.Context().Done()
			panic(http.ErrAbortHandler)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

func (a *account) close() error {
	a.cancel()
	var failed []error
	for _, server := range a.servers {
		failed = append(failed, server.Close())
	}
	return errors.Join(failed...)
}
