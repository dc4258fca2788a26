// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"sync"

	"ordersync.dev/operator/internal/fulfillment"
)

// maxRepeated is how many pages in a row may show nothing but orders that the
// same walk was shown before. A list that grows at its front while it is read
// shows a page twice; one that does so again and again has no end.
const maxRepeated = 3

// walks are the lists of orders that are being read page by page, by what they
// are filtered by. It is safe for concurrent use.
type walks struct {
	mutex    sync.Mutex
	byFilter map[string]*walk
}

// walk is one way through a list, from whatever page it began at.
type walk struct {
	page     int
	seen     map[fulfillment.OrderID]bool
	repeated int
}

// repeat notes a page, and reports whether the list goes round in circles. A
// page that does not follow the one before it begins another walk.
func (w *walks) repeat(filter string, page int, orders []fulfillment.Order) bool {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	at := w.byFilter[filter]
	if at == nil || page != at.page+1 {
		at = &walk{seen: map[fulfillment.OrderID]bool{}}
		if w.byFilter == nil {
			w.byFilter = map[string]*walk{}
		}
		w.byFilter[filter] = at
	}
	known := len(at.seen)
	for _, order := range orders {
		at.seen[order.ID] = true
	}
	at.page = page
	if at.repeated++; len(at.seen) > known {
		at.repeated = 0
	}
	return at.repeated >= maxRepeated
}
