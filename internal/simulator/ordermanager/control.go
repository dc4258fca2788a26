// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"io"
	"net/http"
	"strconv"
	"time"
)

// ControlHandler serves what a test does behind the API's back, for a simulator that runs as a process of
// its own. It asks for no token and belongs beside the API, not behind it:
//
//	POST /_control/seed                    SeedOptions
//	GET  /_control/snapshot                Snapshot
//	GET  /_control/effects                 []Effect
//	GET  /_control/orders                  []Order
//	POST /_control/orders                  an Order → {"orderId"}
//	GET  /_control/orders/{id}             Order
//	POST /_control/orders/{id}/cancel
//	POST /_control/orders/{id}/hold        {"until"}
//	POST /_control/orders/{id}/restore
//	POST /_control/orders/{id}/reroute     {"warehouseId"}
//	GET  /_control/stock                   []StockState
//	PUT  /_control/stock                   {"sku", "warehouseId", "onHand", "locked", "location"}
//	POST /_control/products                a Product → {"productId"}
//	POST /_control/warehouses              a Warehouse
//	POST /_control/tokens/revoke
func (s *Server) ControlHandler() http.Handler {
	mux := http.NewServeMux()
	s.RegisterControl(mux)
	return mux
}

// RegisterControl adds ControlHandler's routes to mux.
func (s *Server) RegisterControl(mux *http.ServeMux) {
	handle(mux, "POST /_control/seed", func(_ *http.Request, body *SeedOptions) (any, error) {
		return nothing{}, s.Seed(*body)
	})
	handle(mux, "POST /_control/orders", func(_ *http.Request, body *Order) (any, error) {
		id, err := s.AddOrder(*body)
		return map[string]int64{"orderId": id}, err
	})
	handle(mux, "POST /_control/products", func(_ *http.Request, body *Product) (any, error) {
		id, err := s.AddProduct(*body)
		return map[string]int64{"productId": id}, err
	})
	handle(mux, "POST /_control/warehouses", func(_ *http.Request, body *Warehouse) (any, error) {
		return nothing{}, s.AddWarehouse(*body)
	})
	handle(mux, "PUT /_control/stock", func(_ *http.Request, body *controlStock) (any, error) {
		setDefault(&body.Location, GlobalLocation)
		return nothing{}, s.SetStockAt(body.SKU, body.WarehouseID, body.Location, body.OnHand, body.Locked)
	})
	handle(mux, "POST /_control/orders/{id}/cancel", func(r *http.Request, _ *nothing) (any, error) {
		return nothing{}, s.CancelOrder(pathID(r))
	})
	handle(mux, "POST /_control/orders/{id}/restore", func(r *http.Request, _ *nothing) (any, error) {
		return nothing{}, s.RestoreOrder(pathID(r))
	})
	handle(mux, "POST /_control/orders/{id}/hold", func(r *http.Request, body *controlHold) (any, error) {
		return nothing{}, s.HoldOrder(pathID(r), body.Until)
	})
	handle(mux, "POST /_control/orders/{id}/reroute", func(r *http.Request, body *controlReroute) (any, error) {
		return nothing{}, s.Reroute(pathID(r), body.WarehouseID)
	})
	handle(mux, "POST /_control/tokens/revoke", func(*http.Request, *nothing) (any, error) {
		s.RevokeTokens()
		return nothing{}, nil
	})
	show := func(pattern string, value func() any) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, _ *http.Request) { writeControl(w, ok(value())) })
	}
	show("GET /_control/snapshot", func() any { return s.Snapshot() })
	show("GET /_control/stock", func() any { return s.Snapshot().Stock })
	show("GET /_control/effects", func() any { return append([]Effect{}, s.Effects()...) })
	show("GET /_control/orders", func() any { return s.Orders() })
	mux.HandleFunc("GET /_control/orders/{id}", func(w http.ResponseWriter, r *http.Request) {
		o, found := s.Order(pathID(r))
		if !found {
			writeControl(w, refuse(http.StatusNotFound, "no such order"))
			return
		}
		writeControl(w, ok(o))
	})
}

type nothing struct{}

type controlStock struct {
	SKU         string `json:"sku"`
	WarehouseID int64  `json:"warehouseId"`
	OnHand      int64  `json:"onHand"`
	Locked      int64  `json:"locked"`
	Location    string `json:"location"`
}

type controlHold struct {
	Until time.Time `json:"until"`
}

type controlReroute struct {
	WarehouseID int64 `json:"warehouseId"`
}

// pathID is 0, and so no order, for what is no number.
func pathID(r *http.Request) int64 {
	id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64)
	return id
}

// handle decodes the body strictly; what cannot be done answers 409.
func handle[T any](mux *http.ServeMux, pattern string, do func(*http.Request, *T) (any, error)) {
	mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		data, err := io.ReadAll(io.LimitReader(r.Body, bodyLimit))
		if err != nil {
			writeControl(w, refuse(http.StatusBadRequest, "the body could not be read"))
			return
		}
		body := new(T)
		if len(data) > 0 {
			if err := decodeStrictly(data, body); err != nil {
				writeControl(w, refuse(http.StatusBadRequest, err.Error()))
				return
			}
		}
		answer, err := do(r, body)
		if err != nil {
			writeControl(w, refuse(http.StatusConflict, err.Error()))
			return
		}
		writeControl(w, ok(answer))
	})
}

// writeControl writes JSON, whatever form the API's own errors have.
func writeControl(w http.ResponseWriter, r reply) { r.write(w, JSONErrors) }
