// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"net/http"
	"strings"
	"time"
)

// stockSchema are the properties of a stock summary that can be filtered by.
// There is no customer among them: a summary does not have one.
var stockSchema = schema[*bin]{
	"facilityid":         {kindNumber, func(b *bin) value { return idValue(b.facilityID) }},
	"itemid":             {kindNumber, func(b *bin) value { return idValue(b.itemID) }},
	"itemidentifier.id":  {kindNumber, func(b *bin) value { return idValue(b.itemID) }},
	"itemidentifier.sku": {kindText, func(b *bin) value { return textValue(b.item.SKU) }},
	"qualifier":          {kindText, func(b *bin) value { return textValue(b.qualifier) }},
}

type stockSummary struct {
	ItemIdentifier ItemIdentifier `json:"itemIdentifier"`
	Qualifier      string         `json:"qualifier"`
	TotalReceived  Quantity       `json:"totalReceived"`
	// Allocated includes what has shipped: available cannot be computed from it.
	Allocated           Quantity  `json:"allocated"`
	Available           Quantity  `json:"available"`
	OnHold              Quantity  `json:"onHold"`
	OnHand              Quantity  `json:"onHand"`
	OrderedNotAllocated *Quantity `json:"orderedNotAllocated,omitempty"`
	FacilityID          int64     `json:"facilityId"`
}

// stockSummaries has no _embedded.
type stockSummaries struct {
	TotalResults int            `json:"totalResults"`
	Summaries    []stockSummary `json:"summaries"`
}

func (s *Server) listStockSummaries(c *call) {
	page, fault := c.paging(100, 500)
	if fault != nil {
		c.refuse(http.StatusBadRequest, fault)
		return
	}
	showUnallocated, fault := c.flag("orderednotallocated")
	if fault != nil {
		c.refuse(http.StatusBadRequest, fault)
		return
	}
	rows, fault := selected(c, stockSchema, s.rows())
	if fault != nil {
		c.refuse(http.StatusBadRequest, fault)
		return
	}
	answer := stockSummaries{TotalResults: len(rows), Summaries: []stockSummary{}}
	for _, b := range cut(rows, page) {
		summary := stockSummary{
			ItemIdentifier: ItemIdentifier{ID: b.itemID, SKU: b.item.SKU},
			Qualifier:      b.qualifier,
			TotalReceived:  b.onHand + b.shipped,
			Allocated:      b.allocated + b.shipped,
			Available:      s.available(b),
			OnHold:         b.onHold,
			OnHand:         b.onHand,
			FacilityID:     b.facilityID,
		}
		if showUnallocated {
			summary.OrderedNotAllocated = new(b.unallocated)
		}
		answer.Summaries = append(answer.Summaries, summary)
	}
	c.answer(http.StatusOK, answer)
}

// rows are the bins that have a row: those with goods in them, unless empty
// ones have one too.
func (s *Server) rows() []*bin {
	rows := make([]*bin, 0, len(s.stock.ordered))
	for _, b := range s.stock.ordered {
		if b.onHand != 0 || s.options.ZeroStockRows {
			rows = append(rows, b)
		}
	}
	return rows
}

// flag reads a parameter that is true or false.
func (c *call) flag(name string) (bool, *exception) {
	switch strings.ToLower(c.query[name]) {
	case "true":
		return true, nil
	case "", "false":
		return false, nil
	}
	return false, queryException(codeNotParsable, "Must be true or false", name)
}

// selected filters a list by rql and sorts it by sort, where they are given.
func selected[T any](c *call, model schema[T], list []T) ([]T, *exception) {
	fold := !c.server.options.CaseSensitive
	if rql := c.query["rql"]; rql != "" {
		parsed, fault := c.server.parseFilter(rql)
		if fault != nil {
			return nil, fault
		}
		fits, fault := model.compile(parsed, fold)
		if fault != nil {
			return nil, fault
		}
		var found []T
		for _, one := range list {
			if fits(one) {
				found = append(found, one)
			}
		}
		list = found
	}
	if by := c.query["sort"]; by != "" {
		if fault := model.sorted(list, by, fold); fault != nil {
			return nil, fault
		}
	}
	return list, nil
}

// stockDetail is one receipt that is still there. Goods on hold are a row of their own.
type stockDetail struct {
	ReceiveItemID  int64          `json:"receiveItemId"`
	ItemIdentifier ItemIdentifier `json:"itemIdentifier"`
	Description    string         `json:"description,omitempty"`
	Qualifier      string         `json:"qualifier"`
	Received       Quantity       `json:"received"`
	Available      Quantity       `json:"available"`
	IsOnHold       bool           `json:"isOnHold"`
	Quarantined    bool           `json:"quarantined"`
	OnHand         Quantity       `json:"onHand"`
	ReceivedDate   string         `json:"receivedDate"`
}

var stockDetailSchema = schema[stockDetail]{
	"receiveitemid":      {kindNumber, func(d stockDetail) value { return idValue(d.ReceiveItemID) }},
	"itemidentifier.id":  {kindNumber, func(d stockDetail) value { return idValue(d.ItemIdentifier.ID) }},
	"itemidentifier.sku": {kindText, func(d stockDetail) value { return textValue(d.ItemIdentifier.SKU) }},
	"qualifier":          {kindText, func(d stockDetail) value { return textValue(d.Qualifier) }},
	"isonhold":           {kindBool, func(d stockDetail) value { return boolValue(d.IsOnHold) }},
}

func (s *Server) listStockDetails(c *call) {
	page, fault := c.paging(100, 500)
	if fault != nil {
		c.refuse(http.StatusBadRequest, fault)
		return
	}
	var ids [2]int64
	for i, name := range []string{"customerid", "facilityid"} {
		id, err := parseID(c.query[name])
		if err != nil {
			code := codeNotParsable
			if c.query[name] == "" {
				code = codeRequired
			}
			c.refuse(http.StatusBadRequest, queryException(code, name+" must be a number", name))
			return
		}
		ids[i] = id
	}
	rows, fault := selected(c, stockDetailSchema, s.stockDetails(ids[0], ids[1]))
	if fault != nil {
		c.refuse(http.StatusBadRequest, fault)
		return
	}
	c.page("item", page, len(rows), append([]stockDetail{}, cut(rows, page)...))
}

func (s *Server) stockDetails(customerID, facilityID int64) []stockDetail {
	received := wallText(time.Date(2026, 1, 2, 8, 0, 0, 0, time.UTC), time.UTC)
	var details []stockDetail
	for _, b := range s.rows() {
		if b.customerID != customerID || b.facilityID != facilityID {
			continue
		}
		row := stockDetail{ReceiveItemID: b.receiveItemID, ItemIdentifier: ItemIdentifier{ID: b.itemID, SKU: b.item.SKU},
			Description: b.item.Description, Qualifier: b.qualifier, Received: b.onHand + b.shipped - b.onHold,
			Available: s.available(b), OnHand: b.onHand - b.onHold, ReceivedDate: received}
		details = append(details, row)
		if b.onHold != 0 {
			held := row
			held.ReceiveItemID, held.Received, held.OnHand, held.Available, held.IsOnHold = b.receiveItemID+1_000_000, b.onHold, b.onHold, 0, true
			details = append(details, held)
		}
	}
	return details
}
