// SPDX-License-Identifier: Apache-2.0

package chaos

import (
	"context"
	"fmt"
	"sync"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/simulator/books"
	"ordersync.dev/operator/internal/simulator/ordermanager"
	"ordersync.dev/operator/internal/simulator/world"
)

// oversold is what was found of writes that offer more than can be promised.
// Each write is made from readings that are a moment old, so some are overtaken
// by an order; the next sync must have put that right.
type oversold struct {
	count   int
	longest time.Duration
	// beyond are products that were wrong for longer than from one sync to the next.
	beyond []string
}

// stockWatch looks at all stock again and again while everything fails.
type stockWatch struct {
	reader client.Reader
	cancel context.CancelFunc
	done   sync.WaitGroup
	mutex  sync.Mutex
	found  oversold
}

// watched is a product as it was seen last.
type watched struct {
	// writes of ours that were counted, and the promise when it was seen last.
	write   int
	promise int64
	// since is when a write of ours offered too much that is offered still.
	since time.Time
	told  bool
}

const watchEvery = 2 * time.Second

func watchStock(reader client.Reader, merchants []*merchant) *stockWatch {
	ctx, cancel := context.WithCancel(context.Background())
	w := &stockWatch{reader: reader, cancel: cancel}
	for _, one := range merchants {
		w.done.Go(func() {
			seen := map[string]*watched{}
			for ctx.Err() == nil {
				w.look(one, seen)
				pause(ctx, watchEvery)
			}
		})
	}
	return w
}

// look compares every product with what it was when it was looked at last. A
// write of ours is to blame when it offered more than could be promised before
// it and after it, and nobody has offered less since.
func (w *stockWatch) look(one *merchant, seen map[string]*watched) {
	now := time.Now()
	there := books.ThreePL{CustomerID: world.CustomerID, FacilityID: world.FacilityID}
	standings := books.Standings(one.world.OrderManager.Snapshot(), there.Of(one.world.Warehouse.Snapshot()), one.stockOptions())
	last := map[string]ordermanager.Effect{}
	for _, effect := range one.world.OrderManager.Effects() {
		if effect.Kind == ordermanager.StockAdjusted && effect.API {
			last[effect.SKU] = effect
		}
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	for _, s := range standings {
		known := seen[s.SKU]
		if known == nil {
			known = &watched{promise: s.Promise, write: last[s.SKU].Number}
			seen[s.SKU] = known
		}
		if write := last[s.SKU]; write.Number != known.write {
			known.write, known.since, known.told = write.Number, time.Time{}, false
			if offered := max(0, write.StockAfter.Available); offered > max(0, known.promise) && offered > max(0, s.Promise) && s.Oversold() > 0 {
				known.since = now
				w.found.count++
			}
		}
		known.promise = s.Promise
		if s.Oversold() <= 0 {
			known.since = time.Time{}
		}
		if known.since.IsZero() {
			continue
		}
		lasted := now.Sub(known.since)
		w.found.longest = max(w.found.longest, lasted)
		if lasted > stockInterval && !known.told {
			known.told = true
			w.found.beyond = append(w.found.beyond, fmt.Sprintf("%s %s: offered %d, promise %d, for %v; %s", one.key.Name, s.SKU, s.Available, s.Promise, lasted, w.syncOf(one)))
		}
	}
}

// syncOf says why the next sync of a merchant may be late: after five failures in
// a row the pause is longer than from one sync to the next.
func (w *stockWatch) syncOf(one *merchant) string {
	ctx, cancel := context.WithTimeout(context.Background(), watchEvery)
	defer cancel()
	var connection v1alpha1.OrderManagerConnection
	if err := w.reader.Get(ctx, one.key, &connection); err != nil {
		return "its status cannot be read: " + err.Error()
	}
	for _, entry := range connection.Status.Routines {
		if entry.Name == v1alpha1.InventorySync {
			return fmt.Sprintf("its syncs are %s, %d have failed in a row, the next is due at %s", entry.State, entry.ConsecutiveFailures, entry.NextRun)
		}
	}
	return "nothing is known of its syncs"
}

func (w *stockWatch) stop() oversold {
	w.cancel()
	w.done.Wait()
	return w.found
}
