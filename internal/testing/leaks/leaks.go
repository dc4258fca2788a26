// SPDX-License-Identifier: Apache-2.0

// Package leaks fails the tests of a package that leave goroutines behind.
package leaks

import (
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
