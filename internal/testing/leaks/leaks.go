// SPDX-License-Identifier: Apache-2.0

// Package leaks fails the tests of a package that leave goroutines behind.
package leaks

import (
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"

	"ordersync.dev/operator/internal/testing/fuzzing"
)

// Main is the body of a TestMain: it runs the tests, and then every goroutine
// that they began must have ended.
func Main(m *testing.M) {
	if fuzzing.Only() {
		os.Exit(m.Run())
	}
	goleak.VerifyTestMain(m)
}

// Option of Code.
type Option = goleak.Option

// Ignore leaves out goroutines that stand in a function of a library, by its
// whole name. Each needs a reason beside it.
func Ignore(function string) Option { return goleak.IgnoreTopFunction(function) }

// Code is for a TestMain that has servers to stop first: the exit code, 0 when
// no goroutine is left.
func Code(ignored ...Option) int {
	if err := goleak.Find(ignored...); err != nil {
		fmt.Fprintln(os.Stderr, "FAIL:", err)
		return 1
	}
	return 0
}
