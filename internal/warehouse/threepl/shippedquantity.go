// SPDX-License-Identifier: Apache-2.0

package threepl

import "ordersync.dev/operator/internal/fulfillment"

// lineFigures are the figures of one line that tell what has left.
type lineFigures struct {
	orderItemID int64
	ordered     fulfillment.Quantity
	// picked is what was picked as allocated; 0 also when no figure is given.
	picked fulfillment.Quantity
}

// packed is what packages hold of the lines.
type packed struct {
	byLine map[int64]fulfillment.Quantity
	// whole says that every package tells its contents, all of them of known
	// lines: then what is in no package has not left.
	whole bool
	// nothing says that not even a package, a tracking number or a bill of lading
	// tells of a parcel.
	nothing bool
}

// shippedQuantities returns what has left of each line of a shipped order.
//
// The service gives no figure for it, so the first of these counts:
//
//  1. The contents of the packages, when every package tells its contents.
//  2. What was picked as allocated, when the order has any such figure above
//     zero: a warehouse that does not scan its picks leaves them all at zero,
//     in one that does a line without a figure was not picked.
//     Picks that were made elsewhere (pickExceptions) are not added, because
//     it is not documented whether they are among them.
//  3. The contents of those packages that tell them.
//  4. What was ordered, when anything says that a parcel has left: a package, a
//     tracking number or a bill of lading. The service closes an order only
//     when all that stands in it was allocated.
//  5. Nothing.
//
// Where figures are incomplete the smaller reading wins: a short shipment that
// looks whole is confirmed to the buyer, a whole one that looks short is
// shown to a person.
func shippedQuantities(lines []lineFigures, contents packed) []fulfillment.Quantity {
	scanned := false
	for _, line := range lines {
		scanned = scanned || line.picked > 0
	}
	shipped := make([]fulfillment.Quantity, len(lines))
	for i, line := range lines {
		switch {
		case contents.whole:
			shipped[i] = contents.byLine[line.orderItemID]
		case scanned:
			shipped[i] = line.picked
		case len(contents.byLine) > 0:
			shipped[i] = contents.byLine[line.orderItemID]
		case contents.nothing:
		default:
			shipped[i] = line.ordered
		}
	}
	return shipped
}

// packedQuantities adds up what the packages hold of each line.
func packedQuantities(packages []packageDocument, lines []lineFigures) (packed, error) {
	known := map[int64]bool{}
	for _, line := range lines {
		known[line.orderItemID] = line.orderItemID != 0
	}
	sum := packed{byLine: map[int64]fulfillment.Quantity{}, whole: len(packages) > 0}
	for _, p := range packages {
		contents, err := p.contents()
		if err != nil {
			return packed{}, err
		}
		if len(contents) == 0 {
			sum.whole = false
		}
		for _, content := range contents {
			id := int64(content.OrderItemID)
			if !known[id] || content.Qty == "" {
				sum.whole = false
				continue
			}
			q, err := quantity(content.Qty)
			if err != nil {
				return packed{}, err
			}
			sum.byLine[id] = sum.byLine[id].Plus(q)
		}
	}
	return sum, nil
}
