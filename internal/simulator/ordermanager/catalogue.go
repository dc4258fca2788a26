// SPDX-License-Identifier: Apache-2.0

package ordermanager

import "fmt"

// Types of warehouses.
const (
	DirectFulfillment   = "DIRECT_FULFILLMENT"
	ThirdPartyLogistics = "THIRD_PARTY_LOGISTICS"
	DropshipVendor      = "DROPSHIP_VENDOR"
	RetailStore         = "RETAIL_STORE"
)

// GlobalLocation is the one stock location of every warehouse that is not DIRECT_FULFILLMENT.
const GlobalLocation = "GLOBAL"

// Types of products.
const (
	CoreProduct = "CORE_PRODUCT"
	BundleKit   = "BUNDLE_KIT"
)

// Warehouse is a warehouse as GET /v1/warehouses shows it.
type Warehouse struct {
	WarehouseID int64    `json:"warehouseId"`
	Name        string   `json:"name"`
	Active      bool     `json:"active"`
	Type        string   `json:"type"`
	Address     *Address `json:"address,omitempty"`
	TimeZone    string   `json:"timeZone,omitempty"`
}

// Address is that of a warehouse or the company.
type Address struct {
	Address1 string `json:"address1"`
	City     string `json:"city"`
	State    string `json:"state,omitempty"`
	ZipCode  string `json:"zipCode"`
	Country  string `json:"country"` // ISO 3166-1 alpha-3
}

// SalesChannel is where orders are sold, in the shape that clients have seen.
type SalesChannel struct {
	SalesChannelID int32  `json:"salesChannelId"`
	Name           string `json:"name"`
	CompanyName    string `json:"companyName,omitempty"`
	Type           string `json:"type,omitempty"`
	Active         bool   `json:"active"`
}

// Product is a product as GET /v1.1/products shows it.
type Product struct {
	ProductID    int64         `json:"productId"`
	MasterSKU    string        `json:"masterSku"`
	Name         string        `json:"name"`
	Type         string        `json:"type"`
	Active       bool          `json:"active"`
	Bundle       bool          `json:"bundle"`
	BundledItems []BundledItem `json:"bundledItems,omitempty"`
	UPC          string        `json:"upc,omitempty"`
	MPN          string        `json:"mpn,omitempty"`
	Weight       float64       `json:"weight,omitempty"` // ounces
	CreatedDate  Time          `json:"createdDate,omitzero"`
	ModifiedDate Time          `json:"modifiedDate,omitzero"`
}

// BundledItem is one component of a bundle.
type BundledItem struct {
	BundleItemID           int64        `json:"bundleItemId"`
	BundledProduct         *ProductInfo `json:"bundledProduct"`
	BundledProductQuantity int32        `json:"bundledProductQuantity"`
}

// ProductInfo is a product inside orders, bundles and stock.
type ProductInfo struct {
	ProductID   int64  `json:"productId"`
	MasterSKU   string `json:"masterSku"`
	Name        string `json:"name,omitempty"`
	UPC         string `json:"upc,omitempty"`
	ProductType string `json:"productType,omitempty"`
}

func (p *Product) info() *ProductInfo {
	return &ProductInfo{ProductID: p.ProductID, MasterSKU: p.MasterSKU, Name: p.Name, UPC: p.UPC, ProductType: p.Type}
}

// companyInfo is the answer of GET /v1/companyinfo. It has no id: clients must not look for one there.
type companyInfo struct {
	Name               string  `json:"name"`
	Status             string  `json:"status"`
	CountryOfOperation string  `json:"countryOfOperation"`
	ContactName        string  `json:"contactName"`
	ContactEmail       string  `json:"contactEmail"`
	Address            Address `json:"address"`
}

// Deactivate takes a product out of the catalogue, as a user does with one that is sold no longer.
func (s *Server) Deactivate(sku string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	product := s.products[s.bySKU[sku]]
	if product == nil {
		return fmt.Errorf("no product %q", sku)
	}
	changed := *product
	changed.Active, changed.ModifiedDate = false, At(s.now())
	s.products[product.ProductID] = &changed
	return nil
}
