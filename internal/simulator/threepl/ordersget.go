// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

func idText(id int64) string { return strconv.FormatInt(id, 10) }

// orderSchema are the properties of an order that can be filtered and sorted by.
var orderSchema = newOrderSchema()

func newOrderSchema() schema[*order] {
	text := func(get func(*order) string) property[*order] {
		return property[*order]{kindText, func(o *order) value { return textValue(get(o)) }}
	}
	id := func(get func(*order) int64) property[*order] {
		return property[*order]{kindNumber, func(o *order) value { return idValue(get(o)) }}
	}
	date := func(get func(*order) time.Time) property[*order] {
		return property[*order]{kindDate, func(o *order) value { return dateValue(wall(get(o), o.facility.zone)) }}
	}
	given := func(get func(*order) string) property[*order] {
		return property[*order]{kindDate, func(o *order) value {
			at, _ := parseWall(get(o), o.facility.zone)
			return dateValue(at)
		}}
	}
	flag := func(get func(*order) bool) property[*order] {
		return property[*order]{kindBool, func(o *order) value { return boolValue(get(o)) }}
	}
	properties := schema[*order]{
		"readonly.orderid":                       id(func(o *order) int64 { return o.id }),
		"readonly.customeridentifier.id":         id(func(o *order) int64 { return o.customer.ID }),
		"readonly.customeridentifier.name":       text(func(o *order) string { return o.customer.Name }),
		"readonly.customeridentifier.externalid": text(func(o *order) string { return o.customer.ExternalID }),
		"readonly.facilityidentifier.id":         id(func(o *order) int64 { return o.facility.ID }),
		"readonly.facilityidentifier.name":       text(func(o *order) string { return o.facility.Name }),
		"readonly.isclosed":                      flag((*order).closed),
		"readonly.fullyallocated":                flag((*order).fullyAllocated),
		"readonly.defernotification":             flag(func(o *order) bool { return !o.complete }),
		"readonly.status":                        {kindNumber, unreliableStatus},
		"readonly.creationdate":                  date(func(o *order) time.Time { return o.created }),
		"readonly.lastmodifieddate":              date(func(o *order) time.Time { return o.modified }),
		"readonly.processdate":                   date(func(o *order) time.Time { return o.processed }),
		"readonly.pickdonedate":                  date(func(o *order) time.Time { return o.pickDone }),
		"readonly.packdonedate":                  date(func(o *order) time.Time { return o.packDone }),
		"readonly.batchidentifier.id": {kindNumber, func(o *order) value {
			return value{given: o.batchID != 0, number: Units(o.batchID)}
		}},
		"referencenum":     text(func(o *order) string { return o.doc.ReferenceNum }),
		"externalid":       text(func(o *order) string { return o.doc.ExternalID }),
		"ponum":            text(func(o *order) string { return o.doc.PoNum }),
		"description":      text(func(o *order) string { return o.doc.Description }),
		"notes":            text(func(o *order) string { return o.doc.Notes }),
		"shippingnotes":    text(func(o *order) string { return o.doc.ShippingNotes }),
		"billingcode":      text(func(o *order) string { return o.doc.BillingCode }),
		"asnnumber":        text(func(o *order) string { return o.doc.AsnNumber }),
		"invoicenumber":    text(func(o *order) string { return o.doc.InvoiceNumber }),
		"earliestshipdate": given(func(o *order) string { return o.doc.EarliestShipDate }),
		"shipcanceldate":   given(func(o *order) string { return o.doc.ShipCancelDate }),
	}
	for name, get := range map[string]func(*RoutingInfo) string{
		"carrier":        func(r *RoutingInfo) string { return r.Carrier },
		"mode":           func(r *RoutingInfo) string { return r.Mode },
		"scaccode":       func(r *RoutingInfo) string { return r.ScacCode },
		"trackingnumber": func(r *RoutingInfo) string { return r.TrackingNumber },
		"billoflading":   func(r *RoutingInfo) string { return r.BillOfLading },
		"loadnumber":     func(r *RoutingInfo) string { return r.LoadNumber },
	} {
		properties["routinginfo."+name] = text(func(o *order) string {
			if o.doc.RoutingInfo == nil {
				return ""
			}
			return get(o.doc.RoutingInfo)
		})
	}
	return properties
}

// unreliableStatus tells only cancelled orders from others: a filter on the
// status is documented to be reliable for these alone. Open and closed orders
// are told apart by readOnly.isClosed.
func unreliableStatus(o *order) value {
	if o.status == StatusCanceled {
		return numberValue(Units(int64(StatusCanceled)))
	}
	return numberValue(Units(int64(StatusOpen)))
}

// unreliable makes a filter's own values for the status as blunt as the property.
func unreliable(f *filter) {
	for _, member := range f.members {
		unreliable(member)
	}
	if !strings.EqualFold(f.property, "readonly.status") {
		return
	}
	for i := range f.values {
		if f.values[i].text == "1" {
			f.values[i].text = "0"
		}
	}
}

func (s *Server) listOrders(c *call) {
	page, fault := c.paging(100, 1000)
	if fault != nil {
		c.refuse(http.StatusBadRequest, fault)
		return
	}
	show, fault := c.detail()
	if fault != nil {
		c.refuse(http.StatusBadRequest, fault)
		return
	}
	found, fault := s.selectOrders(c.query["rql"])
	if fault == nil {
		found = haveSKUs(found, c.query["skulist"], c.query["skucontains"])
		fault = s.sortOrders(found, c.query["sort"])
	}
	if fault != nil {
		c.refuse(http.StatusBadRequest, fault)
		return
	}
	list := []orderResource{}
	for _, o := range cut(found, page) {
		list = append(list, s.resource(o, show))
	}
	c.page(rel+"orders/order", page, len(found), list)
}

// selectOrders returns the orders that fit a filter, in no order.
func (s *Server) selectOrders(rql string) ([]*order, *exception) {
	if rql == "" {
		return slices.Clone(s.orders.ordered), nil
	}
	parsed, fault := s.parseFilter(rql)
	if fault != nil {
		return nil, fault
	}
	if fault := s.unfilterable(parsed); fault != nil {
		return nil, fault
	}
	unreliable(parsed)
	fits, fault := orderSchema.compile(parsed, !s.options.CaseSensitive)
	if fault != nil {
		return nil, fault
	}
	candidates, narrowed := s.narrow(parsed)
	if !narrowed {
		candidates = s.orders.ordered
	}
	var found []*order
	for _, o := range candidates {
		if fits(o) {
			found = append(found, o)
		}
	}
	return found, nil
}

func (s *Server) unfilterable(f *filter) *exception {
	for _, member := range f.members {
		if fault := s.unfilterable(member); fault != nil {
			return fault
		}
	}
	for _, name := range s.options.UnfilterableProperties {
		if strings.EqualFold(name, f.property) {
			return queryException(codeNotParsable, "Properties not supported: "+f.property, "rql")
		}
	}
	return nil
}

// narrow finds the orders that can fit a filter by the indexes; false when
// none helps. Nothing that fits is left out.
func (s *Server) narrow(f *filter) ([]*order, bool) {
	if f.members == nil {
		return s.narrowOne(f)
	}
	if f.all {
		var best []*order
		found := false
		for _, member := range f.members {
			candidates, narrowed := s.narrow(member)
			if narrowed && (!found || len(candidates) < len(best)) {
				best, found = candidates, true
			}
		}
		return best, found
	}
	union := map[*order]bool{}
	for _, member := range f.members {
		candidates, narrowed := s.narrow(member)
		if !narrowed {
			return nil, false
		}
		for _, o := range candidates {
			union[o] = true
		}
	}
	return ordersOf(union), true
}

func (s *Server) narrowOne(f *filter) ([]*order, bool) {
	if strings.EqualFold(f.property, "readonly.isclosed") && f.operator == "==" && strings.EqualFold(f.values[0].text, "false") {
		open := make([]*order, 0, len(s.orders.open))
		for _, o := range s.orders.open {
			open = append(open, o)
		}
		return open, true
	}
	if f.operator != "==" && f.operator != "=in=" {
		return nil, false
	}
	if f.values[0].prefix || f.values[0].suffix {
		return nil, false
	}
	found := map[*order]bool{}
	for _, wanted := range f.values {
		if wanted.text == "" {
			return nil, false
		}
		switch strings.ToLower(f.property) {
		case "referencenum":
			collect(found, s.orders.byReference[s.fold(wanted.text)])
		case "externalid":
			collect(found, s.orders.byExternal[s.fold(wanted.text)])
		case "readonly.orderid":
			if id, err := ParseQuantity(wanted.text); err == nil {
				if o := s.orders.byID[id.Floor()]; o != nil {
					found[o] = true
				}
			}
		default:
			return nil, false
		}
	}
	return ordersOf(found), true
}

func collect(into map[*order]bool, orders []*order) {
	for _, o := range orders {
		into[o] = true
	}
}

func ordersOf(set map[*order]bool) []*order {
	list := make([]*order, 0, len(set))
	for o := range set {
		list = append(list, o)
	}
	return list
}

// sortOrders sorts as asked. Unasked, the order is not documented: the last
// modified come first, so that pages shift under a client that does not ask.
func (s *Server) sortOrders(list []*order, by string) *exception {
	slices.SortFunc(list, func(a, b *order) int { return cmp.Compare(a.id, b.id) })
	if by == "" {
		slices.SortStableFunc(list, func(a, b *order) int { return b.modified.Compare(a.modified) })
		return nil
	}
	return orderSchema.sorted(list, by, !s.options.CaseSensitive)
}

// haveSKUs keeps the orders that have a line with one of the SKUs, or with a
// part of a SKU.
func haveSKUs(list []*order, oneOf, part string) []*order {
	if oneOf == "" && part == "" {
		return list
	}
	wanted := strings.Split(strings.ToLower(oneOf), ",")
	return slices.DeleteFunc(list, func(o *order) bool {
		return !slices.ContainsFunc(o.lines, func(l *line) bool {
			sku := strings.ToLower(l.item.SKU)
			return oneOf != "" && slices.Contains(wanted, sku) || part != "" && strings.Contains(sku, strings.ToLower(part))
		})
	})
}

// order returns the order in the path, or answers 404 without a body.
func (c *call) order() *order {
	o := c.server.orders.byID[c.id]
	if o == nil {
		c.w.WriteHeader(http.StatusNotFound)
	}
	return o
}

func (s *Server) getOrder(c *call) {
	show, fault := c.detail()
	if fault != nil {
		c.refuse(http.StatusBadRequest, fault)
		return
	}
	if o := c.order(); o != nil {
		c.w.Header().Set("ETag", o.etag())
		c.answer(http.StatusOK, s.resource(o, show))
	}
}

func (s *Server) getOrderItems(c *call) {
	show, fault := c.detail()
	if fault != nil {
		c.refuse(http.StatusBadRequest, fault)
		return
	}
	if o := c.order(); o != nil {
		c.w.Header().Set("ETag", o.etag())
		items := o.itemResources(show)
		c.answer(http.StatusOK, collection{total: len(items), key: rel + "orders/item", list: items})
	}
}

func (s *Server) getOrderPackages(c *call) {
	o := c.order()
	if o == nil {
		return
	}
	packages := []packageResource{}
	for _, p := range o.packages {
		shown := packageResource{packageFields: o.fields(p)}
		shown.Embedded.Contents = o.contents(p)
		packages = append(packages, shown)
	}
	c.answer(http.StatusOK, collection{total: len(packages), key: rel + "orders/package", list: packages})
}
