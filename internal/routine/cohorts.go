// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"slices"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
)

const (
	// MaxCohorts bounds how many groups of failing orders are remembered.
	MaxCohorts = 16
	// MaxCohortIDs bounds the text of one group, in characters.
	MaxCohortIDs = 1024
	// maxOwedCohorts is how many of the groups may say what is owed.
	maxOwedCohorts = MaxCohorts / 2
)

// Owe returns the cohorts after a run that began at this time and could not try
// a single order: each one whose attempt came due in it is owed the attempt.
func Owe(memory Memory, now time.Time) []Cohort {
	f := newFailures(memory, now, "")
	f.report(false)
	return f.cohorts()
}

// cohorts returns the remembered orders by the time of their first refusal.
// Those that are owed an attempt stand in one more cohort, a younger one: so
// they keep their age, and the others are not tried with them.
func (f *failures) cohorts() []Cohort {
	bySince := map[time.Time][]fulfillment.OrderID{}
	var owed []fulfillment.OrderID
	for id := range f.remembered {
		since := f.since[id].UTC().Truncate(time.Second)
		bySince[since] = append(bySince[since], id)
		if f.owed[id] && !f.tried[id] {
			owed = append(owed, id)
		}
	}
	debts := inTexts(owed, f.now.UTC().Truncate(time.Second))
	return append(chooseCohorts(bySince, MaxCohorts-len(debts)), debts...)
}

// inTexts returns cohorts of which each fits into one text. What does not fit
// into them all is owed nothing, and waits for its next attempt.
func inTexts(ids []fulfillment.OrderID, since time.Time) []Cohort {
	slices.Sort(ids)
	var cohorts []Cohort
	for len(ids) > 0 && len(cohorts) < maxOwedCohorts {
		text, _ := EncodeOrderIDs(ids, MaxCohortIDs)
		fit, err := DecodeOrderIDs(text)
		if err != nil || len(fit) == 0 {
			break
		}
		cohorts = append(cohorts, Cohort{Since: since, IDs: fit})
		ids = ids[len(fit):]
	}
	return cohorts
}

// chooseCohorts returns at most limit groups; beyond that the two whose times
// lie closest are merged under the earlier time.
func chooseCohorts(bySince map[time.Time][]fulfillment.OrderID, limit int) []Cohort {
	cohorts := make([]Cohort, 0, len(bySince))
	for since, ids := range bySince {
		slices.Sort(ids)
		cohorts = append(cohorts, Cohort{Since: since, IDs: ids})
	}
	slices.SortFunc(cohorts, func(a, b Cohort) int { return a.Since.Compare(b.Since) })
	for len(cohorts) > limit {
		closest := 0
		for i := range len(cohorts) - 1 {
			if gapAfter(cohorts, i) < gapAfter(cohorts, closest) {
				closest = i
			}
		}
		cohorts[closest].IDs = append(cohorts[closest].IDs, cohorts[closest+1].IDs...)
		slices.Sort(cohorts[closest].IDs)
		cohorts = slices.Delete(cohorts, closest+1, closest+2)
	}
	return cohorts
}

func gapAfter(cohorts []Cohort, i int) time.Duration {
	return cohorts[i+1].Since.Sub(cohorts[i].Since)
}
