// SPDX-License-Identifier: Apache-2.0

package fulfillment

import "slices"

// Field is a custom field of an order or of a line, by the name that people see.
type Field struct{ Name, Value string }

// CustomFields are the custom fields of one order that the merchant defined,
// besides the three that every order has.
type CustomFields struct {
	OrderID OrderID
	// Order are the order's own, and Lines those of its lines, by the line's id.
	Order []Field
	Lines map[int64][]Field
	// Unread is why they could not be read, where that concerns this order alone.
	Unread *Fault
}

// With returns the order with its custom fields, and those of its lines.
func (o Order) With(fields CustomFields) Order {
	if len(fields.Order) > 0 {
		o.Extra = append(slices.Clip(o.Extra), fields.Order...)
	}
	if len(fields.Lines) > 0 {
		lines := make([]Line, len(o.Lines))
		for i, line := range o.Lines {
			line.Extra = append(slices.Clip(line.Extra), fields.Lines[line.ID]...)
			lines[i] = line
		}
		o.Lines = lines
	}
	return o
}
