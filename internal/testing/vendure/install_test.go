// SPDX-License-Identifier: Apache-2.0

package vendure

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
)

// A folder is filled once, however many want it at the same time, and what
// failed half-way leaves nothing.
func TestProvide(t *testing.T) {
	bin := t.TempDir()
	folder := filepath.Join(bin, "vendure-test")
	broken := errors.New("the registry hiccups")
	if err := provide(bin, folder, func(into string) error {
		if err := os.WriteFile(filepath.Join(into, "half"), nil, 0o600); err != nil {
			return err
		}
		return broken
	}); !errors.Is(err, broken) {
		t.Fatalf("got %v", err)
	}
	if entries, err := filepath.Glob(filepath.Join(bin, "*vendure-*")); err != nil || len(entries) > 0 {
		t.Fatalf("it left %v: %v", entries, err)
	}

	var filled atomic.Int64
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if err := provide(bin, folder, func(into string) error {
				filled.Add(1)
				return os.WriteFile(filepath.Join(into, "whole"), nil, 0o600)
			}); err != nil {
				t.Error(err)
			}
			if _, err := os.Stat(filepath.Join(folder, "whole")); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if n := filled.Load(); n != 1 {
		t.Errorf("it was filled %d times", n)
	}
}

// A failure is tried again, and told when it stays; nobody waits for a test
// that was given up.
func TestRepeatedly(t *testing.T) {
	broken := errors.New("broken")
	given, cancel := context.WithCancel(t.Context())
	cancel()
	tries := 0
	if err := repeatedly(given, func() error { tries++; return broken }); !errors.Is(err, broken) || !errors.Is(err, context.Canceled) || tries != 1 {
		t.Errorf("%d tries, %v", tries, err)
	}
	tries = 0
	if err := repeatedly(t.Context(), func() error { tries++; return nil }); err != nil || tries != 1 {
		t.Errorf("%d tries, %v", tries, err)
	}
}

func TestReadyPort(t *testing.T) {
	for line, want := range map[string]int{"ready 8080": 8080, "ready": 0, "ready x": 0, "ready 0": 0, "not ready 80": 0, "": 0} {
		if port, ok := readyPort(line); ok != (want > 0) || ok && port != want {
			t.Errorf("%q: %d, %t", line, port, ok)
		}
	}
}
