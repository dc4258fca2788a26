// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"slices"

	"ordersync.dev/operator/internal/fulfillment"
)

// refusalStreak counts refusals in a row with one reason. At its limit the
// fault may lie with the connection, or with a product that many orders ask
// for: from then on only orders without a suspected product are tried. One that
// is accepted proves the connection; a few more refusals prove the opposite.
type refusalStreak struct {
	limit  int
	reason string
	count  int
	// suspects are the SKUs that may be the cause.
	suspects map[string]bool
}

func (s *refusalStreak) refused(reason string, order fulfillment.Order) {
	if reason != s.reason {
		s.reason, s.count, s.suspects = reason, 0, nil
	}
	s.count++
	if s.suspects == nil {
		s.suspects = map[string]bool{}
	}
	if s.suspected(order) {
		return // it explains itself
	}
	for _, line := range order.Lines {
		s.suspects[foldSKU(line.SKU)] = true
	}
}

func (s *refusalStreak) accepted() {
	s.reason, s.count, s.suspects, s.limit = "", 0, nil, refusalsToStop
}

// suspected reports whether the order asks for a suspected product.
func (s *refusalStreak) suspected(order fulfillment.Order) bool {
	return slices.ContainsFunc(order.Lines, func(line fulfillment.Line) bool { return s.suspects[foldSKU(line.SKU)] })
}

// leavesOut reports whether the order is not to be tried.
func (s *refusalStreak) leavesOut(order fulfillment.Order) bool {
	return s.count >= s.limit && s.suspected(order)
}

// stopped reports whether nothing more is to be tried.
func (s *refusalStreak) stopped() bool { return s.count >= s.limit+probes }

// fault returns why a run that tried all it may has failed, or nil.
func (s *refusalStreak) fault() error {
	if s.count < s.limit {
		return nil
	}
	return &fulfillment.Fault{Kind: fulfillment.FaultMisconfigured, System: "the warehouse", Operation: "create orders",
		Reason: fulfillment.ReasonRefusingAll, Hint: "every order is refused with " + s.reason + "; the next run tries five"}
}
