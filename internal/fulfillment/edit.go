// SPDX-License-Identifier: Apache-2.0

package fulfillment

// OrderField is a text of an order in Order Manager that may be written.
type OrderField string

// FieldInternalNotes are the notes that only the merchant sees.
const FieldInternalNotes OrderField = "internalNotes"

// fieldCustom are the custom fields, by their number from 1.
var fieldCustom = [...]OrderField{"customField1", "customField2", "customField3"}

// CustomField returns the custom field with this number, 1 to 3; empty for any other.
func CustomField(number int) OrderField {
	if number < 1 || number > len(fieldCustom) {
		return ""
	}
	return fieldCustom[number-1]
}

// MaxFieldText is how many characters a text of an order may have.
const MaxFieldText = 1000

// Field returns what stands in a field of the order.
func (o Order) Field(field OrderField) string {
	for i, custom := range fieldCustom {
		if field == custom {
			return o.CustomFields[i]
		}
	}
	if field == FieldInternalNotes {
		return o.InternalNotes
	}
	return ""
}

// OrderEdit replaces one text of one order.
type OrderEdit struct {
	OrderID OrderID
	Field   OrderField
	Text    string
}

// EditResult is what became of one OrderEdit.
type EditResult struct {
	OrderID OrderID
	// Done is true only when the source did not object.
	Done bool
	// Code is the remote system's own code for a refusal.
	Code string
}
