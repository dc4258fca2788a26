// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"encoding/json"
	"net/http"
)

// ControlHandler serves the hands of the people in the warehouse over HTTP, for
// a simulator that runs as a process of its own:
//
//	POST /_control/seed       a Seed → 204
//	POST /_control/stock      a StockSetting → 204
//	POST /_control/ship       {orderIds, limit, shipment}; without ids the oldest that can ship → {orderIds}
//	POST /_control/short      {orderId, short} → 204
//	POST /_control/packages   {orderId, packages} → 204
//	POST /_control/cancel     {orderIds, reason} → 204
//	POST /_control/batch      {orderIds, name} → 204
//	POST /_control/pick       {orderIds} → 204
//	POST /_control/pack       {orderIds} → 204
//	POST /_control/allocate   {orderIds}; without ids all → 204
//	POST /_control/split      {orderId, move} → {orderIds}
//	POST /_control/orders     an OrderDocument of somebody else → {orderIds}
//	POST /_control/tokens/revoke → 204
//	GET  /_control/snapshot   the Snapshot
//	GET  /_control/effects    the ledger
//
// and everything of the fault injector. Refusals are 409 with {error}.
func (s *Server) ControlHandler() http.Handler {
	mux := http.NewServeMux()
	s.faults.RegisterControl(mux)
	control(mux, "POST /_control/seed", func(seed Seed) (any, error) { return nil, s.Seed(seed) })
	control(mux, "POST /_control/stock", func(setting StockSetting) (any, error) { return nil, s.SetStock(setting) })
	control(mux, "POST /_control/ship", s.controlShip)
	control(mux, "POST /_control/short", func(r controlRequest) (any, error) { return nil, s.CloseShort(r.OrderID, r.Short) })
	control(mux, "POST /_control/packages", func(r controlRequest) (any, error) { return nil, s.AddPackages(r.OrderID, r.Packages...) })
	control(mux, "POST /_control/cancel", s.controlCancel)
	control(mux, "POST /_control/batch", func(r controlRequest) (any, error) { return nil, s.Batch(r.Name, r.OrderIDs...) })
	control(mux, "POST /_control/pick", func(r controlRequest) (any, error) { return nil, s.StartPicking(r.OrderIDs...) })
	control(mux, "POST /_control/pack", func(r controlRequest) (any, error) { return nil, s.FinishPacking(r.OrderIDs...) })
	control(mux, "POST /_control/allocate", s.controlAllocate)
	control(mux, "POST /_control/split", func(r controlRequest) (any, error) { return ids(s.Split(r.OrderID, r.Move)) })
	control(mux, "POST /_control/orders", func(doc OrderDocument) (any, error) { return ids(s.AddForeignOrder(doc)) })
	control(mux, "POST /_control/tokens/revoke", func(struct{}) (any, error) { s.RevokeTokens(); return nil, nil })
	mux.HandleFunc("GET /_control/snapshot", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, jsonType, s.Snapshot())
	})
	mux.HandleFunc("GET /_control/effects", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, jsonType, s.Effects())
	})
	return mux
}

// controlRequest has the members of every control call that is about orders.
type controlRequest struct {
	OrderID  int64               `json:"orderId"`
	OrderIDs []int64             `json:"orderIds"`
	Limit    int                 `json:"limit"`
	Name     string              `json:"name"`
	Reason   string              `json:"reason"`
	Shipment Shipment            `json:"shipment"`
	Short    Short               `json:"short"`
	Packages []Package           `json:"packages"`
	Move     map[string]Quantity `json:"move"`
}

type controlOrders struct {
	OrderIDs []int64 `json:"orderIds"`
}

func ids(id int64, err error) (any, error) { return controlOrders{[]int64{id}}, err }

func (s *Server) controlShip(r controlRequest) (any, error) {
	if len(r.OrderIDs) == 0 {
		return controlOrders{append([]int64{}, s.ShipAll(r.Limit)...)}, nil
	}
	for _, id := range r.OrderIDs {
		if err := s.Ship(id, r.Shipment); err != nil {
			return nil, err
		}
	}
	return controlOrders{r.OrderIDs}, nil
}

func (s *Server) controlCancel(r controlRequest) (any, error) {
	for _, id := range r.OrderIDs {
		if err := s.CancelByWarehouse(id, r.Reason); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

func (s *Server) controlAllocate(r controlRequest) (any, error) {
	if len(r.OrderIDs) == 0 {
		s.AllocateAll()
		return nil, nil
	}
	return nil, s.Allocate(r.OrderIDs...)
}

// control registers a call that takes one JSON value; an empty body is the zero value.
func control[T any](mux *http.ServeMux, pattern string, act func(T) (any, error)) {
	mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		var request T
		if r.ContentLength != 0 {
			decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, bodyAtMost))
			decoder.DisallowUnknownFields()
			if err := decoder.Decode(&request); err != nil {
				writeJSON(w, http.StatusBadRequest, jsonType, map[string]string{"error": err.Error()})
				return
			}
		}
		answer, err := act(request)
		switch {
		case err != nil:
			writeJSON(w, http.StatusConflict, jsonType, map[string]string{"error": err.Error()})
		case answer == nil:
			w.WriteHeader(http.StatusNoContent)
		default:
			writeJSON(w, http.StatusOK, jsonType, answer)
		}
	})
}
