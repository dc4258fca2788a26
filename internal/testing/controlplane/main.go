// SPDX-License-Identifier: Apache-2.0

package controlplane

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"ordersync.dev/operator/internal/testing/fuzzing"
)

// exitInterrupted is what a shell reports for a command that SIGINT ended.
const exitInterrupted = 130

// Main is the body of a TestMain: it starts a control plane, hands it to use,
// runs the tests and stops it. The value it returns is the exit code.
// A binary that only fuzzes starts nothing.
//
//	var plane *controlplane.ControlPlane
//
//	func TestMain(m *testing.M) {
//		os.Exit(controlplane.Main(m, func(started *controlplane.ControlPlane) { plane = started }))
//	}
//
// The servers run in process groups of their own, so an interrupt from the
// terminal does not reach them: Main passes it on by stopping them.
func Main(m *testing.M, use func(*ControlPlane), options ...Option) int {
	if fuzzing.Only() {
		return m.Run()
	}
	started := time.Now()
	plane, err := Start(options...)
	if err != nil {
		fmt.Fprintln(os.Stderr, "FAIL:", err)
		return 1
	}
	fmt.Fprintf(os.Stderr, "control plane ready after %s\n", time.Since(started).Round(time.Millisecond))

	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt, syscall.SIGTERM)
	go func() {
		if _, interrupted := <-interrupts; !interrupted {
			return
		}
		if err := plane.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		os.Exit(exitInterrupted)
	}()

	use(plane)
	code := m.Run()

	signal.Stop(interrupts) // nothing is sent to the channel after this
	close(interrupts)
	if err := plane.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, "FAIL:", err)
		return max(code, 1)
	}
	return code
}
