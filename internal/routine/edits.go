// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"slices"
	"strings"

	"ordersync.dev/operator/internal/fulfillment"
)

// edits are the parts of an order that were changed in Order Manager after the
// warehouse got it, and of which the warehouse says something else by now.
type edits struct {
	// here were changed in Order Manager alone, both in the warehouse as well.
	here, both []fulfillment.Part
}

func (e edits) none() bool { return len(e.here) == 0 && len(e.both) == 0 }

// editsOf compares in three ways, part by part. said is what Order Manager's
// order said when it was delivered and now what it says; taken is what the
// warehouse's order said then and there what it says; sent is what it would say
// if the order were delivered now.
//
// Order Manager's side is compared in its own fields, so that a changed setting
// is no edit. The warehouse's side is compared with what the warehouse made of
// the order, so that its own spelling is none. A part of which the parcel would
// not be another one is no edit either.
func editsOf(said, now, taken, there, sent fulfillment.Content) edits {
	var e edits
	for _, part := range fulfillment.Parts() {
		switch {
		case said[part] == "" || now[part] == "" || taken[part] == "" || there[part] == "" || sent[part] == "":
			// Not known: left alone.
		case said.Equal(now, part):
			// Changed in the warehouse at most: theirs to decide.
		case sent.Equal(there, part), sent.Equal(taken, part):
			// Both say the same by now, or the warehouse is not told of it.
		case there.Equal(taken, part):
			e.here = append(e.here, part)
		default:
			e.both = append(e.both, part)
		}
	}
	return e
}

// inWords names parts.
func inWords(parts []fulfillment.Part) string {
	words := make([]string, len(parts))
	for i, part := range parts {
		words[i] = part.String()
	}
	return strings.Join(words, ", ")
}

// otherPostalCode reports whether two codes are of two places: one may be the
// longer form of the other.
func otherPostalCode(a, b string) bool {
	plain := func(code string) string {
		return strings.Map(func(c rune) rune {
			if c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' {
				return c
			}
			return -1
		}, strings.ToUpper(code))
	}
	a, b = plain(a), plain(b)
	return a != "" && b != "" && !strings.HasPrefix(a, b) && !strings.HasPrefix(b, a)
}

// moreThere reports whether both ask for the same SKUs, and the warehouse's
// order for more of one.
func moreThere(order fulfillment.Order, o fulfillment.WarehouseOrder) bool {
	here, there := map[string]fulfillment.Quantity{}, map[string]fulfillment.Quantity{}
	for _, line := range order.Lines {
		here[foldSKU(line.SKU)] += fulfillment.Units(line.Quantity)
	}
	for _, line := range o.Lines {
		if line.Ordered > 0 {
			there[foldSKU(line.SKU)] += line.Ordered
		}
	}
	more := false
	for sku, ordered := range there {
		asked, ok := here[sku]
		if !ok {
			return false
		}
		more = more || ordered > asked
	}
	return more && len(here) == len(there)
}

func partShipped(o fulfillment.WarehouseOrder) bool {
	return slices.ContainsFunc(o.Lines, func(line fulfillment.WarehouseLine) bool { return line.Shipped > 0 })
}
