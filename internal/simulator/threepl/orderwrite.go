// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"fmt"
	"net/http"
	"strings"
)

func (s *Server) createOrder(c *call) {
	var doc OrderDocument
	if fault := c.decode(&doc); fault != nil {
		c.refuse(http.StatusBadRequest, fault)
		return
	}
	o, fault := s.build(doc, nil)
	if fault != nil {
		c.refuse(http.StatusBadRequest, fault)
		return
	}
	s.enter(o, !o.customer.OrderQueue)
	s.record(EffectCreate, ByAPI, o)
	c.w.Header().Set("ETag", o.etag())
	c.w.Header().Set("Location", "/orders/"+idText(o.id))
	c.answer(http.StatusCreated, s.resource(o, fullDetail))
}

// orderUpdate is a PUT body: a resource as it was read may be sent back, and
// what is not the client's to write is passed over.
type orderUpdate struct {
	OrderDocument
	ReadOnly       any `json:"readOnly"`
	ParcelResponse any `json:"parcelResponse"`
	Links          any `json:"_links"`
	Embedded       *struct {
		Items []struct {
			OrderItem
			ReadOnly any `json:"readOnly"`
		} `json:"http://api.3plCentral.com/rels/orders/item"`
	} `json:"_embedded"`
}

func (s *Server) putOrder(c *call) {
	show, fault := c.detail()
	if fault != nil {
		c.refuse(http.StatusBadRequest, fault)
		return
	}
	o := c.order()
	if o == nil || !c.ifMatch(o) {
		return
	}
	var update orderUpdate
	if fault := c.decode(&update); fault != nil {
		c.refuse(http.StatusBadRequest, fault)
		return
	}
	if fault := o.refusal("Update"); fault != nil {
		c.refuse(http.StatusForbidden, fault)
		return
	}
	doc := update.OrderDocument
	if update.Embedded != nil && doc.OrderItems == nil {
		for _, item := range update.Embedded.Items {
			doc.OrderItems = append(doc.OrderItems, item.OrderItem)
		}
	}
	if doc.CustomerIdentifier == nil {
		doc.CustomerIdentifier = &Identifier{ID: o.customer.ID}
	}
	if doc.FacilityIdentifier == nil {
		doc.FacilityIdentifier = &Identifier{ID: o.facility.ID}
	}
	if doc.OrderItems == nil {
		doc.OrderItems = o.doc.OrderItems
	}
	replacement, fault := s.build(doc, o)
	if fault != nil {
		c.refuse(http.StatusBadRequest, fault)
		return
	}
	s.replace(o, replacement)
	s.record(EffectUpdate, ByAPI, o)
	c.w.Header().Set("ETag", o.etag())
	c.answer(http.StatusOK, s.resource(o, show))
}

// replace gives an order another document and other lines.
func (s *Server) replace(o, replacement *order) {
	s.unindex(o)
	for _, l := range o.lines {
		l.release()
	}
	o.doc, o.lines = replacement.doc, replacement.lines
	for _, l := range o.lines {
		l.reserve(!o.customer.OrderQueue)
	}
	s.index(o)
	s.touch(o)
}

type cancelRequest struct {
	Reason              string    `json:"reason"`
	Charge              *Quantity `json:"charge"`
	InvoiceCreationInfo any       `json:"invoiceCreationInfo"`
}

func (s *Server) cancelOrder(c *call) {
	o := c.order()
	if o == nil || !c.ifMatch(o) {
		return
	}
	var request cancelRequest
	if fault := c.decode(&request); fault != nil {
		c.refuse(http.StatusBadRequest, fault)
		return
	}
	if strings.TrimSpace(request.Reason) == "" {
		fault := modelException(codeRequired, "Reason", nil, "Reason is required")
		fault.ModelType = "OrderCancelInfo"
		c.refuse(http.StatusBadRequest, fault)
		return
	}
	if fault := o.refusal("Cancel"); fault != nil {
		c.refuse(http.StatusForbidden, fault)
		return
	}
	s.cancel(o, request.Reason, ByAPI)
	c.w.WriteHeader(http.StatusNoContent)
}

// cancel takes an order out of the work: its goods are free again and its
// reference is renamed, as real data shows.
func (s *Server) cancel(o *order, reason string, by Actor) {
	s.unindex(o)
	for _, l := range o.lines {
		l.release()
	}
	add(s.orders.retired, s.fold(o.doc.ReferenceNum), o)
	o.doc.ReferenceNum = fmt.Sprintf("%s-CANCELED-%d", o.doc.ReferenceNum, o.id)
	o.doc.Notes = strings.TrimPrefix(o.doc.Notes+"\nReason for cancellation: "+reason, "\n")
	s.index(o)
	s.close(o, StatusCanceled)
	s.record(EffectCancel, by, o)
}

// refusal says why an order cannot be changed any more, in the vendor's codes.
func (o *order) refusal(action string) *exception {
	switch {
	case o.status == StatusCanceled:
		return operationException(action, codeOrderCanceled, "The order is canceled")
	case o.status == StatusClosed:
		return operationException(action, codeOrderConfirmed, "The order is confirmed")
	case !o.packDone.IsZero():
		return operationException(action, codeAlreadyCompleted, "The order is packed")
	case o.batchID != 0 || !o.pickStarted.IsZero():
		return operationException(action, codeInUse, "The order is in a pick batch")
	}
	return nil
}

// ifMatch checks the entity tag: 428 when there is none, 412 when it is not the order's.
func (c *call) ifMatch(o *order) bool {
	given := c.r.Header.Get("If-Match")
	switch given {
	case "":
		c.w.WriteHeader(http.StatusPreconditionRequired)
	case o.etag():
		return true
	default:
		c.w.WriteHeader(http.StatusPreconditionFailed)
	}
	return false
}
