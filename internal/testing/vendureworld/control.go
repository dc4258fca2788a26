// SPDX-License-Identifier: Apache-2.0

package vendureworld

import (
	"context"
	"encoding/json"
	"net/http"

	"ordersync.dev/operator/internal/simulator/books"
	"ordersync.dev/operator/internal/simulator/world"
)

// Addresses say where both systems are and what a connection to them needs.
type Addresses struct {
	OrderManager world.Endpoint `json:"orderManager"`
	Vendure      Endpoint       `json:"vendure"`
	Control      string         `json:"control"`
}

// Endpoint is a shop in Vendure. The credentials are good for this server alone.
type Endpoint struct {
	URL           string `json:"url"`
	Username      string `json:"username"`
	Password      string `json:"password"`
	Channel       string `json:"channel"`
	StockLocation string `json:"stockLocation"`
}

// Endpoint of the shop, with the credentials that it accepts.
func (s *Shop) Endpoint() Endpoint {
	return Endpoint{URL: s.host.URL, Username: s.Username, Password: s.Password, Channel: s.Channel, StockLocation: s.Location}
}

// Addresses of this world and of its first shop.
func (w *World) Addresses() Addresses {
	there := w.Simulators.Addresses().OrderManager
	there.WarehouseName, there.WarehouseID = w.WarehouseName, w.WarehouseID
	return Addresses{OrderManager: there, Vendure: w.Endpoint(), Control: w.ControlURL}
}

// Report is what GET /_control/books answers.
type Report struct {
	books.Result
	Clean bool   `json:"clean"`
	Quiet bool   `json:"quiet"`
	Line  string `json:"line"`
}

// ControlHandler serves what a demonstration does to the first shop:
//
//	GET  /_control/world            Addresses
//	GET  /_control/books            Report
//	POST /_control/ship    {limit}  its people ship the oldest orders (0 is all) → {orderIds} there
//	POST /_control/pick    {limit}  its people pack → {orderIds} there
//	POST /_control/cancel  {limit}  the merchant cancels sent orders → {orderIds} in Order Manager
//	POST /_control/arrive  {limit}  more orders come in → {orderIds} in Order Manager
//
// Refusals are 409 with {error}.
func (w *World) ControlHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /_control/world", func(out http.ResponseWriter, _ *http.Request) { writeJSON(out, http.StatusOK, w.Addresses()) })
	mux.HandleFunc("GET /_control/books", func(out http.ResponseWriter, r *http.Request) {
		result, err := w.Books(r.Context())
		if err != nil {
			writeJSON(out, http.StatusConflict, map[string]string{"error": err.Error()})
			return
		}
		writeJSON(out, http.StatusOK, Report{Result: result, Clean: result.Clean(), Quiet: result.Quiet(), Line: result.Line()})
	})
	act(mux, "POST /_control/ship", w.Ship)
	act(mux, "POST /_control/pick", w.Pick)
	act(mux, "POST /_control/cancel", w.Cancel)
	act(mux, "POST /_control/arrive", func(_ context.Context, count int) ([]int64, error) { return w.Arrive(count) })
	return mux
}

func act[ID any](mux *http.ServeMux, pattern string, do func(ctx context.Context, limit int) ([]ID, error)) {
	mux.HandleFunc(pattern, func(out http.ResponseWriter, r *http.Request) {
		var request struct{ Limit int }
		if r.ContentLength != 0 {
			decoder := json.NewDecoder(http.MaxBytesReader(out, r.Body, 1<<16))
			decoder.DisallowUnknownFields()
			if err := decoder.Decode(&request); err != nil || request.Limit < 0 {
				writeJSON(out, http.StatusBadRequest, map[string]string{"error": `the body is {"limit": a number}`})
				return
			}
		}
		ids, err := do(r.Context(), request.Limit)
		if err != nil {
			writeJSON(out, http.StatusConflict, map[string]string{"error": err.Error()})
			return
		}
		writeJSON(out, http.StatusOK, map[string][]ID{"orderIds": append([]ID{}, ids...)})
	})
}

func writeJSON(out http.ResponseWriter, status int, value any) {
	out.Header().Set("Content-Type", "application/json")
	out.WriteHeader(status)
	_ = json.NewEncoder(out).Encode(value)
}
