// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"unicode/utf8"
)

// updateBody is one order of POST /v1.1/orders. A field that is not named keeps what it has.
type updateBody struct {
	Identifier    *identifierBody `json:"orderIdentifier"`
	InternalNotes *string         `json:"internalNotes"`
	CustomField1  *string         `json:"customField1"`
	CustomField2  *string         `json:"customField2"`
	CustomField3  *string         `json:"customField3"`
	notUpdated
}

type identifierBody struct {
	OrderID        *int64  `json:"orderId"`
	OrderNumber    *string `json:"orderNumber"`
	SalesChannelID *int32  `json:"salesChannelId"`
}

// notUpdated are documented fields that the simulator does not change.
type notUpdated struct {
	FulfillmentSource       json.RawMessage `json:"fulfillmentSource"`
	ShipMethod              json.RawMessage `json:"shipMethod"`
	ShipName                json.RawMessage `json:"shipName"`
	ShipCompany             json.RawMessage `json:"shipCompany"`
	ShipAddress1            json.RawMessage `json:"shipAddress1"`
	ShipAddress2            json.RawMessage `json:"shipAddress2"`
	ShipAddress3            json.RawMessage `json:"shipAddress3"`
	ShipCity                json.RawMessage `json:"shipCity"`
	ShipState               json.RawMessage `json:"shipState"`
	ShipZipCode             json.RawMessage `json:"shipZipCode"`
	ShipCountry             json.RawMessage `json:"shipCountry"`
	ShipPhone               json.RawMessage `json:"shipPhone"`
	AddressTypeId           json.RawMessage `json:"addressTypeId"`
	PaymentDate             json.RawMessage `json:"paymentDate"`
	ShipByDate              json.RawMessage `json:"shipByDate"`
	ReceiveByDate           json.RawMessage `json:"receiveByDate"`
	AmountPaid              json.RawMessage `json:"amountPaid"`
	Gift                    json.RawMessage `json:"gift"`
	GiftMessage             json.RawMessage `json:"giftMessage"`
	Weight                  json.RawMessage `json:"weight"`
	Length                  json.RawMessage `json:"length"`
	Width                   json.RawMessage `json:"width"`
	Height                  json.RawMessage `json:"height"`
	DeliveryConfirmation    json.RawMessage `json:"deliveryConfirmation"`
	SaturdayDelivery        json.RawMessage `json:"saturdayDelivery"`
	ReleaseWithoutSignature json.RawMessage `json:"releaseWithoutSignature"`
	NonMachinable           json.RawMessage `json:"nonMachinable"`
	IncludeReturnLabel      json.RawMessage `json:"includeReturnLabel"`
	InsuranceProvider       json.RawMessage `json:"insuranceProvider"`
	CustomShipBillingOption json.RawMessage `json:"customShipBillingOption"`
	CustomShipBilling       json.RawMessage `json:"customShipBilling"`
	BillDutiesToPayor       json.RawMessage `json:"billDutiesToPayor"`
	BillDutiesToRecipient   json.RawMessage `json:"billDutiesToRecipient"`
	BuyerName               json.RawMessage `json:"buyerName"`
	BuyerTaxId              json.RawMessage `json:"buyerTaxId"`
	BuyerTaxIdType          json.RawMessage `json:"buyerTaxIdType"`
	ChannelOrderUrl         json.RawMessage `json:"channelOrderUrl"`
	ChannelPaymentId        json.RawMessage `json:"channelPaymentId"`
	ContainsAlcohol         json.RawMessage `json:"containsAlcohol"`
	ContainsDryIce          json.RawMessage `json:"containsDryIce"`
	FraudAnalysis           json.RawMessage `json:"fraudAnalysis"`
}

// first is the first field of a body that the simulator does not change.
func (n notUpdated) first() string {
	value := reflect.ValueOf(n)
	for field := range value.Type().Fields() {
		if value.FieldByIndex(field.Index).Len() > 0 {
			return field.Tag.Get("json")
		}
	}
	return ""
}

// textLimit is the vendor's bound on internal notes. Custom fields have none that is known; the simulator
// takes the same.
const textLimit = 1000

// updateOrders answers 200 even when orders could not be changed.
func (s *Server) updateOrders(c *call) reply {
	bodies := *c.body.(*[]updateBody)
	if len(bodies) == 0 {
		return refuse(http.StatusBadRequest, "the list is empty")
	}
	for _, b := range bodies {
		if member := b.first(); member != "" {
			return refusef(http.StatusNotImplemented, "the vendor changes %s, the simulator does not", member)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.endHolds(s.now())
	answer := bulkReply{Results: []any{}, Errors: []detail{}}
	for n := range bodies {
		r, problem := s.updated(&bodies[n])
		if problem != "" {
			answer.Errors = append(answer.Errors, detail{
				Index: n + 1, Identifier: bodies[n].Identifier, ErrorCode: codeSimulated, Message: problem, Severity: "CRITICAL",
			})
			continue
		}
		s.updateOne(r, &bodies[n])
		answer.Results = append(answer.Results, r.order.identifier())
	}
	answer.Message = fmt.Sprintf("%d updated", len(answer.Results))
	return ok(answer)
}

// updated returns the order that a body names, or why it cannot be changed.
func (s *Server) updated(b *updateBody) (*record, string) {
	if b.Identifier == nil || b.Identifier.OrderID == nil && (b.Identifier.OrderNumber == nil || b.Identifier.SalesChannelID == nil) {
		return nil, "orderIdentifier needs orderId, or orderNumber and salesChannelId"
	}
	r, _ := s.shipmentOrder(&shipmentBody{OrderID: b.Identifier.OrderID, OrderNumber: b.Identifier.OrderNumber, SalesChannelID: b.Identifier.SalesChannelID})
	if r == nil {
		return nil, "no such order"
	}
	switch status := r.order.OrderStatus; status {
	case StatusShipped, StatusCancelled, StatusProcessedOutside:
		if !s.options.ClosedOrdersEditable {
			return nil, "an order that is " + status + " cannot be changed"
		}
	}
	for _, text := range []*string{b.InternalNotes, b.CustomField1, b.CustomField2, b.CustomField3} {
		if text != nil && utf8.RuneCountInString(*text) > textLimit {
			return nil, fmt.Sprintf("a text has more than %d characters", textLimit)
		}
	}
	return r, ""
}

func (s *Server) updateOne(r *record, b *updateBody) {
	s.change(r, s.now(), true, func(o *Order) {
		for _, one := range []struct{ text, field *string }{
			{b.InternalNotes, &o.InternalNotes}, {b.CustomField1, &o.CustomField1}, {b.CustomField2, &o.CustomField2}, {b.CustomField3, &o.CustomField3},
		} {
			if one.text != nil {
				*one.field = *one.text
			}
		}
	})
	s.note(Effect{Kind: Updated, Time: s.now(), API: true, OrderID: r.order.OrderID})
}
