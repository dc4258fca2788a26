// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"context"
	"sync"
	"time"

	"k8s.io/client-go/tools/leaderelection/resourcelock"

	"ordersync.dev/operator/internal/fulfillment"
)

// Leadership says whether this process may write to remote systems. A lease is
// no fence by itself: the process that held it before may have a request under
// way, and this process may have lost it without knowing. So a new leader waits
// out the last request of the old one, and a leader that could not renew in
// time starts no new write.
//
// It is a lock for the leader election, in front of the real one.
type Leadership struct {
	resourcelock.Interface
	// takeover is how long a new leader waits, longer than any request.
	takeover time.Duration
	// renewal is how long a renewed lease is believed.
	renewal time.Duration
	now     func() time.Time

	mutex sync.Mutex
	// seen is who held the lease when it was last read.
	seen      string
	held      bool
	renewedAt time.Time
	writeFrom time.Time
}

// NewLeadership returns a Leadership in front of a lock.
func NewLeadership(lock resourcelock.Interface, takeover, renewal time.Duration, now func() time.Time) *Leadership {
	return &Leadership{Interface: lock, takeover: takeover, renewal: renewal, now: now}
}

// Get implements resourcelock.Interface.
func (l *Leadership) Get(ctx context.Context) (*resourcelock.LeaderElectionRecord, []byte, error) {
	record, raw, err := l.Interface.Get(ctx)
	if err == nil && record != nil {
		l.mutex.Lock()
		l.seen = record.HolderIdentity
		l.mutex.Unlock()
	}
	return record, raw, err
}

// Create implements resourcelock.Interface. A lease that did not exist had no
// holder to wait for.
func (l *Leadership) Create(ctx context.Context, record resourcelock.LeaderElectionRecord) error {
	asked := l.now()
	err := l.Interface.Create(ctx, record)
	if err == nil {
		l.renewed(asked, time.Time{})
	}
	return err
}

// Update implements resourcelock.Interface.
func (l *Leadership) Update(ctx context.Context, record resourcelock.LeaderElectionRecord) error {
	if record.HolderIdentity != l.Identity() {
		// The lease is given back: from here on another may write.
		l.mutex.Lock()
		l.held = false
		l.mutex.Unlock()
		return l.Interface.Update(ctx, record)
	}
	// The time before the request counts: others count from when it took effect.
	asked := l.now()
	if err := l.Interface.Update(ctx, record); err != nil {
		return err
	}
	var writeFrom time.Time
	if seen := l.lastSeen(); seen != "" && seen != l.Identity() {
		writeFrom = l.now().Add(l.takeover)
	}
	l.renewed(asked, writeFrom)
	return nil
}

func (l *Leadership) lastSeen() string {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.seen
}

// renewed notes a lease that was won or renewed.
func (l *Leadership) renewed(at, writeFrom time.Time) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if !l.held {
		l.held, l.writeFrom = true, writeFrom
	}
	l.renewedAt = at
}

// Wait returns how long it takes until this process may write; 0 when it may
// now. A nil Leadership, that of a process without leader election, always may.
func (l *Leadership) Wait() time.Duration {
	if l == nil {
		return 0
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	now := l.now()
	switch {
	case !l.held || now.Sub(l.renewedAt) >= l.renewal:
		return time.Second
	case now.Before(l.writeFrom):
		return l.writeFrom.Sub(now)
	}
	return 0
}

// Gate is asked right before each request that writes.
func (l *Leadership) Gate(context.Context) error {
	wait := l.Wait()
	if wait == 0 {
		return nil
	}
	return &fulfillment.Fault{
		Kind: fulfillment.FaultNotLeading, System: "manager", Operation: "write", After: wait,
		Hint: "the lease is not held, or the former holder's last request is waited for",
	}
}
