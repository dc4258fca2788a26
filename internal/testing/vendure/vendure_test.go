// SPDX-License-Identifier: Apache-2.0

package vendure

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

var server *Server

// doomedVariable makes this program one that starts a server and waits to be killed.
const doomedVariable = "VENDURE_TEST_DOOMED"

func TestMain(m *testing.M) {
	if os.Getenv(doomedVariable) != "" {
		doomed()
	}
	os.Exit(Main(m, func(started *Server) { server = started }))
}

// The server is what its package says: seeded, stocked, shipping, cancelling,
// and itself again after a restart.
func TestADayAtTheServer(t *testing.T) {
	ctx := t.Context()
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ok(server.Seed(ctx, Seed{
		Locations: []string{"WEST"},
		Channels:  []Channel{{Code: "other", Token: "other-token", Locations: []string{"WEST"}, SKUs: []string{"B"}}},
		Variants: []Variant{
			{SKU: "A", Price: 1000, Stock: map[string]int64{DefaultLocation: 10, "WEST": 5}},
			{SKU: "B", Stock: map[string]int64{"WEST": 7}},
		},
	}))
	id, err := server.Place(ctx, NewOrder{Reference: "N1", Identity: "1", Units: map[string]int64{"A": 3}})
	ok(err)
	if _, err := server.Place(ctx, NewOrder{Reference: "N1", Units: map[string]int64{"A": 1}}); err == nil {
		t.Fatal("a second order under one reference was placed")
	}
	ok(server.Ship(ctx, id, map[string]int64{"A": 1}, "1ZTEST1"))
	ok(server.Ship(ctx, id, nil, "1ZTEST2"))
	elsewhere, err := server.Place(ctx, NewOrder{Channel: "other-token", Identity: "2", Units: map[string]int64{"B": 2}})
	ok(err)
	ok(server.CancelOrder(ctx, elsewhere, nil))

	url := server.URL
	ok(server.Restart(ctx))
	if server.URL != url {
		t.Errorf("after a restart it answers at %s, before at %s", server.URL, url)
	}
	order, err := server.Order(ctx, id)
	ok(err)
	if order.State != "Shipped" || order.CustomFields.Reference != "N1" || len(order.Fulfillments) != 2 || order.PlacedAt == nil {
		t.Errorf("after a restart the order is %+v", order)
	}
	stock, err := server.Stock(ctx)
	ok(err)
	if got := stock[DefaultLocation]["A"]; got != (Level{OnHand: 7}) {
		t.Errorf("stock of A: %+v", got)
	}
	if got := stock["WEST"]["B"]; got != (Level{OnHand: 7}) {
		t.Errorf("stock of B after its order was cancelled: %+v", got)
	}
	ok(server.SetStock(ctx, "B", map[string]int64{"WEST": 9}))
	stock, err = server.Stock(ctx)
	ok(err)
	if got := stock["WEST"]["B"]; got != (Level{OnHand: 9}) {
		t.Errorf("stock of B after it was counted: %+v", got)
	}
	orders, err := server.Orders(ctx)
	ok(err)
	if len(orders) != 3 { // the refused one left its draft
		t.Errorf("%d orders, want 3", len(orders))
	}
}

func doomed() {
	started, err := Start(context.Background(), Options{})
	if err != nil {
		fmt.Fprintln(os.Stdout, "FAIL:", err)
		os.Exit(1)
	}
	fmt.Fprintln(os.Stdout, "started", started.URL, started.folder)
	_, _ = io.Copy(io.Discard, os.Stdin) // until it is killed, or nobody is left to do it
	_ = started.Stop()
	os.Exit(0)
}

// A test that is killed leaves neither its server nor its data.
func TestKilledTestLeavesNothing(t *testing.T) {
	command := exec.CommandContext(t.Context(), os.Args[0])
	command.Env = append(os.Environ(), doomedVariable+"=1")
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	stdin, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	// The server inherits the other end of this pipe, as Go leaves alone what a
	// process was given.
	held, holder, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	command.ExtraFiles = []*os.File{holder}
	err = command.Start()
	_ = holder.Close()
	if err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	words := strings.Fields(line)
	if err != nil || len(words) != 3 || words[0] != "started" {
		t.Fatalf("it says %q: %v", line, err)
	}
	if _, err := os.Stat(words[2]); err != nil {
		t.Fatalf("the server has no data: %v", err)
	}
	if err := command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = command.Wait() // it was killed
	// Connections end before the server does, and the data go last of all: only
	// the end of the pipe says that nobody is left.
	if _, err := io.Copy(io.Discard, held); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(words[2]); !os.IsNotExist(err) {
		t.Errorf("the server's data are still there: %v", err)
	}
}
