// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"context"
	"errors"
	"io"
	"net/http"
	"runtime"
	"slices"
	"sync"
)

const (
	// freeBody is how much of an answer is read without asking for room: all of
	// nearly every answer there is.
	freeBody = 1 << 20
	// bodiesAtOnce is the room for all larger answers of a process, by default.
	bodiesAtOnce = 64 << 20
)

// errNoRoom says that larger answers of others took all room for the whole time
// of the request.
var errNoRoom = errors.New("no room for a large answer")

// Bodies is the memory that large answers may take at one time, over all clients
// that share it. An answer asks for all it may need at once, so that none waits
// with a part of it in hand; and one account gets half of the room at most, so
// that others are read while its answers drip. What is taken is given back when
// the answer is decoded.
type Bodies struct {
	mutex   sync.Mutex
	free    int64
	share   int64
	taken   map[string]int64 // by account
	waiting []*bodyRoom
}

// bodyRoom is room that was taken, or is waited for.
type bodyRoom struct {
	bodies  *Bodies
	account string
	bytes   int64
	granted chan struct{} // closed when it was taken
	back    sync.Once
}

// NewBodies returns room for so many bytes; 0 is 64 MiB.
func NewBodies(atOnce int64) *Bodies {
	if atOnce <= 0 {
		atOnce = bodiesAtOnce
	}
	return &Bodies{free: atOnce, share: atOnce / 2, taken: map[string]int64{}}
}

// take waits for room. What is more than the account may ever have is refused.
func (b *Bodies) take(ctx context.Context, account string, bytes int64) (*bodyRoom, error) {
	if b == nil {
		return nil, nil
	}
	room := &bodyRoom{bodies: b, account: account, bytes: bytes, granted: make(chan struct{})}
	b.mutex.Lock()
	if bytes > b.share {
		b.mutex.Unlock()
		return nil, errNoRoom
	}
	b.waiting = append(b.waiting, room)
	b.grant()
	b.mutex.Unlock()
	select {
	case <-room.granted:
		return room, nil
	case <-ctx.Done():
	}
	b.mutex.Lock()
	b.waiting = slices.DeleteFunc(b.waiting, func(r *bodyRoom) bool { return r == room })
	b.mutex.Unlock()
	select {
	case <-room.granted: // at the last moment
		room.giveBack()
	default:
	}
	return nil, errNoRoom
}

// grant gives room to those that wait, in the order of coming. One whose account
// has its share holds up nobody; for any other the rest wait, or large ones
// would never find room between small ones.
func (b *Bodies) grant() {
	blocked := false
	b.waiting = slices.DeleteFunc(b.waiting, func(r *bodyRoom) bool {
		if blocked || b.taken[r.account]+r.bytes > b.share {
			return false
		}
		if r.bytes > b.free {
			blocked = true
			return false
		}
		b.free -= r.bytes
		b.taken[r.account] += r.bytes
		close(r.granted)
		return true
	})
}

// giveBack may be called again, and on nothing.
func (r *bodyRoom) giveBack() {
	if r == nil {
		return
	}
	r.back.Do(func() {
		b := r.bodies
		b.mutex.Lock()
		defer b.mutex.Unlock()
		b.free += r.bytes
		if b.taken[r.account] -= r.bytes; b.taken[r.account] == 0 {
			delete(b.taken, r.account)
		}
		b.grant()
	})
}

// held is what an answer keeps of its room. An answer that nobody decodes gives
// its room back when nobody has it any more.
type held struct{ room *bodyRoom }

func newHeld(room *bodyRoom) *held {
	if room == nil {
		return nil
	}
	h := &held{room: room}
	runtime.AddCleanup(h, (*bodyRoom).giveBack, room)
	return h
}

func (h *held) giveBack() {
	if h != nil {
		h.room.giveBack()
	}
}

// readBody reads an answer up to one byte more than the limit. What it returns
// besides a body holds room for it.
func (c *Client) readBody(ctx context.Context, answer *http.Response, limit int64) ([]byte, *held, error) {
	most := limit + 1
	body, err := io.ReadAll(io.LimitReader(answer.Body, min(most, freeBody)))
	if err != nil || int64(len(body)) < freeBody || most <= freeBody {
		return body, nil, err
	}
	if answer.ContentLength >= 0 && !answer.Uncompressed {
		most = min(most, max(answer.ContentLength, freeBody))
	}
	room, err := c.options.Bodies.take(ctx, c.options.Account, most)
	if err != nil {
		return nil, nil, err
	}
	// The room is all that it takes: a buffer that grows takes more than twice that.
	whole := make([]byte, most)
	n := copy(whole, body)
	for n < len(whole) && err == nil {
		var more int
		more, err = answer.Body.Read(whole[n:])
		n += more
	}
	if err != nil && !errors.Is(err, io.EOF) {
		room.giveBack()
		return nil, nil, err
	}
	return whole[:n], newHeld(room), nil
}
