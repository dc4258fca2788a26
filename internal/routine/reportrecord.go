// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
)

const (
	// LostReportWait is how long a shipment is not reported again after it may have been.
	//
	// ASSUMPTION (a lost report shows by then). A report that took effect, and
	// whose answer nobody has, is taken to show in Order Manager after this time.
	LostReportWait = 15 * time.Minute
	// MaxRecordTexts bounds the record of reports: each text holds up to
	// MaxCohortIDs characters of order ids.
	MaxRecordTexts = 16
)

// ErrRecordFull is what Env.Record answers when the orders do not fit beside
// those of which nothing is known yet.
var ErrRecordFull = errors.New("there is no room to remember more reports")

// RecordChange changes the record of the orders of which Order Manager is being
// told: what a process that ends leaves behind for the next one.
type RecordChange struct {
	// Begun are about to be reported, or may have been, since these times.
	Begun map[fulfillment.OrderID]time.Time
	// Settled were not reported, or what became of the report was known at these
	// times. What was begun later stays.
	Settled map[fulfillment.OrderID]time.Time
}

// Apply returns the record after the change, in groups of which each fits into
// one text, and whether what is begun fits in. Without room it stays out. What
// is older than wait is forgotten; 0 is LostReportWait. A time that is yet to come counts as now: a
// clock was wrong, and nothing waits for longer than from now on.
func (c RecordChange) Apply(record []Cohort, now time.Time, wait time.Duration) (after []Cohort, fits bool) {
	reports := recorded(record, now)
	keep := func() {
		for id, at := range c.Settled {
			if since, there := reports[id]; there && !since.After(at) {
				delete(reports, id)
			}
		}
		maps.DeleteFunc(reports, func(_ fulfillment.OrderID, since time.Time) bool {
			return now.Sub(since) >= cmp.Or(wait, LostReportWait)
		})
	}
	keep()
	before := maps.Clone(reports)
	for id, at := range c.Begun {
		if since, there := reports[id]; !there || at.After(since) {
			reports[id] = at
		}
	}
	keep()
	if after, fits = recordTexts(reports); !fits {
		after, _ = recordTexts(before)
	}
	return after, fits
}

// recorded are the orders of a record, each with the time since when it may
// have been reported.
func recorded(record []Cohort, now time.Time) map[fulfillment.OrderID]time.Time {
	reports := map[fulfillment.OrderID]time.Time{}
	for _, group := range record {
		since := group.Since
		if since.After(now) {
			since = now
		}
		for _, id := range group.IDs {
			if other, there := reports[id]; !there || since.After(other) {
				reports[id] = since
			}
		}
	}
	return reports
}

// recordTexts writes a record in as many groups as there may be. When there are
// more times than that, those that lie closest become one, the later one: an
// order waits longer then, and never shorter.
func recordTexts(reports map[fulfillment.OrderID]time.Time) (record []Cohort, fits bool) {
	bySince := map[time.Time][]fulfillment.OrderID{}
	for id, since := range reports {
		since = since.UTC().Truncate(time.Second)
		bySince[since] = append(bySince[since], id)
	}
	var groups []Cohort
	for _, since := range slices.SortedFunc(maps.Keys(bySince), time.Time.Compare) {
		groups = append(groups, Cohort{Since: since, IDs: bySince[since]})
	}
	gap := func(i int) time.Duration { return groups[i+1].Since.Sub(groups[i].Since) }
	for {
		if record = cutIntoTexts(groups); len(record) <= MaxRecordTexts {
			return record, true
		}
		if len(groups) < 2 {
			return record[:MaxRecordTexts], false
		}
		closest := 0
		for i := range len(groups) - 1 {
			if gap(i) < gap(closest) {
				closest = i
			}
		}
		groups[closest+1].IDs = append(groups[closest+1].IDs, groups[closest].IDs...)
		groups = slices.Delete(groups, closest, closest+1)
	}
}

// cutIntoTexts cuts groups so that the ids of each fit into one text.
func cutIntoTexts(groups []Cohort) []Cohort {
	var cut []Cohort
	for _, group := range groups {
		cut = append(cut, inTexts(slices.Clone(group.IDs), group)...)
	}
	return cut
}
