// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"ordersync.dev/operator/internal/fulfillment"
)

// availableRule is how this account's available quantity follows from its
// other figures, as far as the rows read show it. It matters where available
// stands at zero: it may be cut off there, and then does not say how much is
// missing.
type availableRule struct {
	// learned is true when every row that is not at zero agrees.
	learned        bool
	subtractLocked bool
}

func learnAvailable(totals []fulfillment.ProductStock) availableRule {
	withLocked, without, seen := true, true, false
	for _, total := range totals {
		if total.OnHand == nil || total.Available == nil || total.Locked == nil || total.Allocated == nil || *total.Available <= 0 {
			continue
		}
		if total.Bundle {
			continue // its figures may follow from its components'
		}
		if *total.Locked == 0 && *total.Allocated == 0 {
			continue // tells nothing: available is what is on hand under every rule
		}
		seen = true
		withLocked = withLocked && *total.Available == *total.OnHand-*total.Locked-*total.Allocated
		without = without && *total.Available == *total.OnHand-*total.Allocated
	}
	// Where both fit, locked units are not counted as missing: a difference
	// that is too small offers too little, one that is too large oversells.
	return availableRule{learned: seen && (withLocked || without), subtractLocked: withLocked && !without}
}

// effective returns the available quantity as it would be if it were not cut
// off at zero. It is false when Order Manager gave no figure.
func (rule availableRule) effective(total fulfillment.ProductStock) (int64, bool) {
	if total.Available == nil || total.OnHand == nil || total.Locked == nil {
		return 0, false
	}
	available := *total.Available
	if available != 0 || !rule.learned || total.Allocated == nil {
		return available, true
	}
	below := *total.OnHand - *total.Allocated
	if rule.subtractLocked {
		below -= *total.Locked
	}
	return min(available, below), true
}
