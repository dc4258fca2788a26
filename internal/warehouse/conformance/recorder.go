// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// recorder is a test whose failing is noted and not told: it is what a claim
// that a system cannot pass a row is probed with. Everything else, such as
// what is cleaned up, goes to the test around it.
type recorder struct {
	testing.TB

	mutex    sync.Mutex
	failures []string
	failed   bool
}

// record runs the function to its end, or to where it gives up.
func record(t testing.TB, run func(t testing.TB)) *recorder {
	t.Helper()
	r := &recorder{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		run(r)
	}()
	<-done
	return r
}

// Failed reports whether the row failed.
func (r *recorder) Failed() bool {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.failed
}

// said returns what the failing row said.
func (r *recorder) said() string {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return strings.Join(r.failures, "\n")
}

func (r *recorder) note(text string) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.failed = true
	r.failures = append(r.failures, text)
}

// Fail and the rest are those of testing.TB.

func (r *recorder) Fail()                             { r.note("failed") }
func (r *recorder) Error(args ...any)                 { r.note(fmt.Sprint(args...)) }
func (r *recorder) Errorf(format string, args ...any) { r.note(fmt.Sprintf(format, args...)) }

func (r *recorder) FailNow() {
	r.Fail()
	runtime.Goexit()
}

func (r *recorder) Fatal(args ...any) {
	r.note(fmt.Sprint(args...))
	runtime.Goexit()
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.note(fmt.Sprintf(format, args...))
	runtime.Goexit()
}

// Skip and its kin fail: no row is skipped.

func (r *recorder) Skip(args ...any)                 { r.Fatal(args...) }
func (r *recorder) Skipf(format string, args ...any) { r.Fatalf(format, args...) }
func (r *recorder) SkipNow()                         { r.FailNow() }

func (r *recorder) Log(...any)          {}
func (r *recorder) Logf(string, ...any) {}
