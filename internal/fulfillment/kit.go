// SPDX-License-Identifier: Apache-2.0

package fulfillment

import (
	"fmt"
	"strconv"
	"strings"
)

// ComponentOf says of which kit a line is a component. The zero value is none.
type ComponentOf struct {
	// KitSKU and KitProductID are the kit's own.
	KitSKU       string
	KitProductID int64
	// PerKit is how many units of the component one kit holds.
	PerKit int64
}

// IsZero reports whether the line is a component of no kit.
func (c ComponentOf) IsZero() bool { return c == ComponentOf{} }

// Key is what the warehouse keeps as the line's id. Of a component it says, too,
// how many units one kit held when the order was sent: the composition may
// change in Order Manager, and what was sent counts.
func (l Line) Key() string {
	id := strconv.FormatInt(l.ID, 10)
	if l.Component.IsZero() {
		return id
	}
	return fmt.Sprintf("%s.%dx%d", id, l.Component.KitProductID, l.Component.PerKit)
}

// KeptComponent reads what Key wrote of a component: the kit's product and how
// many units one kit held. It is false for any other text.
func (l WarehouseLine) KeptComponent() (kitProductID, perKit int64, ok bool) {
	_, kept, found := strings.Cut(l.LineID, ".")
	product, per, both := strings.Cut(kept, "x")
	if !found || !both {
		return 0, 0, false
	}
	kitProductID, err1 := strconv.ParseInt(product, 10, 64)
	perKit, err2 := strconv.ParseInt(per, 10, 64)
	return kitProductID, perKit, err1 == nil && err2 == nil && perKit > 0
}
