// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"ordersync.dev/operator/internal/simulator/ordermanager"
	"ordersync.dev/operator/internal/simulator/world"
)

func TestRunServesUntilItIsStopped(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	done := make(chan error, 1)
	go func() {
		done <- run(ctx, []string{"--orders=30", "--skus=20", "--seed=9", "--allocation=None"}, writer, io.Discard)
	}()
	line, err := bufio.NewReader(reader).ReadBytes('\n')
	if err != nil {
		t.Fatal(err)
	}
	var addresses world.Addresses
	if err := json.Unmarshal(line, &addresses); err != nil {
		t.Fatalf("%v: %s", err, line)
	}
	for url, status := range map[string]int{
		addresses.OrderManager.URL + "/v1/warehouses":    401,
		addresses.ThreePL.URL + "/orders":                401,
		addresses.Control + "/_control/books":            200,
		addresses.Control + "/threepl/_control/snapshot": 200,
	} {
		response, err := http.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != status {
			t.Errorf("%s: %d, want %d", url, response.StatusCode, status)
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if response, err := http.Get(addresses.Control + "/_control/books"); err == nil {
		_ = response.Body.Close()
		t.Error("a stopped simulator answers")
	}
}

func TestParse(t *testing.T) {
	options, err := parse([]string{"--latency=20ms", "--allocation=AllButHeld", "--order-queue", "--orders", "0", "--skus", "0"}, io.Discard)
	if err != nil || options.Latency != 20*time.Millisecond || options.OrderManager.Allocation != ordermanager.AllocateAllButHeld ||
		!options.OrderQueue || !options.Empty {
		t.Errorf("%+v %v", options, err)
	}
	for _, arguments := range [][]string{
		{"--allocation=Some"}, {"stray"}, {"--orders=-1"}, {"--latency=-1s"}, {"--skus=0"}, {"--unknown"}, {"--latency=soon"},
	} {
		if _, err := parse(arguments, io.Discard); err == nil {
			t.Errorf("%v is accepted", arguments)
		}
	}
	if err := run(t.Context(), []string{"--threepl-address=0.0.0.0:0"}, io.Discard, io.Discard); err == nil {
		t.Error("an address for everybody is accepted")
	}
}

func TestHelpNamesTheCredentials(t *testing.T) {
	var out bytes.Buffer
	if _, err := parse([]string{"--help"}, &out); !errors.Is(err, flag.ErrHelp) {
		t.Error(err)
	}
	w, err := world.New(world.Options{Empty: true})
	if err != nil {
		t.Fatal(err)
	}
	a := w.Addresses()
	for _, text := range []string{a.OrderManager.WarehouseName, a.OrderManager.Username, a.OrderManager.Password, a.OrderManager.AccessToken,
		a.ThreePL.ClientID, a.ThreePL.ClientSecret, a.ThreePL.UserLogin, a.ThreePL.TimeZone, "-allocation", "/_control/books"} {
		if !strings.Contains(out.String(), text) {
			t.Errorf("the help does not name %q", text)
		}
	}
}
