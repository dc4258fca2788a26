// SPDX-License-Identifier: Apache-2.0

package operator

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// parentOf names, in the environment, the script that the test binary starts
// as a manager when it plays the process that starts one.
const parentOf = "ORDERSYNC_TEST_PARENT_OF"

// patience is how long something may take that must happen.
const patience = 30 * time.Second

func TestMain(m *testing.M) {
	if script := os.Getenv(parentOf); script != "" {
		if _, err := Start(script, "none", nil); err != nil {
			os.Exit(3)
		}
		select {} // until it is killed
	}
	os.Exit(m.Run())
}

// sleeper is a script that lives until it is ended. While it does it holds a
// pipe open: whoever reads the pipe learns of its beginning and of its end.
func sleeper(t *testing.T) (script, pipe string) {
	t.Helper()
	script = filepath.Join(t.TempDir(), "manager")
	pipe = script + ".pipe"
	if err := os.WriteFile(script, []byte("#!/bin/sh\nexec sleep 1000 >\"$0.pipe\" 2>&1\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	return script, pipe
}

// open waits until the script holds its pipe.
func open(t *testing.T, pipe string) *os.File {
	t.Helper()
	file, err := os.Open(pipe)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	return file
}

// ended fails unless the script ends.
func ended(t *testing.T, held *os.File) {
	t.Helper()
	if err := held.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	if _, err := held.Read(make([]byte, 1)); errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatal("the manager still runs")
	}
}

// The terminal's Ctrl-C goes to a process group: the manager is in none but its own.
func TestAManagerIsInAGroupOfItsOwn(t *testing.T) {
	script, pipe := sleeper(t)
	p, err := Start(script, "none", nil)
	if err != nil {
		t.Fatal(err)
	}
	held := open(t, pipe)
	group, err := syscall.Getpgid(p.PID())
	if err != nil || group != p.PID() || group == syscall.Getpgrp() {
		t.Errorf("group %d of process %d, ours is %d: %v", group, p.PID(), syscall.Getpgrp(), err)
	}
	p.Kill()
	ended(t, held)
}

func TestAKilledParentLeavesNoManager(t *testing.T) {
	script, pipe := sleeper(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	parent := exec.Command(self)
	parent.Env = append(os.Environ(), parentOf+"="+script)
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	held := open(t, pipe)
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait()
	ended(t, held)
}

// A manager lives as long as the process that started it, whatever becomes of
// the thread that asked for it.
func TestAManagerOutlivesTheThreadThatAskedForIt(t *testing.T) {
	script, pipe := sleeper(t)
	type start struct {
		process *Process
		thread  int
		err     error
	}
	started := make(chan start)
	var ask func()
	ask = func() {
		runtime.LockOSThread() // a goroutine that ends with its thread takes it along
		if syscall.Gettid() == syscall.Getpid() {
			// All threads end but the first: that one is held until another asks.
			defer runtime.UnlockOSThread()
			go ask()
			<-t.Context().Done()
			return
		}
		p, err := Start(script, "none", nil)
		started <- start{p, syscall.Gettid(), err}
	}
	go ask()
	asked := <-started
	if asked.err != nil {
		t.Fatal(asked.err)
	}
	open(t, pipe)
	thread := "/proc/self/task/" + strconv.Itoa(asked.thread)
	for deadline := time.Now().Add(patience); ; runtime.Gosched() {
		if _, err := os.Stat(thread); errors.Is(err, os.ErrNotExist) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the thread does not end")
		}
	}
	if err := asked.process.Stop(); err == nil || !strings.Contains(err.Error(), "terminated") {
		t.Errorf("the manager had ended before it was stopped: %v", err)
	}
}
