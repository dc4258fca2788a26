// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"
)

type externalShipmentBody struct {
	Shipments      []shipmentBody `json:"shipments"`
	UpdateChannel  bool           `json:"updateChannel"`
	NotifyCustomer bool           `json:"notifyCustomer"`
}

type shipmentBody struct {
	OrderID           *int64          `json:"orderId"`
	OrderNumber       *string         `json:"orderNumber"`
	SalesChannelID    *int32          `json:"salesChannelId"`
	TrackingNumber    *string         `json:"trackingNumber"`
	ShipMethod        *shipMethodBody `json:"shipMethod"`
	ShipDate          Time            `json:"shipDate"`
	EstimatedArrival  Time            `json:"estimatedArrival"`
	Received          Time            `json:"received"`
	DeliveryStatus    *string         `json:"deliveryStatus"`
	CarrierFee        *Money          `json:"carrierFee"`
	InsuranceTracking *string         `json:"insuranceTrackingNumber"`
	TransactionID     *string         `json:"transactionId"`
}

type shipMethodBody struct {
	ShippingCarrier   *string `json:"shippingCarrier"`
	ShippingServiceID int32   `json:"shippingServiceId"`
	PackageTypeID     int32   `json:"packageTypeId"`
}

var deliveryStatuses = []string{
	"UNKNOWN", "IN_TRANSIT", "DELIVERED", "LOST_IN_TRANSIT", "RETURN_TO_SENDER", "UNDELIVERABLE", "FORWARDED", "VOIDED",
}

// check is what the schema demands; one entry that fails it has the whole request refused.
func (b *shipmentBody) check() error {
	switch {
	case b.OrderID == nil && b.OrderNumber == nil:
		return errors.New("orderId, or orderNumber with salesChannelId, is required")
	case b.OrderID == nil && b.SalesChannelID == nil:
		return errors.New("orderNumber needs salesChannelId")
	case b.TrackingNumber == nil || *b.TrackingNumber == "":
		return errors.New("trackingNumber is required")
	case b.ShipMethod == nil || b.ShipMethod.ShippingCarrier == nil:
		return errors.New("shipMethod.shippingCarrier is required")
	case !carriers[*b.ShipMethod.ShippingCarrier]:
		return errors.New("shippingCarrier is not one of the documented values")
	case b.DeliveryStatus != nil && !slices.Contains(deliveryStatuses, *b.DeliveryStatus):
		return errors.New("deliveryStatus is not one of the documented values")
	case b.CarrierFee != nil && len(b.CarrierFee.Currency) != 3:
		return errors.New("carrierFee.currency must be an ISO 4217 code")
	}
	return nil
}

func (s *Server) shipExternally(c *call) reply {
	body := c.body.(*externalShipmentBody)
	if len(body.Shipments) == 0 {
		return refuse(http.StatusBadRequest, "shipments is required")
	}
	if len(body.Shipments) > s.options.MaxShipments {
		return refusef(http.StatusBadRequest, "at most %d shipments in one call", s.options.MaxShipments)
	}
	for n := range body.Shipments {
		if err := body.Shipments[n].check(); err != nil {
			return refusef(http.StatusBadRequest, "shipments[%d]: %v", n, err)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.passTime()
	s.lastBatch++
	answer := []batchedOrder{}
	for n := range body.Shipments {
		answer = append(answer, s.shipOne(body, &body.Shipments[n]))
	}
	return ok(answer)
}

// shipOne ships a whole order: an external shipment has no lines.
func (s *Server) shipOne(body *externalShipmentBody, b *shipmentBody) batchedOrder {
	r, identifier := s.shipmentOrder(b)
	answer := batchedOrder{Order: identifier, OrderBatchNumber: s.lastBatch, Status: batchFailed}
	if answer.ProcessingMessage = s.cannotShip(r, b); answer.ProcessingMessage != "" {
		return answer
	}
	again, unseen := r.order.OrderStatus == StatusShipped, r.shipping != nil
	shipment := s.newShipment(r.order, b)
	s.accept(r, shipment, again || unseen, body)
	switch {
	case again:
		s.shipAgain(r, shipment)
	case unseen:
		answer.Status = batchPending
		return answer
	case s.options.ShipmentShowsAfter > 0:
		r.showsAt, r.shipping = s.now().Add(s.options.ShipmentShowsAfter), shipment
		answer.Status = batchPending
		return answer
	case s.options.ShipmentPendingReads > 0:
		r.pendingReads, r.shipping = s.options.ShipmentPendingReads, shipment
		answer.Status = batchPending
		return answer
	default:
		s.ship(r, shipment)
	}
	answer.Status, answer.Shipment = batchShipped, shipment
	return answer
}

func (s *Server) shipmentOrder(b *shipmentBody) (*record, orderIdentifier) {
	var identifier orderIdentifier
	if b.OrderID != nil {
		identifier.OrderID = *b.OrderID
		if r := s.orders[*b.OrderID]; r != nil {
			return r, r.order.identifier()
		}
		return nil, identifier
	}
	identifier.OrderNumber, identifier.SalesChannelID = *b.OrderNumber, *b.SalesChannelID
	for _, id := range s.orderIDs {
		o := s.orders[id].order
		if o.OrderNumber == *b.OrderNumber && o.channelID() == *b.SalesChannelID {
			return s.orders[id], o.identifier()
		}
	}
	return nil, identifier
}

// clockTolerance is how far ahead of the simulator's clock a ship date may lie.
const clockTolerance = 5 * time.Minute

func (s *Server) cannotShip(r *record, b *shipmentBody) string {
	if r == nil {
		return "no such order"
	}
	if b.OrderID != nil && b.OrderNumber != nil && *b.OrderNumber != r.order.OrderNumber {
		return "orderId and orderNumber name different orders"
	}
	switch r.order.OrderStatus {
	case StatusAwaitingShipment, StatusAwaiting3PLExport, StatusAwaitingDropship, StatusPendingFulfillment:
	case StatusShipped:
		if s.options.RepeatedShipment == RefuseRepeatedShipment {
			return "the order is shipped already"
		}
	default:
		return "an order that is " + r.order.OrderStatus + " cannot be shipped"
	}
	if r.pendingReads > 0 {
		return "the order is being processed in another batch"
	}
	if s.options.AnyShipDate || b.ShipDate.IsZero() {
		return ""
	}
	if b.ShipDate.Before(r.order.OrderDate.Time) || b.ShipDate.After(s.now().Add(clockTolerance)) {
		return "shipDate lies before the order's date or in the future"
	}
	return ""
}

func (s *Server) newShipment(o *Order, b *shipmentBody) *Shipment {
	s.lastShipment++
	shipment := &Shipment{
		ShipmentID: s.lastShipment, OrderID: o.OrderID, OrderNumber: o.OrderNumber, WarehouseID: o.warehouseID(),
		Type: "FULFILLMENT", Created: At(s.now()), ShipDate: b.ShipDate, EstimatedArrival: b.EstimatedArrival,
		Received: b.Received, DeliveryStatus: deref(b.DeliveryStatus), TrackingNumber: *b.TrackingNumber,
		InsuranceTracking: deref(b.InsuranceTracking), TransactionID: deref(b.TransactionID), CarrierFee: b.CarrierFee,
		BatchNumber: s.lastBatch, External: true,
		ShipMethod: &ShipMethod{
			ShippingCarrier:   *b.ShipMethod.ShippingCarrier,
			ShippingServiceID: b.ShipMethod.ShippingServiceID,
			PackageTypeID:     b.ShipMethod.PackageTypeID,
		},
	}
	if shipment.ShipDate.IsZero() {
		shipment.ShipDate = shipment.Created
	}
	setDefault(&shipment.DeliveryStatus, "UNKNOWN")
	return shipment
}

func deref[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// accept enters the shipment into the ledger, and tells the buyer and the channel.
func (s *Server) accept(r *record, shipment *Shipment, again bool, body *externalShipmentBody) {
	kind := ShipmentAccepted
	if again {
		kind = ShipmentAcceptedAgain
	}
	r.shipments++
	now, id := s.now(), r.order.OrderID
	s.note(Effect{Kind: kind, Time: now, API: true, OrderID: id, After: shipment.TrackingNumber})
	if body.NotifyCustomer {
		r.notified++
		s.note(Effect{Kind: BuyerNotified, Time: now, API: true, OrderID: id})
	}
	if body.UpdateChannel {
		s.note(Effect{Kind: ChannelUpdated, Time: now, API: true, OrderID: id})
	}
}

// ship is the moment an order becomes SHIPPED.
func (s *Server) ship(r *record, shipment *Shipment) {
	before := r.order.OrderStatus
	r.pendingReads, r.shipping = 0, nil
	s.shipments = append(s.shipments, shipment)
	s.change(r, s.now(), true, func(o *Order) {
		o.OrderStatus = StatusShipped
		o.ShipDate = shipment.ShipDate
		o.ShipMethod = shipment.ShipMethod
		o.Shipment = shipment
		parcel := ShipmentItems{Items: []ShippedItem{}, TrackingNumbers: []string{shipment.TrackingNumber}}
		for n := range o.Items {
			o.Items[n].Fulfilled = true
			parcel.Items = append(parcel.Items, ShippedItem{o.Items[n].ListingSKU, o.Items[n].QuantityOrdered})
		}
		o.Shipments = []ShipmentItems{parcel}
	})
	s.note(Effect{Kind: Shipped, Time: s.now(), API: true, OrderID: r.order.OrderID, Before: before, After: StatusShipped})
	s.shipStock(r.order, true)
}

// shipAgain is a second shipment of a shipped order, where Options lets it pass.
func (s *Server) shipAgain(r *record, shipment *Shipment) {
	switch s.options.RepeatedShipment {
	case IgnoreRepeatedShipment:
		return
	case DuplicateRepeatedShipment:
		s.shipments = append(s.shipments, shipment)
	case ReplaceRepeatedTracking:
		s.change(r, s.now(), true, func(o *Order) {
			o.Shipment = shipment
			o.Shipments = []ShipmentItems{{Items: []ShippedItem{}, TrackingNumbers: []string{shipment.TrackingNumber}}}
		})
		return
	case AddRepeatedTracking, RefuseRepeatedShipment:
	}
	s.change(r, s.now(), true, func(o *Order) {
		if len(o.Shipments) == 0 || s.options.RepeatedShipment == DuplicateRepeatedShipment {
			o.Shipments = append(o.Shipments, ShipmentItems{Items: []ShippedItem{}})
		}
		last := &o.Shipments[len(o.Shipments)-1]
		last.TrackingNumbers = append(last.TrackingNumbers, shipment.TrackingNumber)
	})
}

// observe counts a read of an order; a pending shipment takes hold after the last one.
func (s *Server) observe(r *record) {
	if r.pendingReads == 0 {
		return
	}
	if r.pendingReads--; r.pendingReads == 0 {
		s.ship(r, r.shipping)
	}
}

// passTime does what has come to its time: it ends holds, and shows shipments.
func (s *Server) passTime() {
	now := s.now()
	s.endHolds(now)
	if s.options.ShipmentShowsAfter == 0 {
		return
	}
	for _, id := range s.orderIDs {
		if r := s.orders[id]; r.shipping != nil && r.pendingReads == 0 && !now.Before(r.showsAt) {
			s.ship(r, r.shipping)
		}
	}
}

// SettleShipments lets every pending shipment take hold now.
func (s *Server) SettleShipments() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range s.orderIDs {
		if r := s.orders[id]; r.shipping != nil {
			s.ship(r, r.shipping)
		}
	}
}

// ShipInOrderManager is a user who ships an order in Order Manager itself.
func (s *Server) ShipInOrderManager(id int64, tracking, carrier string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.orders[id]
	b := &shipmentBody{OrderID: &id, TrackingNumber: &tracking, ShipMethod: &shipMethodBody{ShippingCarrier: &carrier}}
	if err := b.check(); err != nil {
		return err
	}
	if r == nil || r.order.OrderStatus == StatusShipped || s.cannotShip(r, b) != "" {
		return fmt.Errorf("order %d cannot be shipped", id)
	}
	shipment := s.newShipment(r.order, b)
	shipment.External, shipment.BatchNumber = false, 0
	s.ship(r, shipment)
	s.effects[len(s.effects)-1].API = false
	return nil
}
