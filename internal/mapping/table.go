// SPDX-License-Identifier: Apache-2.0

package mapping

import (
	"slices"
	"strings"
	"unicode"
)

// Table is one of the kinds of tables, under the name it has in a document.
type Table string

const (
	// ShipMethods maps the channel's requested service to the warehouse's words.
	ShipMethods Table = "shipMethods"
	// Carriers maps the warehouse's carrier to Order Manager's shippingCarrier.
	Carriers Table = "carriers"
	// SKUAliases pairs Order Manager's SKU with the warehouse's.
	SKUAliases Table = "skuAliases"
)

// Columns of a table, in the order in which a row's values stand.
func (t Table) Columns() []string {
	switch t {
	case ShipMethods:
		return []string{"service", "channel", "carrier", "mode", "scac"}
	case Carriers:
		return []string{"warehouseCarrier", "shippingCarrier"}
	case SKUAliases:
		return []string{"masterSku", "warehouseSku"}
	}
	return nil
}

// required reports whether a column must not be left out or blank.
func (t Table) required(column string) bool { return t != ShipMethods || column == "service" }

var tables = []Table{ShipMethods, Carriers, SKUAliases}

const (
	// MaxRows is the largest number of rows of one connection, of all tables together.
	MaxRows = 100_000
	// MaxBytes is the largest ConfigMap that is parsed.
	MaxBytes = 1 << 20
	// MaxValue is the longest value, in characters.
	MaxValue = 128
	// maxProblems bounds how many problems are kept; all are counted.
	maxProblems = 20
	// NoService is the service in a row for orders that name none.
	NoService = "(none)"
)

// row is one row as it was read.
type row struct {
	at     Place
	table  Table
	values []string
	// wrong is why it is refused.
	wrong string
}

// check finds what is wrong with a row by itself.
func (r *row) check() {
	for i, column := range r.table.Columns() {
		value := strings.TrimSpace(r.values[i])
		r.values[i] = value
		if r.wrong == "" {
			r.wrong = wrongValue(r.table, column, value)
		}
	}
	if r.table == ShipMethods && r.wrong == "" && !slices.ContainsFunc(r.values[2:], func(value string) bool { return value != "" }) {
		r.wrong = "it names no carrier, no mode and no scac"
	}
}

func wrongValue(table Table, column, value string) string {
	switch {
	case value == "" && table.required(column):
		return column + " is missing"
	case len([]rune(value)) > MaxValue:
		return column + " is longer than 128 characters"
	case !strings.ContainsFunc(value, unicode.IsControl):
		return ""
	}
	return column + " has a control character"
}

// fold makes texts comparable: case does not count, nor does how much blank
// space stands between words.
func fold(text string) string { return strings.ToUpper(strings.Join(strings.Fields(text), " ")) }
