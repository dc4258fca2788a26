// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"context"
	"sync"
	"time"
)

// epoch is where the clock of every test starts.
var epoch = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

// stillClock moves only when it is told to.
type stillClock struct {
	mutex  sync.Mutex
	now    time.Time
	timers []stillTimer
	// asked receives the duration of each timer that is set.
	asked chan time.Duration
	slept []time.Duration
}

type stillTimer struct {
	at   time.Time
	fire chan time.Time
}

func newStillClock() *stillClock {
	return &stillClock{now: epoch, asked: make(chan time.Duration, 4096)}
}

func (c *stillClock) Now() time.Time {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.now
}

func (c *stillClock) After(d time.Duration) <-chan time.Time {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	timer := stillTimer{c.now.Add(d), make(chan time.Time, 1)}
	c.timers = append(c.timers, timer)
	c.asked <- d
	return timer.fire
}

// Advance moves the clock and fires the timers that are due.
func (c *stillClock) Advance(d time.Duration) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.now = c.now.Add(d)
	var later []stillTimer
	for _, timer := range c.timers {
		if timer.at.After(c.now) {
			later = append(later, timer)
			continue
		}
		timer.fire <- c.now
	}
	c.timers = later
}

// Sleep moves the clock and notes the gap.
func (c *stillClock) Sleep(ctx context.Context, d time.Duration) error {
	c.mutex.Lock()
	c.slept = append(c.slept, d)
	c.mutex.Unlock()
	c.Advance(d)
	return ctx.Err()
}

func (c *stillClock) clock() Clock { return Clock{Now: c.Now, After: c.After} }
