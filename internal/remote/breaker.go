// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

const (
	// restAfter is how many requests in a row fail before an account rests. A
	// read is tried three times, so no single call ever makes it rest.
	restAfter = 5
	// hostAfter is how many accounts of a host fail without a good answer to
	// any before the host itself counts as down.
	hostAfter = 3
	// firstRest and longestRest bound the gap between two probes.
	firstRest   = 30 * time.Second
	longestRest = 5 * time.Minute
	// idleBreaker is how long an account is remembered that nobody asks.
	idleBreaker = time.Hour
)

// Breakers keep systems that are down from being hammered. An account of a host
// whose requests fail in a row rests: one request at a time is let through as a
// probe, at gaps that grow, and all others are refused at once. The first
// answer ends the rest.
//
// Any answer but 5xx and 408 is one: a refusal, a limit and an answer that
// cannot be read all say that the system is up. So wrong credentials, a used-up
// budget or a poisoned order never close the way for other connections.
//
// All is in memory alone: a process that begins again asks once more.
type Breakers struct {
	now func() time.Time
	// spread moves a gap, so that processes do not probe together.
	spread func(time.Duration) time.Duration

	mutex    sync.Mutex
	breakers map[breakerKey]*breaker
	hosts    map[string]*hostState
	swept    time.Time
}

// breakerKey tells accounts apart, and the hosts that one account is used at:
// tokens may be had elsewhere.
type breakerKey struct{ host, account string }

// breaker is what is known of one account at one host.
type breaker struct {
	system string
	// failures in a row.
	failures int
	// rest is the gap before the next probe; 0 while the account does not rest.
	rest    time.Duration
	again   time.Time
	probing bool
	used    time.Time
}

// hostState is what the accounts of a host have in common.
type hostState struct {
	// failed are the accounts that failed since the last answer to any.
	failed  map[string]bool
	probing bool
	again   time.Time
}

func (h *hostState) down() bool { return len(h.failed) >= hostAfter }

// NewBreakers returns breakers that are closed; now may be nil.
func NewBreakers(now func() time.Time) *Breakers {
	if now == nil {
		now = time.Now
	}
	return &Breakers{
		now: now, spread: func(gap time.Duration) time.Duration { return gap*9/10 + rand.N(gap/5) }, //nolint:gosec // G404: it spreads load, nothing is secret
		breakers: map[breakerKey]*breaker{}, hosts: map[string]*hostState{},
	}
}

// Resting is why a request is not sent.
type Resting struct {
	Failures int
	// Again is when the next probe is let through.
	Again time.Time
}

// resting says whether a request would be refused now. It takes nothing.
func (b *Breakers) resting(ctx context.Context, key breakerKey) *Resting {
	if b == nil {
		return nil
	}
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.refused(ctx, key, b.now(), false)
}

// enter lets a request through or says why not. What it lets through must be
// told to leave.
func (b *Breakers) enter(ctx context.Context, system string, key breakerKey) (probe bool, refused *Resting) {
	if b == nil {
		return false, nil
	}
	b.mutex.Lock()
	defer b.mutex.Unlock()
	now := b.now()
	b.sweep(now)
	if refused := b.refused(ctx, key, now, true); refused != nil {
		return false, refused
	}
	entry := b.breakers[key]
	if entry == nil {
		entry = &breaker{}
		b.breakers[key] = entry
	}
	entry.system, entry.used = system, now
	if entry.rest == 0 {
		return false, nil
	}
	entry.probing = true
	b.host(key.host).probing = true
	return true, nil
}

// refused is why a request has to wait; spend uses up a demanded probe.
func (b *Breakers) refused(ctx context.Context, key breakerKey, now time.Time, spend bool) *Resting {
	entry := b.breakers[key]
	if entry == nil || entry.rest == 0 {
		return nil
	}
	host := b.host(key.host)
	again := entry.again
	busy := entry.probing
	if host.down() {
		busy = busy || host.probing
		if host.again.After(again) {
			again = host.again
		}
	}
	switch {
	case busy:
		// Another request finds out. What it finds is known soon.
		return &Resting{Failures: entry.failures, Again: later(again, now.Add(time.Second))}
	case !now.Before(again):
		return nil
	case demanded(ctx, key, spend):
		return nil
	}
	return &Resting{Failures: entry.failures, Again: again}
}

// verdict is what a request says of the system.
type verdict int

const (
	// answered: the system is up, whatever it said.
	answered verdict = iota
	// failed: it gave no answer, or said that it cannot.
	failed
	// unknown: the request was given up by us, or the fault is our own.
	unknown
)

// leave tells what became of a request that enter let through. asked is how
// long the system asks to be left alone; 0 when it does not say.
func (b *Breakers) leave(key breakerKey, probe bool, v verdict, asked time.Duration) {
	if b == nil {
		return
	}
	b.mutex.Lock()
	defer b.mutex.Unlock()
	entry, host, now := b.breakers[key], b.host(key.host), b.now()
	if entry == nil {
		entry = &breaker{}
		b.breakers[key] = entry
	}
	if probe {
		entry.probing, host.probing = false, false
	}
	switch v {
	case answered:
		entry.failures, entry.rest = 0, 0
		if host.down() {
			// The host is back: the others need not wait for their time.
			for other, resting := range b.breakers {
				if other.host == key.host && resting.rest > 0 {
					resting.again = now
				}
			}
		}
		clear(host.failed)
		host.again = time.Time{}
	case failed:
		entry.failures++
		host.failed[key.account] = true
		b.restOf(entry, host, now, probe, asked)
	case unknown:
	}
}

// restOf lets an account rest that failed often enough, and longer when its
// probe failed. Requests that were under way when it began do not prolong it.
func (b *Breakers) restOf(entry *breaker, host *hostState, now time.Time, probe bool, asked time.Duration) {
	switch {
	case entry.rest > 0 && !probe:
		return
	case entry.rest > 0:
		entry.rest = min(2*entry.rest, longestRest)
	case entry.failures >= restAfter || host.down():
		entry.rest = firstRest
	default:
		return
	}
	gap := max(b.spread(entry.rest), asked)
	entry.again = now.Add(gap)
	host.again = later(host.again, now.Add(b.spread(firstRest)))
}

func (b *Breakers) host(name string) *hostState {
	host := b.hosts[name]
	if host == nil {
		host = &hostState{failed: map[string]bool{}}
		b.hosts[name] = host
	}
	return host
}

// sweep forgets accounts that nobody asked for long: their connections are gone
// or have other credentials.
func (b *Breakers) sweep(now time.Time) {
	if now.Sub(b.swept) < idleBreaker/4 {
		return
	}
	b.swept = now
	hosts := map[string]bool{}
	for key, entry := range b.breakers {
		if !entry.probing && now.Sub(later(entry.used, entry.again)) > idleBreaker {
			delete(b.breakers, key)
			delete(b.host(key.host).failed, key.account)
			continue
		}
		hosts[key.host] = true
	}
	for name := range b.hosts {
		if !hosts[name] {
			delete(b.hosts, name)
		}
	}
}

// open counts the accounts that rest, by system.
func (b *Breakers) open() map[string]int {
	if b == nil {
		return nil
	}
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.sweep(b.now())
	counts := map[string]int{}
	for _, entry := range b.breakers {
		if entry.system == "" {
			continue
		}
		counts[entry.system] += 0
		if entry.rest > 0 {
			counts[entry.system]++
		}
	}
	return counts
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
