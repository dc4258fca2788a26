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
	"os"
	"sync"
	"testing"
	"time"

	"ordersync.dev/operator/internal/simulator/books"
)

var (
	seedFlag        = flag.Uint64("chaos.seed", 0, "seed of every choice; 0 takes one from the clock")
	lastsFlag       = flag.Duration("chaos.for", time.Minute, "how long things fail")
	connectionsFlag = flag.Int("chaos.connections", 4, "connections, each between two systems of its own")
	ordersFlag      = flag.Int("chaos.orders", 600, "orders over all connections; a tenth is cancelled, eight tenths ship")
	logFlag         = flag.String("chaos.log", "", "file for the managers' log; a temporary one when empty")
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
	for n := range *connectionsFlag {
		r.merchants = append(r.merchants, newMerchant(t, r.cluster, seed, n))
	}
	r.managers = startManagers(t, r.cluster)
	watch := watchStock(r.merchants)

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
		if round < 2 {
			for _, one := range r.merchants {
				one.step(r.t, one.goal)
			}
			continue
		}
		if r.books(func(result books.Result) bool { return result.Clean() && result.Quiet() }) {
			return
		}
	}
}

// settleRounds bounds settle: orders and stock of one round may cross each other.
const settleRounds = 6

func (r *run) books(good func(books.Result) bool) bool {
	for _, one := range r.merchants {
		if !good(one.world.Books()) {
			return false
		}
	}
	return true
}

// report prints the closing lines and fails for whatever is wrong.
func (r *run) report(seed uint64, oversold oversold) {
	r.t.Helper()
	var orders, lost, twice, wrong, delivered, cancelled, confirmed, stock int
	for _, one := range r.merchants {
		result := one.world.Books()
		if err := result.Err(); err != nil {
			live := one.connection()
			must(r.t, r.cluster.admin.Get(r.t.Context(), one.key, live))
			r.t.Errorf("%s: %v\n%s", one.key, err, describe(live))
		}
		counts := result.Counts
		orders += len(one.world.OrderManager.Orders())
		lost += result.Lost + result.Pending + counts[books.Unmarked] + counts[books.NotShipped] + counts[books.Unconfirmed]
		twice += result.Twice + counts[books.MarkedTwice] + counts[books.ConfirmedTwice]
		wrong += result.WrongStock
		delivered, cancelled = delivered+result.Delivered, cancelled+result.Cancelled
		confirmed, stock = confirmed+result.Confirmed, stock+one.changes
	}
	for _, finding := range oversold.beyond {
		r.t.Error(finding)
	}
	wrong += len(oversold.beyond)
	for _, one := range r.merchants {
		r.t.Logf("%s: %d orders came in, %d were cancelled by the merchant, %d shipped by the warehouse", one.key, one.arrived, one.cancelled, one.shipped)
	}
	kills := r.tally.get(kill)
	if kills < *killsFlag {
		r.t.Errorf("only %d kills of the %d that were asked for", kills, *killsFlag)
	}
	if r.managers.panicked() {
		r.t.Error("a manager panicked: see its log above")
	}
	fmt.Fprintf(os.Stdout, "chaos: %d orders, %d kills, %d faults, lost %d, twice %d, wrong stock %d\n",
		orders, kills, r.tally.faults(), lost, twice, wrong)
	fmt.Fprintf(os.Stdout, "chaos: seed %d, %d connections for %v under each of %d allocation settings; %d delivered, %d cancelled in the warehouse, %d shipments confirmed, %d stock changes in the warehouse\n",
		seed, len(r.merchants), *lastsFlag, len(allocations), delivered, cancelled, confirmed, stock)
	fmt.Fprintf(os.Stdout, "chaos: %s; two managers with %s\n", r.tally.String(), electionFlags)
	fmt.Fprintf(os.Stdout, "chaos: %d stock writes of ours offered more than could be promised, the longest for %v of the %v between two syncs\n",
		oversold.count, oversold.longest.Round(time.Second), stockInterval)
}
