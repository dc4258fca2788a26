// SPDX-License-Identifier: Apache-2.0

package routine

import "testing"

func TestTryLockOrderNeitherWaitsNorSteals(t *testing.T) {
	c := NewCoordination()
	unlock := c.LockOrder(1)
	if _, locked := c.TryLockOrder(1); locked {
		t.Fatal("two have the order")
	}
	unlock()
	unlock, locked := c.TryLockOrder(1)
	if !locked {
		t.Fatal("nobody has the order, and it is not to be had")
	}
	waits := make(chan func())
	go func() { waits <- c.LockOrder(1) }()
	select {
	case <-waits:
		t.Fatal("two have the order")
	default:
	}
	unlock()
	(<-waits)()
	if len(c.orders) != 0 {
		t.Errorf("%d locks are left behind", len(c.orders))
	}
}
