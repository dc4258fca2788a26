// SPDX-License-Identifier: Apache-2.0

package vendure

import "time"

// orderDocument is an order as the admin API writes it.
type orderDocument struct {
	ID            string     `json:"id"`
	CreatedAt     time.Time  `json:"createdAt"`
	UpdatedAt     time.Time  `json:"updatedAt"`
	OrderPlacedAt *time.Time `json:"orderPlacedAt"`
	State         string     `json:"state"`
	CustomFields  struct {
		Reference *string `json:"externalRef"`
		Identity  *string `json:"externalId"`
		Route     *string `json:"externalWarehouse"`
	} `json:"customFields"`
	ShippingAddress *addressDocument      `json:"shippingAddress"`
	Lines           []lineDocument        `json:"lines"`
	Fulfillments    []fulfillmentDocument `json:"fulfillments"`
}

type addressDocument struct {
	FullName    string `json:"fullName"`
	Company     string `json:"company"`
	StreetLine1 string `json:"streetLine1"`
	StreetLine2 string `json:"streetLine2"`
	City        string `json:"city"`
	Province    string `json:"province"`
	PostalCode  string `json:"postalCode"`
	CountryCode string `json:"countryCode"`
	PhoneNumber string `json:"phoneNumber"`
}

type lineDocument struct {
	ID string `json:"id"`
	// Quantity is what is still wanted: a cancellation lowers it.
	Quantity int64 `json:"quantity"`
	// OrderPlacedQuantity is what was wanted when the order was placed.
	OrderPlacedQuantity int64 `json:"orderPlacedQuantity"`
	ProductVariant      struct {
		SKU string `json:"sku"`
	} `json:"productVariant"`
}

// fulfillmentDocument is one shipment.
type fulfillmentDocument struct {
	ID           string    `json:"id"`
	CreatedAt    time.Time `json:"createdAt"`
	UpdatedAt    time.Time `json:"updatedAt"`
	State        string    `json:"state"`
	Method       string    `json:"method"`
	TrackingCode string    `json:"trackingCode"`
	Lines        []struct {
		OrderLineID string `json:"orderLineId"`
		Quantity    int64  `json:"quantity"`
	} `json:"lines"`
}

// orderMembers are what is read of every order.
const orderMembers = `id createdAt updatedAt orderPlacedAt state customFields { externalRef externalId externalWarehouse }
	shippingAddress { fullName company streetLine1 streetLine2 city province postalCode countryCode phoneNumber }
	lines { id quantity orderPlacedQuantity productVariant { sku } }
	fulfillments { id createdAt updatedAt state method trackingCode lines { orderLineId quantity } }`

func (o orderDocument) reference() string { return textOf(o.CustomFields.Reference) }

func (o orderDocument) identity() string { return textOf(o.CustomFields.Identity) }

func textOf(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}
