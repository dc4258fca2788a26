// SPDX-License-Identifier: Apache-2.0

package routine

import "ordersync.dev/operator/internal/fulfillment"

// refusalStreak counts refusals in a row with one reason.
type refusalStreak struct {
	limit  int
	reason string
	count  int
}

func (s *refusalStreak) refused(reason string) {
	if reason != s.reason {
		s.reason, s.count = reason, 0
	}
	s.count++
}

func (s *refusalStreak) accepted() { s.reason, s.count, s.limit = "", 0, refusalsToStop }

// fault returns why the run stops, or nil while it does not.
func (s *refusalStreak) fault() error {
	if s.count < s.limit {
		return nil
	}
	return &fulfillment.Fault{Kind: fulfillment.FaultMisconfigured, System: "the warehouse", Operation: "create orders",
		Reason: fulfillment.ReasonRefusingAll, Hint: "every order is refused with " + s.reason + "; the next run tries five"}
}
