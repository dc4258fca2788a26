// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"ordersync.dev/operator/internal/routine"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
)

// stockRules are the headings of docs/stock.md with a table of worked examples.
var stockRules = map[string]routine.InventorySyncConfig{
	"#### MatchAvailable":                      {Rule: routine.MatchAvailable},
	"#### MatchAvailable, held orders ignored": {Rule: routine.MatchAvailable, IgnoreHeld: true},
	"#### Unlocked":                            {Rule: routine.Unlocked},
	"#### Unlocked, open orders ignored":       {Rule: routine.Unlocked, IgnoreHeld: true, IgnoreWaiting: true},
	"#### MatchOnHand":                         {Rule: routine.MatchOnHand},
	"#### MatchOnHand, open orders ignored":    {Rule: routine.MatchOnHand, IgnoreHeld: true, IgnoreWaiting: true},
}

// documented returns the rows of the table under a heading of docs/stock.md.
func documented(t *testing.T, heading string) (rows [][]string) {
	t.Helper()
	page, err := os.ReadFile("../../docs/stock.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, found := strings.Cut(string(page), "\n"+heading+"\n")
	if !found {
		t.Fatalf("docs/stock.md has no %q", heading)
	}
	after, _, _ = strings.Cut(after, "\n#")
	for line := range strings.Lines(after) {
		if strings.HasPrefix(line, "| ") && !strings.HasPrefix(line, "| State") {
			cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
			for i := range cells {
				cells[i] = strings.TrimSpace(cells[i])
			}
			rows = append(rows, cells)
		}
	}
	return rows
}

// What docs/stock.md says of each rule happens, row by row and reading by
// reading; a second run finds nothing to write; and status tells how far the
// rule is off.
func TestStockRules(t *testing.T) {
	t.Parallel()
	for heading, config := range stockRules {
		rows := documented(t, heading)
		if len(rows) != len(stockTable) {
			t.Fatalf("%s: %d rows, want %d", heading, len(rows), len(stockTable))
		}
		for i, c := range stockTable {
			for a, allocation := range omsim.Allocations() {
				t.Run(fmt.Sprintf("%s/%s/%s", heading[5:], c.name, allocation), func(t *testing.T) {
					if rows[i][0] != c.name || rows[i][1] != strconv.FormatInt(c.promise, 10) {
						t.Fatalf("the row is %q, want %s with the promise %d", rows[i], c.name, c.promise)
					}
					s := newShop(t, shopOptions{om: omsim.Options{Allocation: allocation}})
					s.inventory = config
					s.set(c)
					report := s.ok(s.sync())
					got := s.offered("A")
					if strconv.FormatInt(got, 10) != rows[i][2+a] {
						t.Errorf("Order Manager offers %d, docs/stock.md says %s", got, rows[i][2+a])
					}
					more, less := report.Inventory.UnitsOfferedMore, report.Inventory.UnitsOfferedLess
					if got-c.promise != more-less || more*less != 0 {
						t.Errorf("%d are offered of %d; status says %d more and %d less", got, c.promise, more, less)
					}
					if again := s.ok(s.sync()); again.Counts.Written != 0 {
						t.Errorf("a second run wrote %d", again.Counts.Written)
					}
					if figures, _ := s.om.Stock("A", east); figures.Locked != c.locked {
						t.Errorf("%d are locked, %d were", figures.Locked, c.locked)
					}
				})
			}
		}
	}
}

// Where the warehouse's own available quantity is not used, the promise is the same.
func TestStockTableFromOnHand(t *testing.T) {
	t.Parallel()
	for _, allocation := range omsim.Allocations() {
		for _, c := range stockTable {
			t.Run(fmt.Sprintf("%s/%s", allocation, c.name), func(t *testing.T) {
				s := newShop(t, shopOptions{om: omsim.Options{Allocation: allocation}})
				s.inventory.FromOnHand = true
				s.set(c)
				report := s.ok(s.sync())
				if got := s.offered("A"); got != c.promise {
					t.Errorf("Order Manager offers %d, the warehouse can promise %d (%+v)", got, c.promise, report.Inventory)
				}
			})
		}
	}
}
