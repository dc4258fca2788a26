// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// Forty connections of one account always have a request waiting: one has
// fifty, ten ask in parallel, and the rest ask again as soon as they were
// served. Twenty others come and go, in the middle of their waits too. However
// long the stretch of time that is looked at, no two of the forty are served
// more than once apart, the server's refusals notwithstanding.
func TestInNoStretchOfTimeAreFortyTenantsServedMoreThanOnceApart(t *testing.T) {
	t.Parallel()
	const steady, passing, grants = 40, 20, 6000
	random := rand.New(rand.NewPCG(7, 8))
	b, clock := spent(Limit{Every: 50 * time.Millisecond, Burst: 3, Spare: 2})
	waiting := map[int][]*ticket{}
	parallel := func(tenant int) int {
		switch {
		case tenant == 0:
			return 50
		case tenant <= 10:
			return 4
		}
		return 1
	}
	present := func(tenant, turn int) bool { return tenant < steady || (turn/150+tenant)%3 == 0 }
	var served []int
	for turn := 0; len(served) < grants; turn++ {
		for tenant := range steady + passing {
			if !present(tenant, turn) {
				for _, ticket := range waiting[tenant] {
					b.leave(ticket)
				}
				waiting[tenant] = nil
				continue
			}
			for len(waiting[tenant]) < parallel(tenant) {
				waiting[tenant] = append(waiting[tenant], b.join(fmt.Sprint("tenant-", tenant), PriorityOrder))
			}
			if tenant > 10 && random.IntN(50) == 0 {
				// It gives up and comes back, as a run does that has waited too long.
				b.leave(waiting[tenant][0])
				waiting[tenant] = []*ticket{b.join(fmt.Sprint("tenant-", tenant), PriorityOrder)}
			}
		}
		if turn%700 == 699 {
			b.drain(clock.Now(), clock.Now().Add(time.Duration(random.IntN(3000))*time.Millisecond), clock.Now())
		}
		clock.Advance(max(b.next(clock.Now()), time.Millisecond))
		b.serve(clock.Now())
		for tenant, tickets := range waiting {
			waiting[tenant] = slices.DeleteFunc(tickets, func(ticket *ticket) bool {
				if ticket.served() {
					served = append(served, tenant)
				}
				return ticket.served()
			})
		}
	}
	// Counts of every stretch: between the best and the worst of the differences
	// of two lie all stretches.
	for one := range steady {
		for other := range one {
			least, most, apart := 0, 0, 0
			for _, tenant := range served {
				switch tenant {
				case one:
					apart++
				case other:
					apart--
				}
				least, most = min(least, apart), max(most, apart)
			}
			if most-least > 1 {
				t.Fatalf("in some stretch tenants %d and %d were served %d times apart", one, other, most-least)
			}
		}
	}
}
