// SPDX-License-Identifier: Apache-2.0

// Package operator runs the built manager binary as a process of its own, for
// end-to-end tests, the demo and the benchmark.
package operator

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"time"
)

// stopTime is longer than the manager's own graceful shutdown.
const stopTime = 110 * time.Second

// Process is one running manager.
type Process struct {
	command *exec.Cmd
	log     *logBuffer
	done    chan struct{}
	err     error
}

// besideSimulators are the flags of a manager whose systems are simulators: they
// listen on loopback and speak plain HTTP.
var besideSimulators = []string{"--allow-insecure-http", "--allowed-private-cidrs=127.0.0.0/8,::1/128"}

// Start starts the binary beside simulators, with a kubeconfig and arguments;
// of a flag that is given twice the last counts. Everything it writes is kept,
// and also goes to output when that is not nil.
func Start(binary, kubeconfig string, output io.Writer, arguments ...string) (*Process, error) {
	p := &Process{log: &logBuffer{also: output}, done: make(chan struct{})}
	p.command = exec.Command(binary, slices.Concat([]string{"--kubeconfig=" + kubeconfig}, besideSimulators, arguments)...) //nolint:noctx // it is ended by Stop or Kill
	p.command.Stdout, p.command.Stderr = p.log, p.log
	// A group of its own: Ctrl-C in a terminal goes to the whole group of the
	// process that began it, and the manager would get it a second time, besides
	// the signal by which that process stops it. And the manager must not outlive
	// a process that was killed itself.
	p.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	started := make(chan error)
	go p.run(started)
	if err := <-started; err != nil {
		return nil, fmt.Errorf("starting the manager: %w", err)
	}
	return p, nil
}

// run starts the process and waits for its end on one thread. Linux sends the
// signal for a parent's death when the thread ends that started the child, and
// Go ends threads: so the thread belongs to this goroutine until the child has
// ended.
func (p *Process) run(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := p.command.Start()
	started <- err
	if err == nil {
		p.err = p.command.Wait()
		close(p.done)
	}
}

// Done is closed when the process has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Log is everything that the process has written so far.
func (p *Process) Log() string { return p.log.String() }

// Said is closed when the process has written this text, or has ended.
func (p *Process) Said(text string) <-chan struct{} {
	said := make(chan struct{})
	go func() {
		defer close(said)
		select {
		case <-p.log.wait(text):
		case <-p.done:
		}
	}()
	return said
}

// PID is the id of the process.
func (p *Process) PID() int { return p.command.Process.Pid }

// Signal sends a signal to the process, if it is there still.
func (p *Process) Signal(signal os.Signal) { _ = p.command.Process.Signal(signal) }

// Kill ends the process at whatever instruction it is, and waits for its end.
func (p *Process) Kill() {
	_ = p.command.Process.Kill()
	<-p.done
}

// Stop asks the process to end and waits until it has.
func (p *Process) Stop() error {
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	return p.Ended()
}

// Ended waits until the process, which was asked to end, has. A second SIGTERM
// would end it at whatever instruction it is.
func (p *Process) Ended() error {
	select {
	case <-p.done:
		return p.err
	case <-time.After(stopTime):
		p.Kill()
		return fmt.Errorf("the manager did not end within %v of SIGTERM", stopTime)
	}
}

// Usage is what the process has used. It is known once the process has ended.
func (p *Process) Usage() (cpu time.Duration, peakMemoryBytes int64) {
	<-p.done
	state := p.command.ProcessState
	cpu = state.UserTime() + state.SystemTime()
	if usage, ok := state.SysUsage().(*syscall.Rusage); ok {
		peakMemoryBytes = usage.Maxrss * 1024 // Linux counts in KiB
	}
	return cpu, peakMemoryBytes
}

// logBuffer keeps what a process writes.
type logBuffer struct {
	mutex  sync.Mutex
	buffer bytes.Buffer
	also   io.Writer
	// awaited are texts that somebody waits for.
	awaited []awaitedText
}

type awaitedText struct {
	text    []byte
	written chan struct{}
}

func (b *logBuffer) Write(data []byte) (int, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if b.also != nil {
		_, _ = b.also.Write(data)
	}
	n, err := b.buffer.Write(data)
	b.awaited = slices.DeleteFunc(b.awaited, func(awaited awaitedText) bool {
		// It may have begun in what was written before.
		recent := b.buffer.Bytes()[max(0, b.buffer.Len()-len(data)-len(awaited.text)):]
		written := bytes.Contains(recent, awaited.text)
		if written {
			close(awaited.written)
		}
		return written
	})
	return n, err
}

// wait returns what is closed when the text has been written.
func (b *logBuffer) wait(text string) <-chan struct{} {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	awaited := awaitedText{text: []byte(text), written: make(chan struct{})}
	if bytes.Contains(b.buffer.Bytes(), awaited.text) {
		close(awaited.written)
		return awaited.written
	}
	b.awaited = append(b.awaited, awaited)
	return awaited.written
}

func (b *logBuffer) String() string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.buffer.String()
}
