// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
)

// largeBody is a list of nothing with so many blanks in it. It counts what was
// read of it, and calls at once it is past what is free.
type largeBody struct {
	length, read int
	counted      func(bytes int)
	past         func()
}

// Read implements io.Reader.
func (l *largeBody) Read(p []byte) (int, error) {
	if l.read == l.length {
		return 0, io.EOF
	}
	if l.past != nil && l.read >= freeBody {
		l.past()
		l.past = nil
	}
	n := min(len(p), l.length-l.read)
	for i := range n {
		p[i] = ' '
	}
	if l.read == 0 {
		p[0] = '['
	}
	if l.read += n; l.read == l.length {
		p[n-1] = ']'
	}
	if l.counted != nil {
		l.counted(n)
	}
	return n, nil
}

// answering returns a transport whose answers have these bodies; a length of -1
// says that it is not told.
func answering(contentLength int64, body func(*http.Request) io.Reader) wireTap {
	return func(r *http.Request) *http.Response {
		return &http.Response{StatusCode: 200, Header: http.Header{}, Request: r, Body: io.NopCloser(body(r)), ContentLength: contentLength}
	}
}

func TestManyLargeAnswersAtOnceTakeNoMoreThanTheirRoom(t *testing.T) {
	t.Parallel()
	const accounts, each, length, room = 8, 6, 3 << 20, 16 << 20
	bodies := NewBodies(room)
	var now atomic.Int64
	var mutex sync.Mutex
	var peak int64
	count := func(bytes int) {
		have := now.Add(int64(bytes))
		mutex.Lock()
		defer mutex.Unlock()
		peak = max(peak, have)
	}
	tap := answering(-1, func(*http.Request) io.Reader { return &largeBody{length: length, counted: count} })
	var group sync.WaitGroup
	for account := range accounts {
		c, _ := client(t, "https://api.example", func(o *Options) {
			o.Transport, o.Bodies, o.Account, o.MaxBody = tap, bodies, fmt.Sprint(account), 4<<20-1
		})
		for range each {
			group.Go(func() {
				response, err := c.Do(t.Context(), aRead)
				if err != nil {
					t.Error(err)
					return
				}
				var into []int
				if err := c.DecodeJSON(aRead, response, &into); err != nil {
					t.Error(err)
				}
				// The room is given back when it is decoded, so what follows may be
				// counted too early, by as much as one answer has.
				now.Add(-length)
			})
		}
	}
	group.Wait()
	if most := int64(room + accounts*each*(freeBody+1)); peak > most {
		t.Errorf("%d MiB were held at once, want %d at most", peak>>20, most>>20)
	}
	if peak < room/2 {
		t.Errorf("only %d MiB were held at once: nothing was tried", peak>>20)
	}
	if bodies.free != room || len(bodies.taken) != 0 || len(bodies.waiting) != 0 {
		t.Errorf("%d bytes are free, taken %v, %d wait", bodies.free, bodies.taken, len(bodies.waiting))
	}
}

// An account whose large answers do not come to their end has half of the room.
// Those of other accounts are read meanwhile.
func TestAnAccountWhoseLargeAnswersHangLeavesRoomForOthers(t *testing.T) {
	t.Parallel()
	bodies := NewBodies(8 << 20)
	hangs, goOn := make(chan struct{}, 10), make(chan struct{})
	hanging, _ := client(t, "https://api.example", func(o *Options) {
		o.Bodies, o.Account, o.MaxBody = bodies, "hangs", 4<<20-1
		o.Transport = answering(-1, func(*http.Request) io.Reader {
			return &largeBody{length: 2 << 20, past: func() { hangs <- struct{}{}; <-goOn }}
		})
	})
	var group sync.WaitGroup
	ask := func(c *Client) {
		response, err := c.Do(t.Context(), aRead)
		var into []int
		if err == nil {
			err = c.DecodeJSON(aRead, response, &into)
		}
		if err != nil {
			t.Error(err)
		}
	}
	for range 4 {
		group.Go(func() { ask(hanging) })
	}
	<-hangs
	good, _ := client(t, "https://api.example", func(o *Options) {
		o.Bodies, o.Account, o.MaxBody = bodies, "good", 4<<20-1
		o.Transport = answering(-1, func(*http.Request) io.Reader { return &largeBody{length: 2 << 20} })
	})
	for range 3 {
		ask(good)
	}
	if len(hangs) > 0 {
		t.Error("the account that hangs has more than its share")
	}
	close(goOn)
	group.Wait()
}

// An answer for which there is no room in the time of its request is not read.
// A read is put off, so that the worker is free; a write may have taken effect.
func TestALargeAnswerWithoutRoomIsPutOff(t *testing.T) {
	t.Parallel()
	bodies := NewBodies(8 << 20)
	if _, err := bodies.take(t.Context(), "test", 4<<20); err != nil {
		t.Fatal(err)
	}
	c, _ := client(t, "https://api.example", func(o *Options) {
		o.Bodies, o.Account, o.MaxBody, o.Timeout = bodies, "test", 4<<20-1, 50*time.Millisecond
		o.Transport = answering(-1, func(*http.Request) io.Reader { return &largeBody{length: 2 << 20} })
	})
	_, err := c.Do(t.Context(), aRead)
	if fault := faultOf(t, err); fault.Kind != fulfillment.FaultThrottled || fault.After <= 5*time.Second || fault.Uncertain {
		t.Errorf("read: %+v", fault)
	}
	_, err = c.Do(t.Context(), aWrite)
	if fault := faultOf(t, err); fault.Kind != fulfillment.FaultTooLarge || !fault.Uncertain {
		t.Errorf("write: %+v", fault)
	}
	if len(bodies.waiting) != 0 {
		t.Errorf("%d wait still", len(bodies.waiting))
	}
}

// An answer that tells its length takes no more than that.
func TestAnAnswerThatTellsItsLengthTakesThatMuch(t *testing.T) {
	t.Parallel()
	bodies := NewBodies(4 << 20)
	for length, told := range map[int]bool{2 << 20: true, 3<<20 - 1: false} {
		contentLength := int64(-1)
		if told {
			contentLength = int64(length)
		}
		c, _ := client(t, "https://api.example", func(o *Options) {
			o.Bodies, o.MaxBody = bodies, 3<<20
			o.Transport = answering(contentLength, func(*http.Request) io.Reader { return &largeBody{length: length} })
		})
		response, err := c.Do(t.Context(), Request{Operation: "list things", Endpoint: "/things", Path: "/things", Method: http.MethodPost})
		if (err == nil) != told || told && len(response.Body) != length {
			t.Errorf("told %v: %d bytes, %v", told, len(response.Body), err)
		}
		var into []int
		if told && c.DecodeJSON(aRead, response, &into) != nil {
			t.Error("it cannot be read")
		}
	}
}

// Nobody decodes the answer to a request whose status says all.
func TestAnAnswerThatNobodyDecodesGivesItsRoomBack(t *testing.T) {
	t.Parallel()
	bodies := NewBodies(8 << 20)
	c, _ := client(t, "https://api.example", func(o *Options) {
		o.Bodies, o.Account, o.MaxBody = bodies, "test", 4<<20-1
		o.Transport = answering(-1, func(*http.Request) io.Reader { return &largeBody{length: 2 << 20} })
	})
	if _, err := c.Do(t.Context(), aRead); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	back := make(chan error)
	go func() {
		_, err := bodies.take(ctx, "test", 4<<20)
		back <- err
	}()
	runtime.GC()
	if err := <-back; err != nil {
		t.Error(err)
	}
}

// A large answer that breaks off, is too large, or is no success leaves nothing taken.
func TestLargeAnswersThatFailGiveTheirRoomBack(t *testing.T) {
	t.Parallel()
	bodies := NewBodies(8 << 20)
	for name, body := range map[string]io.Reader{
		"breaks off": io.MultiReader(&largeBody{length: 2 << 20}, brokenReader{}),
		"too large":  &largeBody{length: 5 << 20},
	} {
		c, _ := client(t, "https://api.example", func(o *Options) {
			o.Bodies, o.Account, o.MaxBody = bodies, "test", 4<<20-1
			o.Transport = answering(-1, func(*http.Request) io.Reader { return body })
		})
		if response, err := c.Do(t.Context(), aWrite); err == nil || response.Body != nil {
			t.Errorf("%s: %d bytes, %v", name, len(response.Body), err)
		}
		if bodies.free != 8<<20 {
			t.Errorf("%s: %d bytes are free", name, bodies.free)
		}
	}
}

// brokenReader breaks off as a body does that is shorter than it said.
type brokenReader struct{}

// Read implements io.Reader.
func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
