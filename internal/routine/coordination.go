// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"sync"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
)

// Coordination keeps the routines of one connection, in one process, out of
// each other's way. Across processes only the remote state protects.
type Coordination struct {
	mutex   sync.Mutex
	orders  map[fulfillment.OrderID]*orderLock
	touched map[string]time.Time
	// stock is held shared by a shipment batch and exclusively by a stock batch:
	// a confirmation moves the figures that a stock write is computed from.
	stock sync.RWMutex
}

type orderLock struct {
	sync.Mutex
	holders int
}

// NewCoordination returns the coordination of one connection.
func NewCoordination() *Coordination {
	return &Coordination{orders: map[fulfillment.OrderID]*orderLock{}, touched: map[string]time.Time{}}
}

// LockOrder serialises look, write and mark of one order. It returns the unlock.
func (c *Coordination) LockOrder(id fulfillment.OrderID) (unlock func()) {
	c.mutex.Lock()
	lock := c.orders[id]
	if lock == nil {
		lock = &orderLock{}
		c.orders[id] = lock
	}
	lock.holders++
	c.mutex.Unlock()
	lock.Lock()
	return c.unlocker(id, lock)
}

func (c *Coordination) unlocker(id fulfillment.OrderID, lock *orderLock) func() {
	return func() {
		lock.Unlock()
		c.mutex.Lock()
		defer c.mutex.Unlock()
		if lock.holders--; lock.holders == 0 {
			delete(c.orders, id)
		}
	}
}

// TryLockOrder is LockOrder for whoever must not wait, since it holds other
// orders' locks: it gives up when somebody else has the order.
func (c *Coordination) TryLockOrder(id fulfillment.OrderID) (unlock func(), locked bool) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.orders[id] != nil {
		return nil, false
	}
	lock := &orderLock{holders: 1}
	lock.Lock()
	c.orders[id] = lock
	return c.unlocker(id, lock), true
}

// Touch notes that orders with these SKUs were marked, cancelled or confirmed
// at this time, so that an inventory sync that read before it leaves them alone.
func (c *Coordination) Touch(now time.Time, lines []fulfillment.Line) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for _, line := range lines {
		c.touched[line.SKU] = now
	}
}

// TouchedSince reports whether the SKU was touched at or after the time.
func (c *Coordination) TouchedSince(sku string, since time.Time) bool {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	at, ok := c.touched[sku]
	return ok && !at.Before(since)
}

// Forget drops what was touched before the time.
func (c *Coordination) Forget(before time.Time) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for sku, at := range c.touched {
		if at.Before(before) {
			delete(c.touched, sku)
		}
	}
}
