// SPDX-License-Identifier: Apache-2.0

// Package chaos runs two built managers against the real API server and the
// simulators, while everything that can fail does, at random and together, and
// compares all books when it is quiet again.
//
// The short run is part of `make test`; `make chaos` runs the long one. The
// seed is printed and makes the same choices again; at which instruction a
// process is killed is up to the machine.
package chaos

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"
)

var (
	seedFlag        = flag.Uint64("chaos.seed", 0, "seed of every choice; 0 takes one from the clock")
	lastsFlag       = flag.Duration("chaos.for", 45*time.Second, "how long things fail")
	connectionsFlag = flag.Int("chaos.connections", 4, "connections, each between two systems of its own")
	ordersFlag      = flag.Int("chaos.orders", 600, "orders over all connections; a tenth is cancelled, eight tenths ship")
	logFlag         = flag.String("chaos.log", "", "file for the managers' log; a temporary one when empty")
	peopleFlag      = flag.Int("chaos.people", 1, "how many times more than usual people do something to single orders")
	killsFlag       = flag.Int("chaos.kills", 8, "SIGKILLs of a manager, at least")
)

// run is one test at work.
type run struct {
	t         *testing.T
	cluster   *cluster
	managers  *managers
	merchants []*merchant
	tally     tally
}

func TestChaos(t *testing.T) {
	seed := *seedFlag
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("chaos: seed %d (go test ./test/chaos -args -chaos.seed=%d repeats its choices)", seed, seed)
	r := &run{t: t, cluster: startCluster(t)}
	for n, settings := range chooseSettings(seed, *connectionsFlag) {
		r.merchants = append(r.merchants, newMerchant(t, r.cluster, seed, n, settings))
	}
	r.managers = startManagers(t, r.cluster)
	watch := watchStock(r.cluster.admin, r.merchants)

	r.fail(rand.New(rand.NewPCG(seed, 1)))
	r.calm()
	r.settle()
	oversold := watch.stop()

	r.report(seed, oversold)
}

// fail lets traffic flow and everything fail at once, for as long as it was asked to.
func (r *run) fail(random *rand.Rand) {
	ctx, cancel := context.WithTimeout(r.t.Context(), *lastsFlag)
	defer cancel()
	var under sync.WaitGroup
	for _, one := range r.merchants {
		under.Go(func() { one.trade(ctx, r.t) })
	}
	for n, nemesis := range []func(context.Context, *rand.Rand){
		r.killManagers, r.pauseManagers, r.failRemotes, r.skewClocks, r.rotateSecrets, r.editObjects, r.interruptCluster,
	} {
		own := rand.New(rand.NewPCG(random.Uint64(), uint64(n)))
		under.Go(func() { nemesis(ctx, own) })
	}
	under.Wait()
}

// calm ends all that fails. What was damaged by hand, as objects that were
// deleted, is put back as a user would.
func (r *run) calm() {
	for _, one := range r.merchants {
		r.tally.add(remoteFault, one.clearFaults())
		one.mapped.Store(true)
		one.suspended.Store(false)
		one.restore(r.t.Context(), r.t, r.cluster)
	}
}

// settle lets the operator finish, and the rest of the day's goods ship, until
// all books agree. Whatever is found after so many rounds stays wrong.
func (r *run) settle() {
	for round := range settleRounds {
		for _, one := range r.merchants {
			one.ask(r.t.Context(), r.t, r.cluster, fmt.Sprintf("settle-%d", round))
		}
		for _, one := range r.merchants {
			one.answered(r.t.Context(), r.t, r.cluster, fmt.Sprintf("settle-%d", round))
		}
		worked := false
		for _, one := range r.merchants {
			worked = one.step(r.t, one.goal) || worked
		}
		if !worked && r.settled() {
			return
		}
	}
}

// settleRounds bounds settle: orders and stock of one round may cross each
// other, and of an order one part is split off in each.
const settleRounds = 8

// settled reports whether all books agree, and people are told of the rest.
func (r *run) settled() bool {
	for _, one := range r.merchants {
		result := one.books()
		if result.Err() != nil || len(one.judge(one.live(r), result)) > 0 {
			return false
		}
	}
	return true
}
