// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"context"
	"sync"
)

// Demand is what a run on demand may do that others may not: ask each account
// that rests once before its time, since a person says that it is up again. All
// requests of the run share it.
type Demand struct {
	mutex sync.Mutex
	spent map[breakerKey]bool
}

// NewDemand returns a Demand that is not used up.
func NewDemand() *Demand { return &Demand{spent: map[breakerKey]bool{}} }

// demandKey is where a context keeps a Demand.
type demandKey struct{}

// With returns a context that carries the demand; a nil Demand adds nothing.
func (d *Demand) With(ctx context.Context) context.Context {
	if d == nil {
		return ctx
	}
	return context.WithValue(ctx, demandKey{}, d)
}

// demanded reports whether the context may ask an account before its time, and
// uses that up if spend says so.
func demanded(ctx context.Context, key breakerKey, spend bool) bool {
	d, ok := ctx.Value(demandKey{}).(*Demand)
	if !ok {
		return false
	}
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if d.spent[key] {
		return false
	}
	d.spent[key] = spend
	return true
}
