// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"net/http"
	"strings"
)

// route is one documented call.
type route struct {
	method string
	path   string
	// query lists the parameters it takes; any other is refused.
	query map[string]parameter
	// body makes a value to decode the JSON body into; nil when the call takes none.
	body   func() any
	handle func(*Server, *call) reply
}

// routes is filled in init because handlers reach back to it through throttle limits.
var routes []*route

func init() {
	routes = []*route{
		{method: http.MethodGet, path: "/v1.1/orders", query: listOrdersQuery, handle: (*Server).listOrders},
		{method: http.MethodPost, path: "/v1.1/orders", body: func() any { return new([]updateBody) }, handle: (*Server).updateOrders},
		{method: http.MethodGet, path: "/v1.1/orders/{orderId}", handle: (*Server).readOrder},
		{method: http.MethodPost, path: "/v1/orders/sendtofulfillment", query: sendQuery, handle: (*Server).sendToFulfillment},
		{method: http.MethodPost, path: "/v1/orders/cancel", query: cancelQuery, handle: (*Server).cancelOrders},
		{method: http.MethodPost, path: "/v1/orders/onhold", query: holdQuery, handle: (*Server).holdOrders},
		{method: http.MethodPost, path: "/v1/orders/restore", body: func() any { return new([]int64) }, handle: (*Server).restoreOrders},
		{method: http.MethodGet, path: "/v1/orders/statuses", query: map[string]parameter{"includeAll": {kind: boolean}}, handle: (*Server).listStatuses},
		{method: http.MethodGet, path: "/v1.1/orders/customfielddefinitions", query: orderFieldsQuery, handle: (*Server).listOrderFields},
		{method: http.MethodGet, path: "/v1.1/orders/{orderId}/customfieldvalues", handle: (*Server).readOrderValues},
		{method: http.MethodGet, path: "/v1.1/orders/orderitems/customFields/definitions", query: itemFieldsQuery, handle: (*Server).listItemFields},
		{method: http.MethodGet, path: "/v1.1/orders/orderitems/customFields/values", query: itemValuesQuery, handle: (*Server).readItemValues},
		{method: http.MethodPost, path: "/v1/order/{orderId}/split", body: func() any { return new(splitBody) }, handle: (*Server).splitOrder},
		{method: http.MethodGet, path: "/v1/order/{orderId}/labels", handle: (*Server).orderLabels},
		{method: http.MethodPost, path: "/v1/orders/{orderId}/labels", query: labelQuery, handle: (*Server).assignLabels},
		{method: http.MethodDelete, path: "/v1/orders/{orderId}/labels", query: labelQuery, handle: (*Server).removeLabels},
		{method: http.MethodGet, path: "/v1/labels", query: listLabelsQuery, handle: (*Server).listLabels},
		{method: http.MethodPut, path: "/v1/labels", body: func() any { return new([]labelBody) }, handle: (*Server).createLabels},
		{method: http.MethodDelete, path: "/v1/labels/{labelId}", handle: (*Server).deleteLabel},
		{method: http.MethodPut, path: "/v1.1/shipment/external", body: func() any { return new(externalShipmentBody) }, handle: (*Server).shipExternally},
		{method: http.MethodGet, path: "/v1/shipments", query: listShipmentsQuery, handle: (*Server).listShipments},
		{method: http.MethodGet, path: "/v1/warehouses", handle: (*Server).listWarehouses},
		{method: http.MethodGet, path: "/v1/warehouse/{id}", handle: (*Server).readWarehouse},
		{method: http.MethodGet, path: "/v1/saleschannels", query: map[string]parameter{"includeInactive": {kind: boolean}}, handle: (*Server).listChannels},
		{method: http.MethodGet, path: "/v1.1/products", query: listProductsQuery, handle: (*Server).listProducts},
		{method: http.MethodGet, path: "/v1/productstocks/total", query: totalsQuery, handle: (*Server).listTotals},
		{method: http.MethodGet, path: "/v1/inventory", query: inventoryQuery, handle: (*Server).listInventory},
		{method: http.MethodPost, path: "/v1.1/inventory/adjust", body: func() any { return new([]adjustBody) }, handle: (*Server).adjustInventory},
		{method: http.MethodPut, path: "/v1.1/inventory", query: map[string]parameter{"notes": {kind: text}}, body: func() any { return new([]createStockBody) }, handle: (*Server).createInventory},
		{method: http.MethodGet, path: "/v1/throttlelimits", handle: (*Server).listLimits},
		{method: http.MethodGet, path: "/v1/companyinfo", handle: (*Server).readCompany},
	}
	for _, line := range notSimulated {
		method, path, _ := strings.Cut(line, " ")
		routes = append(routes, &route{method: method, path: path, handle: (*Server).answerNotSimulated})
	}
}

// notSimulated are documented calls that the simulator does not answer.
var notSimulated = []string{
	"POST /v1/orders/notes",
	"POST /v1.1/orders/{orderId}/orderitems",
	"PUT /v1.1/orders/{orderId}/customfieldvalues",
	"PUT /v1.1/shipment/standard",
	"POST /v1/shipment/void/{shipmentId}",
	"GET /v1/shipment/carriers",
	"GET /v1/shipment/services",
	"GET /v1/shipment/services/{carrierId}",
	"GET /v1/shipment/packages",
	"GET /v1.1/product",
	"GET /v1/listings",
	"POST /v1.1/inventory/add",
	"POST /v1.1/inventory/remove",
	"POST /v1.2/inventory",
	"POST /v1.2/inventory/acknowledge",
	"GET /v1/inventory/history",
	"POST /v1/validation/orders",
}

func (s *Server) answerNotSimulated(*call) reply {
	return refuse(http.StatusNotImplemented, "the vendor has this call, the simulator has not")
}

// Templates lists the paths of the API, literal ones first, for fault.Options.
func Templates() []string {
	var literal, templated []string
	for _, r := range routes {
		if strings.Contains(r.path, "{") {
			templated = append(templated, r.path)
		} else {
			literal = append(literal, r.path)
		}
	}
	return append(literal, templated...)
}

// findRoute returns the route and its path arguments, or the methods that the path takes.
func findRoute(method, path string) (found *route, arguments map[string]string, allowed []string) {
	segments := strings.Split(path, "/")
	for _, literal := range []bool{true, false} {
		for _, r := range routes {
			if strings.Contains(r.path, "{") == literal {
				continue
			}
			values, ok := matchPath(r.path, segments)
			if !ok {
				continue
			}
			if r.method == method {
				return r, values, nil
			}
			allowed = append(allowed, r.method)
		}
		if len(allowed) > 0 && literal {
			// A literal path is never also an argument: /v1.1/orders/customfielddefinitions is no order.
			return nil, nil, allowed
		}
	}
	return nil, nil, allowed
}

func matchPath(template string, segments []string) (map[string]string, bool) {
	parts := strings.Split(template, "/")
	if len(parts) != len(segments) {
		return nil, false
	}
	var values map[string]string
	for n, part := range parts {
		if strings.HasPrefix(part, "{") && segments[n] != "" {
			if values == nil {
				values = map[string]string{}
			}
			values[strings.Trim(part, "{}")] = segments[n]
			continue
		}
		if part != segments[n] {
			return nil, false
		}
	}
	return values, true
}
