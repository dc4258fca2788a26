// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"fmt"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
)

// spaced are n ids that lie apart, as those of refused orders do among others.
func spaced(first, n int) (ids []fulfillment.OrderID) {
	for i := range n {
		ids = append(ids, fulfillment.OrderID(first+13*i))
	}
	return ids
}

func byCauses(cohorts []Cohort) map[string]int {
	orders := map[string]int{}
	for _, cohort := range cohorts {
		orders[cohort.Cause] += len(cohort.IDs)
	}
	return orders
}

// Those of one cause are merged before any cause is forgotten, however far apart
// they were refused, and nobody becomes younger.
func TestCohortsOfOneCauseAreMergedFirst(t *testing.T) {
	groups := map[cohortKey][]fulfillment.OrderID{}
	for day := range 20 {
		for cause := range 5 {
			key := cohortKey{noon.Add(time.Duration(day) * 24 * time.Hour), fmt.Sprint(thingCause, cause)}
			groups[key] = spaced(8812000+100*day+10*cause, 2)
		}
	}
	cohorts := throughStatus(t, chooseCohorts(groups, MaxCohorts))
	if len(cohorts) > MaxCohorts {
		t.Fatalf("%d cohorts", len(cohorts))
	}
	for cause, orders := range byCauses(cohorts) {
		if cause == "" || orders != 40 {
			t.Errorf("cause %q has %d orders", cause, orders)
		}
	}
	for key, ids := range groups {
		for _, cohort := range cohorts {
			for _, id := range cohort.IDs {
				if id == ids[0] && (cohort.Since.After(key.since) || cohort.Cause != key.cause) {
					t.Errorf("order %d: since %s for %s, was %s for %s", id, cohort.Since, cohort.Cause, key.since, key.cause)
				}
			}
		}
	}
}

// With more causes than there is room for, those of the fewest orders are
// forgotten, and the others without a cause keep several times.
func TestTheCausesOfTheFewestOrdersAreForgotten(t *testing.T) {
	groups := map[cohortKey][]fulfillment.OrderID{}
	for i := range 40 {
		groups[cohortKey{noon.Add(time.Duration(i%10) * time.Hour), fmt.Sprintf("%s%02d", thingCause, i)}] = spaced(8812000+1000*i, 1+i)
	}
	cohorts := throughStatus(t, chooseCohorts(groups, MaxCohorts))
	orders, times := byCauses(cohorts), 0
	for _, cohort := range cohorts {
		if cohort.Cause == "" {
			times++
		}
	}
	if len(cohorts) > MaxCohorts || times < 4 || orders[thingCause+"39"] != 40 || orders[thingCause+"00"] != 0 {
		t.Errorf("%d cohorts, %d of them without a cause: %v", len(cohorts), times, orders)
	}
	total := 0
	for _, n := range orders {
		total += n
	}
	if total != 40*41/2 {
		t.Errorf("%d orders are remembered", total)
	}
}

// A thousand orders that were refused at one time, and whose ids lie apart, need
// more than one text, and none of them is forgotten.
func TestAThousandScatteredOrdersOfOneTimeAreRemembered(t *testing.T) {
	for _, cause := range []string{"", thingCause + "1"} {
		groups := map[cohortKey][]fulfillment.OrderID{{noon, cause}: spaced(8_812_000_000, 1000)}
		for i := range 30 {
			groups[cohortKey{noon.Add(time.Duration(i) * time.Hour), fmt.Sprint(thingCause, "other", i%3)}] = spaced(9_000_000_000+1000*i, 3)
		}
		cohorts := throughStatus(t, chooseCohorts(groups, MaxCohorts))
		if orders := byCauses(cohorts); len(cohorts) > MaxCohorts || orders[cause] != 1000 {
			t.Errorf("cause %q: %d cohorts, %v", cause, len(cohorts), orders)
		}
	}
}

// A thousand causes are merged without a thought of how many there are.
func TestAThousandCausesKeepWithinTheBound(t *testing.T) {
	groups := map[cohortKey][]fulfillment.OrderID{}
	for i := range 1000 {
		groups[cohortKey{noon.Add(time.Duration(i%20) * time.Hour), fmt.Sprint(thingCause, i)}] = spaced(8812000+i, 1)
	}
	cohorts := throughStatus(t, chooseCohorts(groups, MaxCohorts))
	total := 0
	for _, n := range byCauses(cohorts) {
		total += n
	}
	if len(cohorts) > MaxCohorts || total != 1000 {
		t.Errorf("%d cohorts of %d orders", len(cohorts), total)
	}
}
