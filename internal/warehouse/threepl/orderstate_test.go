// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"encoding/json"
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
)

// The three documented combinations, and the assumption that every other is
// open: nothing that cannot be taken back follows from that.
func TestStateAssumption(t *testing.T) {
	for _, test := range []struct {
		status   int64
		isClosed bool
		want     fulfillment.WarehouseState
		progress string
	}{
		{0, false, fulfillment.WarehouseOpen, ""},
		{1, true, fulfillment.WarehouseShipped, ""},
		{2, true, fulfillment.WarehouseCancelled, ""},
		// A cancelled order is closed; one that is not yet is cancelled all the same.
		{2, false, fulfillment.WarehouseCancelled, ""},
		{0, true, fulfillment.WarehouseOpen, "status 0, isClosed true"},
		{1, false, fulfillment.WarehouseOpen, "status 1, isClosed false"},
		{3, false, fulfillment.WarehouseOpen, "status 3, isClosed false"},
		{3, true, fulfillment.WarehouseOpen, "status 3, isClosed true"},
	} {
		state, progress := stateOf(test.status, orderReadOnly{IsClosed: test.isClosed})
		if state != test.want || progress != test.progress {
			t.Errorf("status %d, isClosed %t: got %s %q, want %s %q", test.status, test.isClosed, state, progress, test.want, test.progress)
		}
	}
}

func TestWorkBegun(t *testing.T) {
	for head, want := range map[string]string{
		`{}`: "",
		`{"batchIdentifier":null,"pickDoneDate":null,"packDoneDate":""}`:                 "",
		`{"pickDoneDate":"0001-01-01T00:00:00"}`:                                         "",
		`{"batchIdentifier":{"id":4}}`:                                                   "inBatch",
		`{"batchIdentifier":{"nameKey":{"name":"morning"}}}`:                             "inBatch",
		`{"batchIdentifier":{"id":4},"pickTicketPrintDate":"2026-11-23T04:00:00"}`:       "pickTicketPrinted",
		`{"pickStartedDate":"2026-11-23T04:00:00"}`:                                      "pickStarted",
		`{"pickTicketPrintDate":"2026-11-23","pickDoneDate":"2026-11-23T04:00:00"}`:      "pickDone",
		`{"pickDoneDate":"2026-11-23T04:00:00","packStartedDate":"2026-11-23T04:00:00"}`: "packStarted",
		`{"packDoneDate":"unreadable, but there"}`:                                       "packDone",
		`{"loadOutDoneDate":"2026-11-23T04:00:00","packDoneDate":"2026-11-23T04:00:00"}`: "loadOutDone",
	} {
		var order orderReadOnly
		ok(t, json.Unmarshal([]byte(head), &order))
		if _, got := stateOf(statusOpen, order); got != want {
			t.Errorf("%s: got %q, want %q", head, got, want)
		}
		order.IsClosed = true
		if _, got := stateOf(statusClosed, order); got != "" {
			t.Errorf("%s: a shipped order is in progress: %q", head, got)
		}
	}
}
