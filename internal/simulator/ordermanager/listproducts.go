// SPDX-License-Identifier: Apache-2.0

package ordermanager

import "slices"

var listProductsQuery = paged(20, map[string]parameter{
	"createdDateFrom":  {kind: moment},
	"createdDateTo":    {kind: moment},
	"modifiedDateFrom": {kind: moment},
	"modifiedDateTo":   {kind: moment},
	"active":           {kind: boolean},
	"sku":              {kind: text, repeated: true},
	"mpn":              {kind: text, repeated: true},
	"upc":              {kind: text, repeated: true},
	"productInvStatus": {kind: choice, repeated: true, choices: []string{"UNCONFIGURED_STOCK"}},
	"stockLocationId":  {kind: number64},
	"warehouseId":      {kind: number64},
})

func (s *Server) listProducts(c *call) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	matching := []*Product{}
	for _, id := range s.productIDs {
		if p := s.products[id]; c.selectsProduct(p) && s.selectsByStock(c, p) {
			matching = append(matching, p)
		}
	}
	page := []Product{}
	for _, p := range cut(c.query, matching) {
		page = append(page, *p)
	}
	return ok(page)
}

func (c *call) selectsProduct(p *Product) bool {
	return (!c.has("active") || c.flag("active") == p.Active) &&
		matchesPrefix(c.texts("sku"), p.MasterSKU) &&
		matchesPrefix(c.texts("mpn"), p.MPN) &&
		matchesPrefix(c.texts("upc"), p.UPC) &&
		c.within("createdDateFrom", "createdDateTo", p.CreatedDate.Time) &&
		c.within("modifiedDateFrom", "modifiedDateTo", p.ModifiedDate.Time)
}

// selectsByStock: UNCONFIGURED_STOCK asks for products without a stock record (in the warehouse, if one is
// named); otherwise warehouse and location ask for those with one.
func (s *Server) selectsByStock(c *call, p *Product) bool {
	warehouse, location := c.number("warehouseId"), c.number("stockLocationId")
	unconfigured := c.has("productInvStatus")
	if warehouse == 0 && location == 0 && !unconfigured {
		return true
	}
	stocked := slices.ContainsFunc(s.warehouses, func(w Warehouse) bool {
		if warehouse != 0 && warehouse != w.WarehouseID {
			return false
		}
		return slices.ContainsFunc(s.stocks[stockKey{p.ProductID, w.WarehouseID}], func(record *stockRecord) bool {
			return location == 0 || location == record.locationID
		})
	})
	return stocked != unconfigured
}
