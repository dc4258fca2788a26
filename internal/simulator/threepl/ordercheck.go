// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// build checks a document and makes an order of it that is in no books yet.
// Earlier is the order that the document replaces; nil for a new one.
func (s *Server) build(doc OrderDocument, earlier *order) (*order, *exception) {
	b := &builder{server: s, order: &order{}}
	b.parties(&doc)
	b.reference(doc, earlier)
	b.shipTo(doc.ShipTo)
	b.routing(doc)
	b.dates(doc)
	b.lines(doc.OrderItems)
	if fault := s.combine(b.faults); fault != nil {
		if slices.ContainsFunc(b.faults, func(one *exception) bool { return one.ErrorCode == codeDuplicate }) {
			fault.status = s.options.DuplicateStatus
		}
		return nil, fault
	}
	b.order.doc = doc.clone()
	if to := b.order.doc.ShipTo; s.options.PhonesAsDigits && to != nil {
		to.PhoneNumber = digits(to.PhoneNumber)
	}
	b.order.complete = doc.DeferNotification == nil && !b.order.customer.OrderQueue || doc.DeferNotification != nil && !*doc.DeferNotification
	return b.order, nil
}

func digits(text string) string {
	return strings.Map(func(c rune) rune {
		if c < '0' || c > '9' {
			return -1
		}
		return c
	}, text)
}

// builder gathers everything that is wrong with a document.
type builder struct {
	server *Server
	order  *order
	faults []*exception
}

func (b *builder) fault(code, property string, value any, hint string) {
	b.faults = append(b.faults, modelException(code, property, value, hint))
}

func (b *builder) parties(doc *OrderDocument) {
	s := b.server
	switch named := doc.CustomerIdentifier; {
	case named == nil || *named == Identifier{}:
		b.fault(codeRequired, "CustomerIdentifier", nil, "CustomerIdentifier is required")
	default:
		for _, id := range s.customerOrder {
			if c := s.customers[id]; named.matches(c.ID, c.Name, c.ExternalID) {
				b.order.customer = c
				break
			}
		}
		if b.order.customer == nil || b.order.customer.Deactivated {
			b.order.customer = nil
			b.fault(codeDoesNotExist, "CustomerIdentifier", named, "The customer does not exist")
		}
	}
	switch named := doc.FacilityIdentifier; {
	case named == nil || *named == Identifier{}:
		b.fault(codeRequired, "FacilityIdentifier", nil, "FacilityIdentifier is required")
	default:
		for _, id := range s.facilityOrder {
			if f := s.facilities[id]; named.matches(f.ID, f.Name, "") {
				b.order.facility = f
				break
			}
		}
		if b.order.facility == nil || b.order.facility.Deactivated {
			b.order.facility = nil
			b.fault(codeDoesNotExist, "FacilityIdentifier", named, "The facility does not exist")
		}
	}
	if b.order.customer != nil && b.order.facility != nil && !b.order.customer.servedBy(b.order.facility.ID) {
		b.fault(codeIncompatible, "FacilityIdentifier", doc.FacilityIdentifier, "The facility does not serve the customer")
	}
}

// matches reports whether an identifier names a thing; an id wins over the rest.
func (i Identifier) matches(id int64, name, externalID string) bool {
	switch {
	case i.ID != 0:
		return i.ID == id
	case i.Name != "":
		return strings.EqualFold(i.Name, name)
	}
	return i.ExternalID != "" && i.ExternalID == externalID
}

func (b *builder) reference(doc OrderDocument, earlier *order) {
	s, reference := b.server, doc.ReferenceNum
	switch {
	case strings.TrimSpace(reference) == "":
		b.fault(codeRequired, "ReferenceNum", nil, "ReferenceNum is required")
	case s.options.ReferenceMaxLength > 0 && utf8.RuneCountInString(reference) > s.options.ReferenceMaxLength:
		b.fault(codeValueNotSupported, "ReferenceNum", reference, fmt.Sprintf("ReferenceNum may have %d characters", s.options.ReferenceMaxLength))
	case b.order.customer != nil:
		if holder := s.holder(b.order.customer, reference); holder != nil && holder != earlier {
			b.fault(codeDuplicate, "ReferenceNum", reference, "ReferenceNum must be unique for the customer")
		}
	}
}

func (b *builder) shipTo(to *Contact) {
	if to == nil {
		to = &Contact{}
	}
	for _, required := range []struct{ name, value string }{
		{"companyName", to.CompanyName}, {"name", to.Name}, {"address1", to.Address1}, {"city", to.City},
		{"state", to.State}, {"zip", to.Zip}, {"country", to.Country},
	} {
		optional := slices.ContainsFunc(b.server.options.OptionalShipTo, func(name string) bool { return strings.EqualFold(name, required.name) })
		if strings.TrimSpace(required.value) == "" && !optional {
			property := "ShipTo." + strings.ToUpper(required.name[:1]) + required.name[1:]
			b.fault(codeRequired, property, nil, property+" is required")
		}
	}
	if to.Country != "" && !b.server.options.AnyCountry && (len(to.Country) != 2 || strings.Trim(to.Country, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "") {
		b.fault(codeValueNotSupported, "ShipTo.Country", to.Country, "The country is a code of two letters")
	}
}

func (b *builder) routing(doc OrderDocument) {
	if codes := b.server.options.BillingCodes; doc.BillingCode != "" && codes != nil && !slices.Contains(codes, doc.BillingCode) {
		b.fault(codeDoesNotExist, "BillingCode", doc.BillingCode, "The billing code does not exist")
	}
	if doc.OrderType != "" && !slices.Contains([]string{"B2B", "D2C", "AmazonFBA"}, doc.OrderType) {
		b.fault(codeValueNotSupported, "OrderType", doc.OrderType, "The order type does not exist")
	}
	routing := doc.RoutingInfo
	if routing == nil || routing.Carrier == "" && routing.Mode == "" {
		return
	}
	carrier, known := b.server.carrier(routing.Carrier)
	switch {
	case !known:
		b.fault(codeDoesNotExist, "RoutingInfo.Carrier", routing.Carrier, "The carrier does not exist")
	case routing.Mode != "" && !carrier.offers(routing.Mode):
		b.fault(codeDoesNotExist, "RoutingInfo.Mode", routing.Mode, "The carrier does not have the service")
	}
}

func (b *builder) dates(doc OrderDocument) {
	pickup := ""
	if doc.RoutingInfo != nil {
		pickup = doc.RoutingInfo.PickupDate
	}
	for _, date := range []struct{ name, value string }{
		{"EarliestShipDate", doc.EarliestShipDate}, {"ShipCancelDate", doc.ShipCancelDate},
		{"ExpectedDeliveryDate", doc.ExpectedDeliveryDate}, {"RoutePickupDate", doc.RoutePickupDate}, {"RoutingInfo.PickupDate", pickup},
	} {
		if _, ok := parseWall(date.value, time.UTC); date.value != "" && !ok {
			b.fault(codeValueNotSupported, date.name, date.value, "The date cannot be read")
		}
	}
}

func (b *builder) lines(items []OrderItem) {
	if len(items) == 0 {
		b.fault(codeRequired, "OrderItems", nil, "OrderItems is required")
		return
	}
	for i, item := range items {
		at := fmt.Sprintf("OrderItems[%d].", i)
		l := &line{id: b.server.nextID(), doc: item}
		if item.Qty == nil {
			b.fault(codeRequired, at+"Qty", nil, "Qty is required")
		} else if l.qty = *item.Qty; l.qty <= 0 {
			b.fault(codeValueNotSupported, at+"Qty", item.Qty, "Qty must be positive")
		}
		named := item.ItemIdentifier
		if named == nil || named.ID == 0 && named.SKU == "" {
			b.fault(codeRequired, at+"ItemIdentifier", nil, "ItemIdentifier is required")
			continue
		}
		if b.order.customer == nil || b.order.facility == nil {
			continue
		}
		l.item = b.order.customer.bySKU[b.server.fold(named.SKU)]
		if named.ID != 0 {
			l.item = b.order.customer.byID[named.ID]
		}
		if l.item == nil || l.item.Deactivated {
			b.fault(codeDoesNotExist, at+"ItemIdentifier", named, "The item does not exist")
			continue
		}
		l.bin = b.server.bin(l.item, item.Qualifier, b.order.facility.ID)
		b.order.lines = append(b.order.lines, l)
	}
}
