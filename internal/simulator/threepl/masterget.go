// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"net/http"
	"slices"
)

type customerResource struct {
	ReadOnly struct {
		CustomerID   int64  `json:"customerId"`
		CreationDate string `json:"creationDate"`
		Deactivated  bool   `json:"deactivated"`
	} `json:"readOnly"`
	CompanyInfo               Contact         `json:"companyInfo"`
	ExternalID                string          `json:"externalId,omitempty"`
	Facilities                []Identifier    `json:"facilities"`
	PrimaryFacilityIdentifier *Identifier     `json:"primaryFacilityIdentifier,omitempty"`
	Options                   customerOptions `json:"options"`
}

type customerOptions struct {
	Shipping struct {
		OrderQueue bool `json:"orderQueue"`
	} `json:"shipping"`
}

var customerSchema = schema[*customer]{
	"readonly.customerid":     {kindNumber, func(c *customer) value { return idValue(c.ID) }},
	"readonly.deactivated":    {kindBool, func(c *customer) value { return boolValue(c.Deactivated) }},
	"companyinfo.companyname": {kindText, func(c *customer) value { return textValue(c.Name) }},
	"externalid":              {kindText, func(c *customer) value { return textValue(c.ExternalID) }},
}

func (s *Server) listCustomers(c *call) {
	page, fault := c.paging(20, 100)
	if fault != nil {
		c.refuse(http.StatusBadRequest, fault)
		return
	}
	facilityID, fault := c.number("facilityid")
	if fault != nil {
		c.refuse(http.StatusBadRequest, fault)
		return
	}
	var all []*customer
	for _, id := range s.customerOrder {
		if one := s.customers[id]; facilityID == 0 || one.servedBy(facilityID) {
			all = append(all, one)
		}
	}
	found, fault := selected(c, customerSchema, all)
	if fault != nil {
		c.refuse(http.StatusBadRequest, fault)
		return
	}
	list := []customerResource{}
	for _, one := range cut(found, page) {
		list = append(list, s.customerResource(one))
	}
	c.page(rel+"customers/customer", page, len(found), list)
}

func (s *Server) customerResource(one *customer) customerResource {
	shown := customerResource{ExternalID: one.ExternalID, CompanyInfo: Contact{CompanyName: one.Name}, Facilities: []Identifier{}}
	shown.ReadOnly.CustomerID = one.ID
	shown.ReadOnly.CreationDate = one.created.UTC().Format(wallLayout)
	shown.ReadOnly.Deactivated = one.Deactivated
	shown.Options.Shipping.OrderQueue = one.OrderQueue
	for _, id := range one.Facilities {
		shown.Facilities = append(shown.Facilities, s.facilities[id].identifier())
	}
	if len(shown.Facilities) > 0 {
		shown.PrimaryFacilityIdentifier = &shown.Facilities[0]
	}
	return shown
}

// number reads an optional parameter that is an id; 0 when it is not given.
func (c *call) number(name string) (int64, *exception) {
	text := c.query[name]
	if text == "" {
		return 0, nil
	}
	n, err := parseID(text)
	if err != nil {
		return 0, queryException(codeNotParsable, "Must be a number", name)
	}
	return n, nil
}

type itemCard struct {
	ReadOnly struct {
		CustomerIdentifier Identifier `json:"customerIdentifier"`
		ItemID             int64      `json:"itemId"`
		Deactivated        bool       `json:"deactivated"`
	} `json:"readOnly"`
	ItemID      int64  `json:"itemId"`
	SKU         string `json:"sku"`
	UPC         string `json:"upc,omitempty"`
	Description string `json:"description,omitempty"`
}

var itemSchema = schema[*Item]{
	"itemid":               {kindNumber, func(i *Item) value { return idValue(i.ID) }},
	"readonly.itemid":      {kindNumber, func(i *Item) value { return idValue(i.ID) }},
	"sku":                  {kindText, func(i *Item) value { return textValue(i.SKU) }},
	"upc":                  {kindText, func(i *Item) value { return textValue(i.UPC) }},
	"description":          {kindText, func(i *Item) value { return textValue(i.Description) }},
	"readonly.deactivated": {kindBool, func(i *Item) value { return boolValue(i.Deactivated) }},
}

func (s *Server) listItems(c *call) {
	page, fault := c.paging(10, 100)
	if fault != nil {
		c.refuse(http.StatusBadRequest, fault)
		return
	}
	owner := s.customers[c.id]
	if owner == nil {
		c.w.WriteHeader(http.StatusNotFound)
		return
	}
	found, fault := selected(c, itemSchema, slices.Clone(owner.items))
	if fault != nil {
		c.refuse(http.StatusBadRequest, fault)
		return
	}
	list := []itemCard{}
	for _, item := range cut(found, page) {
		card := itemCard{ItemID: item.ID, SKU: item.SKU, UPC: item.UPC, Description: item.Description}
		card.ReadOnly.CustomerIdentifier, card.ReadOnly.ItemID, card.ReadOnly.Deactivated = owner.identifier(), item.ID, item.Deactivated
		list = append(list, card)
	}
	c.page(rel+"customers/item", page, len(found), list)
}

type facilityResource struct {
	FacilityID   int64  `json:"facilityId"`
	Name         string `json:"name"`
	Deactivated  bool   `json:"deactivated"`
	TimeZoneName string `json:"timeZoneName,omitempty"`
}

var facilitySchema = schema[*facility]{
	"facilityid":  {kindNumber, func(f *facility) value { return idValue(f.ID) }},
	"name":        {kindText, func(f *facility) value { return textValue(f.Name) }},
	"deactivated": {kindBool, func(f *facility) value { return boolValue(f.Deactivated) }},
}

func (s *Server) listFacilities(c *call) {
	// The page sizes of this collection are not documented; those of most others are taken.
	page, fault := c.paging(100, 1000)
	if fault != nil {
		c.refuse(http.StatusBadRequest, fault)
		return
	}
	customerID, fault := c.number("customerid")
	if fault != nil {
		c.refuse(http.StatusBadRequest, fault)
		return
	}
	var all []*facility
	for _, id := range s.facilityOrder {
		owner := s.customers[customerID]
		if customerID == 0 || owner != nil && owner.servedBy(id) {
			all = append(all, s.facilities[id])
		}
	}
	found, fault := selected(c, facilitySchema, all)
	if fault != nil {
		c.refuse(http.StatusBadRequest, fault)
		return
	}
	list := []facilityResource{}
	for _, one := range cut(found, page) {
		list = append(list, facilityResource{one.ID, one.Name, one.Deactivated, one.WindowsZone})
	}
	c.page(rel+"properties/facility", page, len(found), list)
}

type carrierResource struct {
	Name             string            `json:"name"`
	DisplayName      string            `json:"displayName"`
	ScacCode         string            `json:"scacCode"`
	Deactivated      bool              `json:"deactivated"`
	ShipmentServices []shipmentService `json:"shipmentServices"`
}

type shipmentService struct {
	Description string `json:"description"`
}

func (s *Server) listCarriers(c *call) {
	list := []carrierResource{}
	for _, carrier := range s.carriers {
		shown := carrierResource{Name: carrier.Name, DisplayName: carrier.Name, ScacCode: carrier.SCAC, ShipmentServices: []shipmentService{}}
		for _, service := range carrier.Services {
			shown.ShipmentServices = append(shown.ShipmentServices, shipmentService{service})
		}
		list = append(list, shown)
	}
	c.answer(http.StatusOK, collection{total: len(list), key: rel + "properties/carrier", list: list})
}
