// SPDX-License-Identifier: Apache-2.0

package world

import (
	"cmp"
	"encoding/json"
	"net/http"

	"ordersync.dev/operator/internal/simulator/books"
	"ordersync.dev/operator/internal/simulator/ordermanager"
	"ordersync.dev/operator/internal/simulator/threepl"
)

// ControlHandler serves what a demonstration does to both systems:
//
//	GET  /_control/world            Addresses: where both are, and what a connection needs
//	GET  /_control/books            Report; ?stock=false leaves the stock alone
//	POST /_control/ship    {limit}  the warehouse ships its oldest orders (0 is all) → {orderIds} there
//	POST /_control/pick    {limit}  the warehouse begins to pick → {orderIds} there
//	POST /_control/cancel  {limit}  the merchant cancels sent orders → {orderIds} in Order Manager
//	POST /_control/arrive  {limit}  more orders come in → {orderIds} in Order Manager
//	     /order-manager/_control/…  Order Manager's own control API, and its faults
//	     /threepl/_control/…        the warehouse's
//
// Refusals are 409 with {error}.
func (w *World) ControlHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /_control/world", func(out http.ResponseWriter, _ *http.Request) { writeJSON(out, http.StatusOK, w.Addresses()) })
	mux.HandleFunc("GET /_control/books", w.controlBooks)
	act(mux, "POST /_control/ship", func(limit int) ([]int64, error) { return w.Ship(limit), nil })
	act(mux, "POST /_control/pick", w.Pick)
	act(mux, "POST /_control/cancel", w.Cancel)
	act(mux, "POST /_control/arrive", func(count int) ([]int64, error) { return w.Arrive(count) })

	orderManager := http.NewServeMux()
	w.OrderManager.RegisterControl(orderManager)
	w.OrderManagerFaults.RegisterControl(orderManager)
	mux.Handle("/order-manager/", http.StripPrefix("/order-manager", orderManager))
	mux.Handle("/threepl/", http.StripPrefix("/threepl", w.Warehouse.ControlHandler()))
	return mux
}

// Addresses say where both systems are and what a connection to them needs.
type Addresses struct {
	OrderManager Endpoint `json:"orderManager"`
	ThreePL      Endpoint `json:"threePL"`
	Control      string   `json:"control"`
}

// Endpoint is one system. The credentials are the simulators' defaults and good for nothing else.
type Endpoint struct {
	URL string `json:"url"`
	// Order Manager.
	WarehouseName string `json:"warehouseName,omitempty"`
	WarehouseID   int64  `json:"warehouseId,omitempty"`
	Username      string `json:"username,omitempty"`
	Password      string `json:"password,omitempty"`
	AccessToken   string `json:"accessToken,omitempty"`
	// 3PL Warehouse Manager.
	CustomerID   int64  `json:"customerId,omitempty"`
	FacilityID   int64  `json:"facilityId,omitempty"`
	TimeZone     string `json:"timeZone,omitempty"`
	UserLogin    string `json:"userLogin,omitempty"`
	ClientID     string `json:"clientId,omitempty"`
	ClientSecret string `json:"clientSecret,omitempty"`
}

// Addresses of this world, with the credentials that it accepts.
func (w *World) Addresses() Addresses {
	om, wh := w.options.OrderManager, w.options.Warehouse
	token := ordermanager.DefaultAccessToken
	if len(om.AccessTokens) > 0 {
		token = om.AccessTokens[0]
	}
	return Addresses{
		OrderManager: Endpoint{URL: w.OrderManagerURL, WarehouseName: WarehouseName, WarehouseID: OrderManagerWarehouseID,
			Username: cmp.Or(om.Username, ordermanager.DefaultUsername), Password: cmp.Or(om.Password, ordermanager.DefaultPassword), AccessToken: token},
		ThreePL: Endpoint{URL: w.ThreePLURL, CustomerID: CustomerID, FacilityID: FacilityID, TimeZone: TimeZone,
			UserLogin: cmp.Or(wh.UserLogin, threepl.DefaultUserLogin), ClientID: cmp.Or(wh.ClientID, threepl.DefaultClientID),
			ClientSecret: cmp.Or(wh.ClientSecret, threepl.DefaultClientSecret)},
		Control: w.ControlURL,
	}
}

// Report is what GET /_control/books answers.
type Report struct {
	books.Result
	// Clean: nothing is wrong. Quiet: all work is done.
	Clean bool `json:"clean"`
	Quiet bool `json:"quiet"`
	// Line is the sentence that a demonstration ends with.
	Line string `json:"line"`
}

func (w *World) controlBooks(out http.ResponseWriter, r *http.Request) {
	options := w.BooksOptions()
	options.SkipStock = r.URL.Query().Get("stock") == "false"
	result := w.BooksWith(options)
	writeJSON(out, http.StatusOK, Report{Result: result, Clean: result.Clean(), Quiet: result.Quiet(), Line: result.Line()})
}

type actRequest struct {
	Limit int `json:"limit"`
}

type actAnswer struct {
	OrderIDs []int64 `json:"orderIds"`
}

func act(mux *http.ServeMux, pattern string, do func(limit int) ([]int64, error)) {
	mux.HandleFunc(pattern, func(out http.ResponseWriter, r *http.Request) {
		var request actRequest
		if r.ContentLength != 0 {
			decoder := json.NewDecoder(http.MaxBytesReader(out, r.Body, 1<<16))
			decoder.DisallowUnknownFields()
			if err := decoder.Decode(&request); err != nil || request.Limit < 0 {
				writeJSON(out, http.StatusBadRequest, map[string]string{"error": "the body is {\"limit\": a number}"})
				return
			}
		}
		ids, err := do(request.Limit)
		if err != nil {
			writeJSON(out, http.StatusConflict, map[string]string{"error": err.Error()})
			return
		}
		writeJSON(out, http.StatusOK, actAnswer{append([]int64{}, ids...)})
	})
}

func writeJSON(out http.ResponseWriter, status int, value any) {
	out.Header().Set("Content-Type", "application/json")
	out.WriteHeader(status)
	_ = json.NewEncoder(out).Encode(value)
}
