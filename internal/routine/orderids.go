// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ordersync.dev/operator/internal/fulfillment"
)

// maxDecodedIDs bounds what one text may unfold to: status is written by the
// operator, but anyone with the right to edit it could write "1-999999999999".
const maxDecodedIDs = 100_000

// EncodeOrderIDs writes ids in the compact form of a status: "8812001-8812040,+7,+12".
// The first item is absolute; "+n" is n more than the end of the item before;
// "a-b" and "+n-m" are ranges, where m counts on from the start. It reports
// whether all ids fitted into maxLength characters; those that did not are left out.
func EncodeOrderIDs(ids []fulfillment.OrderID, maxLength int) (text string, complete bool) {
	sorted := slices.Clone(ids)
	slices.Sort(sorted)
	sorted = slices.Compact(sorted)
	var b strings.Builder
	var previous fulfillment.OrderID
	for i := 0; i < len(sorted); {
		end := i
		for end+1 < len(sorted) && sorted[end+1] == sorted[end]+1 {
			end++
		}
		var item string
		switch {
		case i == 0 && end == i:
			item = sorted[i].String()
		case i == 0:
			item = sorted[i].String() + "-" + sorted[end].String()
		case end == i:
			item = ",+" + (sorted[i] - previous).String()
		default:
			item = ",+" + (sorted[i] - previous).String() + "-" + strconv.Itoa(end-i)
		}
		if b.Len()+len(item) > maxLength {
			return b.String(), false
		}
		b.WriteString(item)
		previous = sorted[end]
		i = end + 1
	}
	return b.String(), true
}

// DecodeOrderIDs reads what EncodeOrderIDs wrote. What follows a mistake is
// not read: the ids before it are returned beside the error.
func DecodeOrderIDs(text string) ([]fulfillment.OrderID, error) {
	var ids []fulfillment.OrderID
	if text == "" {
		return nil, nil
	}
	var previous int64
	for i, item := range strings.Split(text, ",") {
		first, last, err := decodeItem(item, previous, i == 0)
		if err != nil {
			return ids, err
		}
		if last-first >= maxDecodedIDs || len(ids)+int(last-first)+1 > maxDecodedIDs {
			return ids, fmt.Errorf("item %d: more than %d order ids", i+1, maxDecodedIDs)
		}
		for id := first; id <= last; id++ {
			ids = append(ids, fulfillment.OrderID(id))
		}
		previous = last
	}
	return ids, nil
}

func decodeItem(item string, previous int64, absolute bool) (first, last int64, err error) {
	bad := fmt.Errorf("%q is not a list of order ids", item)
	startText, endText, isRange := strings.Cut(item, "-")
	relative := strings.HasPrefix(startText, "+")
	if relative == absolute {
		return 0, 0, bad
	}
	n, err := strconv.ParseInt(strings.TrimPrefix(startText, "+"), 10, 64)
	if err != nil || n <= 0 || previous > 1<<62 || n > 1<<62 {
		return 0, 0, bad
	}
	first = n
	if relative {
		first += previous
	}
	if !isRange {
		return first, first, nil
	}
	m, err := strconv.ParseInt(endText, 10, 64)
	if err != nil || m <= 0 || m > 1<<62 {
		return 0, 0, bad
	}
	last = m
	if relative {
		last = first + m
	}
	if last < first {
		return 0, 0, bad
	}
	return first, last, nil
}
