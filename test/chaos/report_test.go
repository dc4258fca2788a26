// SPDX-License-Identifier: Apache-2.0

package chaos

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"ordersync.dev/operator/internal/simulator/books"
)

// report prints the closing lines and fails for whatever is wrong.
func (r *run) report(seed uint64, oversold oversold) {
	r.t.Helper()
	var orders, lost, twice, wrong, delivered, cancelled, confirmed, stock, shipped, withdrawn int
	did := map[string]int{}
	for _, one := range r.merchants {
		result := one.books()
		live := one.live(r)
		findings := one.judge(live, result)
		if err := result.Err(); err != nil {
			findings = append(findings, err.Error())
			for _, finding := range result.Findings {
				switch {
				case finding.Kind == books.WrongStock:
					findings = append(findings, one.owing(finding.SKU, live)...)
				case len(forPeople[finding.Kind]) == 0:
					findings = append(findings, fmt.Sprintf("%v\n%s", finding, one.story(finding.OrderID, live)))
				}
			}
		}
		if len(findings) > 0 {
			r.t.Errorf("%s (%s):\n%s\n%s", one.key, one.settings, strings.Join(findings, "\n"), describe(live))
		}
		counts := result.Counts
		orders += len(one.world.OrderManager.Orders())
		lost += result.Lost + result.Pending + counts[books.Unmarked] + counts[books.NotShipped] + counts[books.Unconfirmed] + counts[books.NotSplitOff]
		twice += result.Twice + counts[books.MarkedTwice] + counts[books.ConfirmedTwice]
		wrong += result.WrongStock
		delivered, cancelled = delivered+result.Delivered, cancelled+result.Cancelled
		confirmed, stock = confirmed+result.Confirmed, stock+one.changes
		shipped, withdrawn = shipped+one.shipped, withdrawn+one.cancelled
		for name, count := range one.people.done {
			did[name] += count
		}
		r.t.Logf("%s: %d orders came in, %d were cancelled by the merchant, %d shipped by the warehouse; %s", one.key, one.arrived, one.cancelled, one.shipped, one.settings)
	}
	for _, finding := range oversold.beyond {
		r.t.Error(finding)
	}
	wrong += len(oversold.beyond)
	kills := r.tally.get(kill)
	if kills < *killsFlag {
		r.t.Errorf("only %d kills of the %d that were asked for", kills, *killsFlag)
	}
	if r.managers.panicked() {
		r.t.Error("a manager panicked: see its log above")
	}
	fmt.Fprintf(os.Stdout, "chaos: %d orders, %d kills, %d faults, lost %d, twice %d, wrong stock %d\n",
		orders, kills, r.tally.faults(), lost, twice, wrong)
	fmt.Fprintf(os.Stdout, "chaos: seed %d, %d connections for %v under each of %d allocation settings; %d orders cancelled by merchants, %d shipped by warehouses, %d stock changes there\n",
		seed, len(r.merchants), *lastsFlag, len(allocations), withdrawn, shipped, stock)
	fmt.Fprintf(os.Stdout, "chaos: %d delivered, %d cancelled in the warehouse, %d shipments confirmed\n", delivered, cancelled, confirmed)
	fmt.Fprintf(os.Stdout, "chaos: people: %s\n", inWords(did))
	fmt.Fprintf(os.Stdout, "chaos: %s; two managers with %s\n", r.tally.String(), electionFlags)
	fmt.Fprintf(os.Stdout, "chaos: %d stock writes of ours offered more than could be promised, the longest for %v of the %v between two syncs\n",
		oversold.count, oversold.longest.Round(time.Second), stockInterval)
}

func inWords(counts map[string]int) string {
	var parts []string
	for name, count := range counts {
		parts = append(parts, fmt.Sprintf("%d %s", count, name))
	}
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}
