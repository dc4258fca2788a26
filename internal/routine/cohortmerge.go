// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
)

// cohortKey is what the orders of one cohort have in common.
type cohortKey struct {
	since time.Time
	cause string
}

// chooseCohorts returns at most limit groups, each of which fits into one text
// if there is any way.
func chooseCohorts(groups map[cohortKey][]fulfillment.OrderID, limit int) []Cohort {
	m := merge{byCause: map[string][]measured{}}
	kept := largestCauses(groups, limit)
	merged := map[cohortKey][]fulfillment.OrderID{}
	for key, ids := range groups {
		if !kept[key.cause] {
			key.cause = forgotten(key.cause)
		}
		merged[key] = append(merged[key], ids...)
	}
	for key, ids := range merged {
		for _, cohort := range inTexts(ids, Cohort{Since: key.since, Cause: key.cause}) {
			m.add(cohort)
		}
	}
	for m.count > limit && m.step(limit) {
		continue
	}
	var cohorts []Cohort
	for _, alike := range m.byCause {
		for _, one := range alike {
			cohorts = append(cohorts, one.Cohort)
		}
	}
	slices.SortFunc(cohorts, func(a, b Cohort) int { return cmp.Or(a.Since.Compare(b.Since), byCauseAndID(a, b)) })
	return cohorts
}

// largestCauses returns the causes of the most orders. The others have no cohort
// in any case.
func largestCauses(groups map[cohortKey][]fulfillment.OrderID, limit int) map[string]bool {
	orders := map[string]int{}
	for key, ids := range groups {
		orders[key.cause] += len(ids)
	}
	causes := slices.SortedFunc(maps.Keys(orders), func(a, b string) int { return cmp.Or(cmp.Compare(orders[b], orders[a]), cmp.Compare(a, b)) })
	kept := map[string]bool{}
	for _, cause := range causes[:min(len(causes), limit)] {
		kept[cause] = true
	}
	return kept
}

func byCauseAndID(a, b Cohort) int {
	return cmp.Or(cmp.Compare(a.Cause, b.Cause), slices.Compare(a.IDs, b.IDs))
}

// merge makes cohorts fewer. Those of one cause are merged first, under the
// earlier time: what they wait for is one thing, and the elder ones know how
// long it is missing. Then the cause of the fewest orders is forgotten, so that
// those are like all others without one, for as long as at most half of the
// groups are of that kind. Only what is left over overflows.
type merge struct {
	byCause map[string][]measured
	count   int
}

// measured is a cohort with the length of its text.
type measured struct {
	Cohort
	length int
}

// step makes them one fewer, or alike; false when nothing can be done.
func (m *merge) step(limit int) bool {
	blank := len(m.byCause[forgotten(thingCause)]) + len(m.byCause[forgotten(wordsCause)])
	return m.mergeAlike(func(cause string, fits bool) bool { return fits && cause != forgotten(cause) }) ||
		blank <= limit/2 && m.forgetSmallest() ||
		m.mergeAlike(func(_ string, fits bool) bool { return fits }) ||
		m.forgetSmallest() ||
		m.mergeAlike(func(string, bool) bool { return true })
}

func (m *merge) add(cohort Cohort) {
	text, _ := EncodeOrderIDs(cohort.IDs, MaxCohortIDs)
	alike := slices.Concat(m.byCause[cohort.Cause], []measured{{cohort, len(text)}})
	slices.SortFunc(alike, func(a, b measured) int { return cmp.Or(a.Since.Compare(b.Since), byCauseAndID(a.Cohort, b.Cohort)) })
	m.byCause[cohort.Cause] = alike
	m.count++
}

// mergeAlike merges the two cohorts of one cause whose times lie closest. Fits
// says that their orders surely fit into one text together.
func (m *merge) mergeAlike(may func(cause string, fits bool) bool) bool {
	var cause string
	var gap time.Duration
	at := -1
	for _, candidate := range slices.Sorted(maps.Keys(m.byCause)) {
		alike := m.byCause[candidate]
		for i := range len(alike) - 1 {
			between := alike[i+1].Since.Sub(alike[i].Since)
			fits := alike[i].length+alike[i+1].length < MaxCohortIDs
			if may(candidate, fits) && (at < 0 || between < gap) {
				cause, at, gap = candidate, i, between
			}
		}
	}
	if at < 0 {
		return false
	}
	alike := m.byCause[cause]
	merged := alike[at].Cohort
	merged.IDs = slices.Concat(merged.IDs, alike[at+1].IDs)
	slices.Sort(merged.IDs)
	m.byCause[cause] = slices.Delete(alike, at, at+2)
	m.count -= 2
	m.add(merged)
	return true
}

// forgetSmallest forgets the cause of the fewest orders.
func (m *merge) forgetSmallest() bool {
	smallest, fewest := "", 0
	for _, cause := range slices.Sorted(maps.Keys(m.byCause)) {
		orders := 0
		for _, cohort := range m.byCause[cause] {
			orders += len(cohort.IDs)
		}
		if cause != forgotten(cause) && (smallest == "" || orders < fewest) {
			smallest, fewest = cause, orders
		}
	}
	if smallest == "" {
		return false
	}
	cohorts := m.byCause[smallest]
	delete(m.byCause, smallest)
	m.count -= len(cohorts)
	for _, cohort := range cohorts {
		cohort.Cause = forgotten(smallest)
		m.add(cohort.Cohort)
	}
	return true
}
