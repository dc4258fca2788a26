// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"bytes"
	"encoding/json"
	"errors"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
)

// wireTime is a moment. Order Manager writes yyyy-MM-ddTHH:mm:ssZ; fractions
// and offsets are understood too. What cannot be read is as good as absent:
// one odd date of one order must not hide a page of them.
type wireTime struct{ time.Time }

// UnmarshalJSON implements json.Unmarshaler.
func (t *wireTime) UnmarshalJSON(data []byte) error {
	var text string
	_ = json.Unmarshal(data, &text) // what is no text stays empty, and no layout fits it
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02T15:04:05", "2006-01-02"} {
		if parsed, err := time.Parse(layout, text); err == nil {
			t.Time = parsed.UTC()
			return nil
		}
	}
	return nil
}

// wireUnits is a whole number of units. A figure that is not whole is an
// error, because it must not be taken for absent.
type wireUnits int64

var errNotWhole = errors.New("not a whole number of units")

// UnmarshalJSON implements json.Unmarshaler.
func (u *wireUnits) UnmarshalJSON(data []byte) error {
	if bytes.Equal(data, []byte("null")) {
		return nil
	}
	quantity, err := fulfillment.ParseQuantity(string(data))
	if err != nil || !quantity.Whole() {
		return errNotWhole
	}
	*u = wireUnits(quantity.Floor())
	return nil
}

// figure returns the units as the vocabulary has them; nil stays nil.
func (u *wireUnits) figure() *int64 {
	if u == nil {
		return nil
	}
	return new(int64(*u))
}

// wireMoney keeps the amount as it is written: it is passed on, not computed with.
type wireMoney struct {
	Amount   json.Number `json:"amount"`
	Currency string      `json:"currency"`
}

func (m *wireMoney) money() fulfillment.Money {
	if m == nil {
		return fulfillment.Money{}
	}
	return fulfillment.Money{Amount: m.Amount.String(), Currency: m.Currency}
}

// wireProduct is a product inside of orders and stock.
type wireProduct struct {
	ProductID   int64  `json:"productId"`
	MasterSKU   string `json:"masterSku"`
	Name        string `json:"name"`
	ProductType string `json:"productType"`
}

// typeBundle is the type of a product that is made of others.
const typeBundle = "BUNDLE_KIT"

func (p *wireProduct) bundle() bool { return p != nil && p.ProductType == typeBundle }
