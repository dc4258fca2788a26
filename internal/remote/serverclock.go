// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"sync"
	"time"
)

// serverClock knows how a server's clock goes by the Date of its answers, to
// the second.
type serverClock struct {
	mutex sync.Mutex
	// date is what an answer said, at when it came by our clock.
	date, at time.Time
}

func (s *serverClock) saw(date, at time.Time) {
	if date.IsZero() {
		return
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.date, s.at = date, at
}

// ServerNow is the time by the server's clock, never later than it is there;
// false when no answer has told it.
func (c *Client) ServerNow() (time.Time, bool) {
	c.clock.mutex.Lock()
	defer c.clock.mutex.Unlock()
	if c.clock.date.IsZero() {
		return time.Time{}, false
	}
	return c.clock.date.Add(max(0, c.options.Now().Sub(c.clock.at))), true
}
