// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
)

// Limits of a policy's first run on a connection, where it names none: what is
// wrong with a new connection (another building, another customer, cases
// counted as pieces) shows in its first figures.
const (
	FirstRunMaxIncrease = 1000
	FirstRunMaxZeros    = 50
)

// digestLength in hexadecimal digits.
const digestLength = 16

// brake holds back what looks like a mistake: increases above a limit, since
// they may sell what is not there, and products taken off sale when they are
// many at once. Other decreases are always written.
type brake struct {
	maxIncrease, maxZeros *int64
	approved, approval    string

	held map[string]plannedWrite
	// released are the promises that an approval released in this run, unwritten
	// the writes of them that were not made yet.
	released  map[string]int64
	unwritten map[string]plannedWrite
	// zeroing are products that are about to be taken off sale, zeroed is how many were.
	zeroing map[string]bool
	zeroed  int64
}

func newBrake(config InventorySyncConfig, memory Memory) *brake {
	b := &brake{maxIncrease: config.MaxIncrease, maxZeros: config.MaxZeros, approved: memory.Approved,
		held: map[string]plannedWrite{}, released: map[string]int64{}, unwritten: map[string]plannedWrite{}, zeroing: map[string]bool{}}
	if !memory.Released {
		if b.maxIncrease == nil {
			b.maxIncrease = new(int64(FirstRunMaxIncrease))
		}
		if b.maxZeros == nil {
			b.maxZeros = new(int64(FirstRunMaxZeros))
		}
	}
	return b
}

// hold takes out of a plan what is to be held back. A plan of all products (only
// is nil) replaces what was held before, one of some products adds to it.
func (b *brake) hold(plan *stockPlan, only map[string]bool) {
	if only == nil {
		clear(b.held)
	}
	clear(b.zeroing)
	zeros := b.zeroed
	for _, write := range plan.writes {
		if write.zeroes() && !b.isReleased(write) {
			zeros++
		}
	}
	held := map[string]plannedWrite{}
	holds := func(write plannedWrite) bool {
		switch {
		case b.isReleased(write):
			return false
		case write.zeroes():
			if b.maxZeros == nil || zeros <= *b.maxZeros {
				b.zeroing[write.sku] = true
				return false
			}
		case b.maxIncrease == nil || write.rises() <= *b.maxIncrease:
			return false
		}
		held[write.sku] = write
		return true
	}
	writes := slices.DeleteFunc(slices.Clone(plan.writes), holds)
	creates := slices.DeleteFunc(slices.Clone(plan.creates), holds)
	if b.approved != "" && len(held) > 0 && b.approval == "" && digestOf(held) == b.approved {
		b.approval = ApprovalApplied
		for sku, write := range held {
			b.released[sku], b.unwritten[sku] = write.promise, write
		}
		return
	}
	maps.Copy(b.held, held)
	plan.writes, plan.creates = writes, creates
}

// isReleased reports whether an approval covers the write as it is.
func (b *brake) isReleased(write plannedWrite) bool {
	promise, ok := b.released[write.sku]
	return ok && max(0, promise) == max(0, write.promise)
}

// wrote notes a product that was written.
func (b *brake) wrote(sku string) {
	delete(b.unwritten, sku)
	if b.zeroing[sku] {
		delete(b.zeroing, sku)
		b.zeroed++
	}
}

// outcome is what became of the approval once the run has planned.
func (b *brake) outcome() string {
	if b.approved != "" && b.approval == "" {
		return ApprovalPlanChanged
	}
	return b.approval
}

// stock is what is held back. Of a run that ended early it is also what was
// approved and not written, so that the same approval can stand for it.
func (b *brake) stock(complete bool) *HeldStock {
	plan := maps.Clone(b.held)
	if !complete {
		maps.Copy(plan, b.unwritten)
	}
	if len(plan) == 0 {
		return nil
	}
	held := &HeldStock{Digest: digestOf(plan)}
	differences := make([]StockDifference, 0, len(plan))
	for sku, write := range plan {
		if write.zeroes() {
			held.Zeros++
		} else {
			held.Increases++
		}
		differences = append(differences, StockDifference{SKU: sku, Promise: write.promise, Available: write.available})
	}
	held.Largest = largest(differences)
	return held
}

// digestOf stands for what would be on offer of each product, and nothing else:
// another product or another quantity is another plan.
func digestOf(held map[string]plannedWrite) string {
	sum := sha256.New()
	for _, sku := range slices.Sorted(maps.Keys(held)) {
		_, _ = fmt.Fprintf(sum, "%q %d\n", sku, max(0, held[sku].promise))
	}
	return hex.EncodeToString(sum.Sum(nil))[:digestLength]
}
