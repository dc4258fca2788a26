// SPDX-License-Identifier: Apache-2.0

package vendure

import (
	"fmt"
	"sync"

	"ordersync.dev/operator/internal/simulator/books"
)

// closing adds up the last comparison of every test.
type closing struct {
	mutex       sync.Mutex
	sum         books.Result
	comparisons int
}

func (c *closing) add(r books.Result) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.comparisons++
	c.sum.Delivered += r.Delivered
	c.sum.Cancelled += r.Cancelled
	c.sum.Confirmed += r.Confirmed
	c.sum.StockWritten += r.StockWritten
	c.sum.Lost += r.Lost
	c.sum.Twice += r.Twice
	c.sum.WrongStock += r.WrongStock
}

func (c *closing) line() string {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return fmt.Sprintf("vendure: %s, in %d comparisons", c.sum.Line(), c.comparisons)
}
