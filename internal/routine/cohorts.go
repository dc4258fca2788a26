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

// cohorts returns the remembered orders by the time of their first refusal and
// by its cause. Those that are owed an attempt stand in one more cohort, a
// younger one: so they keep their age, and the others are not tried with them.
func (f *failures) cohorts() []Cohort {
	groups := map[cohortKey][]fulfillment.OrderID{}
	var owed []fulfillment.OrderID
	for id := range f.remembered {
		key := cohortKey{f.since[id].UTC().Truncate(time.Second), f.causes[id]}
		groups[key] = append(groups[key], id)
		if f.owed[id] && !f.tried[id] {
			owed = append(owed, id)
		}
	}
	debts := inTexts(owed, Cohort{Since: f.now.UTC().Truncate(time.Second)})
	// What does not fit is owed nothing, and waits for its next attempt.
	debts = debts[:min(len(debts), maxOwedCohorts)]
	return append(chooseCohorts(groups, MaxCohorts-len(debts)), debts...)
}

// inTexts returns cohorts like this one, of which each fits into one text.
func inTexts(ids []fulfillment.OrderID, like Cohort) []Cohort {
	slices.Sort(ids)
	var cohorts []Cohort
	for len(ids) > 0 {
		text, _ := EncodeOrderIDs(ids, MaxCohortIDs)
		fit, err := DecodeOrderIDs(text)
		if err != nil || len(fit) == 0 {
			break
		}
		like.IDs = fit
		cohorts = append(cohorts, like)
		ids = ids[len(fit):]
	}
	return cohorts
}
