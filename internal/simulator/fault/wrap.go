// SPDX-License-Identifier: Apache-2.0

package fault

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Wrap puts the injector before next.
//
// When several rules fire on one request their latencies add up, every hold is kept, and of the other
// kinds the first rule of each phase (before the handler, after it) decides.
//
// A dropped GET may be seen twice: Go's HTTP client repeats it by itself when the connection had been
// used before and nothing of the answer had arrived.
func (i *Injector) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		noted, fired := i.pick(r)
		defer func() {
			for _, a := range fired {
				if a.hold != nil {
					a.hold.end()
				}
			}
		}()
		for _, a := range fired {
			if a.rule.Latency > 0 {
				i.sleep(r.Context(), a.rule.Latency)
			}
		}
		if i.before(w, r, noted, fired) {
			return
		}
		if !touchesAnswer(fired) {
			next.ServeHTTP(w, r)
			return
		}
		kept := &answer{header: http.Header{}, status: http.StatusOK}
		next.ServeHTTP(kept, r)
		i.after(w, r, noted, fired, kept)
	})
}

// before applies what happens ahead of the handler and says whether the request is done with.
func (i *Injector) before(w http.ResponseWriter, r *http.Request, noted Request, fired []*armed) bool {
	for _, a := range fired {
		if a.rule.Kind != HoldBefore {
			continue
		}
		// A server notices that its client is gone only once the request's body is read.
		if body, err := io.ReadAll(r.Body); err == nil {
			r.Body = io.NopCloser(bytes.NewReader(body))
		}
		a.hold.wait(r.Context(), noted)
		if r.Context().Err() != nil {
			// A client that was killed before its request took effect must find that it did
			// not, and one that is still there must not take an empty answer for success.
			drop(w)
			return true
		}
	}
	for _, a := range fired {
		switch a.rule.Kind {
		case None, HoldBefore, StatusAfter, DropAfter, Truncate, Slow, HoldAfter:
			// Done with, or of another phase.
		case StatusBefore:
			writeStatus(w, a.rule)
			return true
		case DropBefore:
			drop(w)
			return true
		}
	}
	return false
}

func touchesAnswer(fired []*armed) bool {
	return slices.ContainsFunc(fired, func(a *armed) bool {
		switch a.rule.Kind {
		case None, StatusBefore, DropBefore, HoldBefore:
			return false
		case StatusAfter, DropAfter, Truncate, Slow, HoldAfter:
			return true
		}
		return false
	})
}

// after applies what happens once the handler ran.
func (i *Injector) after(w http.ResponseWriter, r *http.Request, noted Request, fired []*armed, kept *answer) {
	for _, a := range fired {
		if a.rule.Kind == HoldAfter {
			a.hold.wait(r.Context(), noted)
			if r.Context().Err() != nil {
				drop(w) // Nobody released it: an answer that is held is not given because its server ends.
				return
			}
		}
	}
	for _, a := range fired {
		switch a.rule.Kind {
		case None, StatusBefore, DropBefore, HoldBefore, HoldAfter:
			// Of another phase, or done with.
		case StatusAfter:
			writeStatus(w, a.rule)
			return
		case DropAfter:
			drop(w)
			return
		case Truncate:
			truncate(w, a.rule, kept)
			return
		case Slow:
			i.slow(w, r, a.rule, kept)
			return
		}
	}
	kept.copyHeader(w)
	w.WriteHeader(kept.status)
	_, _ = w.Write(kept.body.Bytes())
}

func writeStatus(w http.ResponseWriter, rule Rule) {
	if rule.Body != "" && !hasContentType(rule.Header) {
		w.Header().Set("Content-Type", "application/json")
	}
	for name, value := range rule.Header {
		// Assigned and not Set: real servers send names such as x-skubana-quota-retryAfter as they are.
		w.Header()[name] = []string{value}
	}
	w.WriteHeader(rule.Status)
	_, _ = w.Write([]byte(rule.Body))
}

func hasContentType(header map[string]string) bool {
	for name := range header {
		if strings.EqualFold(name, "Content-Type") {
			return true
		}
	}
	return false
}

// drop closes the connection without an answer.
func drop(w http.ResponseWriter) {
	if hijacker, ok := w.(http.Hijacker); ok {
		if connection, _, err := hijacker.Hijack(); err == nil {
			_ = connection.Close()
			return
		}
	}
	// HTTP/2 cannot be hijacked; this resets the stream.
	panic(http.ErrAbortHandler)
}

func truncate(w http.ResponseWriter, rule Rule, kept *answer) {
	full := kept.body.Len()
	keep := rule.KeepBytes
	if keep == 0 {
		keep = full / 2
	}
	keep = min(keep, full)
	kept.copyHeader(w)
	length := full
	if rule.Whole {
		length = keep
	}
	w.Header().Set("Content-Length", strconv.Itoa(length))
	w.WriteHeader(kept.status)
	_, _ = w.Write(kept.body.Bytes()[:keep])
	if keep == length {
		return
	}
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

func (i *Injector) slow(w http.ResponseWriter, r *http.Request, rule Rule, kept *answer) {
	size := rule.ChunkBytes
	if size == 0 {
		size = 64
	}
	kept.copyHeader(w)
	w.Header().Set("Content-Length", strconv.Itoa(kept.body.Len()))
	w.WriteHeader(kept.status)
	for kept.body.Len() > 0 && r.Context().Err() == nil {
		if _, err := w.Write(kept.body.Next(size)); err != nil {
			return
		}
		_ = http.NewResponseController(w).Flush()
		if kept.body.Len() > 0 {
			i.sleep(r.Context(), rule.ChunkPause)
		}
	}
}

// answer keeps what a handler wrote.
type answer struct {
	header http.Header
	status int
	wrote  bool
	body   bytes.Buffer
}

func (a *answer) Header() http.Header { return a.header }

func (a *answer) WriteHeader(status int) {
	if !a.wrote {
		a.status, a.wrote = status, true
	}
}

func (a *answer) Write(data []byte) (int, error) {
	a.wrote = true
	return a.body.Write(data)
}

func (a *answer) copyHeader(w http.ResponseWriter) { maps.Copy(w.Header(), a.header) }
