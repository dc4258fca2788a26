// SPDX-License-Identifier: Apache-2.0

package vendure

import (
	"context"
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

// Main is the body of a TestMain: it starts a server, hands it to use, runs
// the tests and stops it. The value it returns is the exit code.
// A binary that only fuzzes starts nothing.
//
//	var server *vendure.Server
//
//	func TestMain(m *testing.M) {
//		os.Exit(vendure.Main(m, func(started *vendure.Server) { server = started }))
//	}
func Main(m *testing.M, use func(*Server)) int {
	if fuzzing.Only() {
		return m.Run()
	}
	started := time.Now()
	server, err := Start(context.Background(), Options{})
	if err != nil {
		fmt.Fprintln(os.Stderr, "FAIL:", err)
		return 1
	}
	fmt.Fprintf(os.Stderr, "Vendure ready after %s\n", time.Since(started).Round(time.Millisecond))

	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-interrupts
		if err := server.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		os.Exit(exitInterrupted)
	}()

	use(server)
	code := m.Run()

	signal.Stop(interrupts)
	if err := server.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, "FAIL:", err)
		return max(code, 1)
	}
	return code
}
