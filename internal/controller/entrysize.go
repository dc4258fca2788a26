// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"encoding/json"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/routine"
)

const (
	// maxEntry bounds a routine's entry, in bytes: each is written whole after
	// every run, and kept by everything that watches connections.
	maxEntry = 16 * 1024
	// cohortsShare is what is left for the memory of refused orders before the
	// lists become shorter than ten.
	cohortsShare = 6 * 1024
)

// bounded returns an entry that is not too large. What it takes away is shown
// less or remembered less, and never counted less: of lists the tail goes, which
// holds no first order of a reason, and orders that are not remembered are
// counted as such and tried again by the next run.
func bounded(entry *v1alpha1.RoutineStatus) *v1alpha1.RoutineStatus {
	if entry == nil || sizeOf(entry) <= maxEntry {
		return entry
	}
	entry = entry.DeepCopy()
	for _, shorten := range []func(*v1alpha1.RoutineStatus) bool{
		shortenHistory(4), shortenSkipped(5), shortenListed(10), shortenCohorts(cohortsShare),
		shortenListed(5), shortenSkipped(1), shortenHistory(1), shortenCohorts(0), shortenAnswers, shortenListed(1),
	} {
		for shorter := true; shorter && sizeOf(entry) > maxEntry; {
			shorter = shorten(entry)
		}
	}
	return entry
}

func sizeOf(entry *v1alpha1.RoutineStatus) int {
	encoded, err := json.Marshal(entry)
	if err != nil {
		return 0
	}
	return len(encoded)
}

// shortenHistory forgets the oldest results.
func shortenHistory(kept int) func(*v1alpha1.RoutineStatus) bool {
	return func(entry *v1alpha1.RoutineStatus) bool {
		if len(entry.History) <= kept {
			return false
		}
		entry.History = entry.History[:len(entry.History)-1]
		return true
	}
}

func shortenSkipped(kept int) func(*v1alpha1.RoutineStatus) bool {
	return func(entry *v1alpha1.RoutineStatus) bool {
		if entry.Skipped == nil || len(entry.Skipped.Orders) <= kept {
			return false
		}
		entry.Skipped.Orders = entry.Skipped.Orders[:len(entry.Skipped.Orders)-1]
		return true
	}
}

// shortenListed shows one order less, of the longer one of the two lists.
func shortenListed(kept int) func(*v1alpha1.RoutineStatus) bool {
	return func(entry *v1alpha1.RoutineStatus) bool {
		var longer *[]v1alpha1.FailingOrder
		if entry.Failing != nil {
			longer = &entry.Failing.Orders
		}
		if entry.Drift != nil && (longer == nil || len(entry.Drift.Orders) > len(*longer)) {
			longer = &entry.Drift.Orders
		}
		if longer == nil || len(*longer) <= kept {
			return false
		}
		*longer = (*longer)[:len(*longer)-1]
		return true
	}
}

// shortenCohorts remembers as many refused orders as there is room for, and at
// least this many characters of them.
func shortenCohorts(kept int) func(*v1alpha1.RoutineStatus) bool {
	return func(entry *v1alpha1.RoutineStatus) bool {
		if entry.Failing == nil {
			return false
		}
		total, longest := 0, 0
		for _, cohort := range entry.Failing.Cohorts {
			total, longest = total+len(cohort.OrderIDs), max(longest, len(cohort.OrderIDs))
		}
		room := max(kept, total-(sizeOf(entry)-maxEntry))
		if total <= room {
			return false
		}
		// The longest text that each may have, so that all fit.
		limit := longest - 1
		for ; limit > 0; limit-- {
			sum := 0
			for _, cohort := range entry.Failing.Cohorts {
				sum += min(len(cohort.OrderIDs), limit)
			}
			if sum <= room {
				break
			}
		}
		before := distinctIDs(entry.Failing.Cohorts)
		var shorter []v1alpha1.FailingCohort
		for _, cohort := range entry.Failing.Cohorts {
			ids, _ := routine.DecodeOrderIDs(cohort.OrderIDs)
			if cohort.OrderIDs, _ = routine.EncodeOrderIDs(ids, limit); cohort.OrderIDs != "" {
				shorter = append(shorter, cohort)
			}
		}
		entry.Failing.Cohorts = shorter
		entry.Failing.NotRemembered += int64(before - distinctIDs(shorter))
		return true
	}
}

// distinctIDs counts the orders of cohorts: one that is owed an attempt stands in two.
func distinctIDs(cohorts []v1alpha1.FailingCohort) int {
	distinct := map[fulfillment.OrderID]bool{}
	for _, cohort := range cohorts {
		ids, _ := routine.DecodeOrderIDs(cohort.OrderIDs)
		for _, id := range ids {
			distinct[id] = true
		}
	}
	return len(distinct)
}

// shortenAnswers takes the sentences off the answers to tokens; their reasons stay.
func shortenAnswers(entry *v1alpha1.RoutineStatus) bool {
	for i := range entry.HandledTokens {
		if entry.HandledTokens[i].Message != "" {
			entry.HandledTokens[i].Message = ""
			return true
		}
	}
	return false
}
