// SPDX-License-Identifier: Apache-2.0

package chaos

import (
	"cmp"
	"context"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"ordersync.dev/operator/internal/simulator/fault"
	"ordersync.dev/operator/internal/testing/operator"
)

// electionFlags are shorter than the product's own times, so that a hundred
// takeovers fit into minutes, and what was written down and not reported is
// reported before the books are closed. A request that a killed process had under
// way has ended on loopback long before the takeover.
const electionFlags = "--lease-duration=6s --renew-deadline=4s --retry-period=1s --takeover-delay=1s --lost-report-wait=1s"

// managers are two processes of which one leads. One that ends is started again.
type managers struct {
	t       *testing.T
	cluster *cluster
	log     *os.File

	mutex   sync.Mutex
	running [2]*operator.Process
	stopped context.Context
}

func startManagers(t *testing.T, c *cluster) *managers {
	t.Helper()
	log, err := os.Create(cmp.Or(*logFlag, filepath.Join(t.TempDir(), "managers.log")))
	must(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	m := &managers{t: t, cluster: c, log: log, stopped: ctx}
	var keepers sync.WaitGroup
	for slot := range m.running {
		keepers.Go(func() { m.keep(slot) })
	}
	t.Cleanup(func() {
		cancel()
		keepers.Wait()
		if t.Failed() {
			t.Logf("the managers' last lines:\n%s", m.lastLines())
		}
		_ = log.Close()
	})
	return m
}

// keep starts a process, and another one when it has ended.
func (m *managers) keep(slot int) {
	for m.stopped.Err() == nil {
		process, err := operator.Start(m.cluster.binary, m.cluster.kubeconfig, m.log, append(strings.Fields(electionFlags),
			"--leader-elect", "--lease-namespace="+operator.Namespace, "--slice=10s",
			"--metrics-bind-address=0", "--health-probe-bind-address=0")...)
		if err != nil {
			m.t.Error(err)
			return
		}
		m.mutex.Lock()
		m.running[slot] = process
		m.mutex.Unlock()
		select {
		case <-process.Done():
			pause(m.stopped, 300*time.Millisecond)
		case <-m.stopped.Done():
			if err := process.Stop(); err != nil {
				m.t.Errorf("stopping a manager: %v", err)
			}
		}
	}
}

func (m *managers) at(slot int) *operator.Process {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return m.running[slot]
}

func (m *managers) any(random *rand.Rand) *operator.Process { return m.at(random.IntN(len(m.running))) }

// killManagers ends processes: either one at whatever instruction it is, or
// both while the answer to a write that took effect is on its way.
func (r *run) killManagers(ctx context.Context, random *rand.Rand) {
	mean := *lastsFlag / time.Duration(*killsFlag+1)
	for ctx.Err() == nil {
		pause(ctx, mean/2+time.Duration(random.Int64N(int64(mean))))
		if random.IntN(2) == 0 {
			r.kill(r.managers.any(random))
			continue
		}
		one := r.merchants[random.IntN(len(r.merchants))]
		injector := []*fault.Injector{one.world.OrderManagerFaults, one.world.WarehouseFaults}[random.IntN(2)]
		hold := injector.HoldAfter(fault.Rule{Method: []string{http.MethodPost, http.MethodPut}[random.IntN(2)], Nth: 1 + random.IntN(20)})
		await(ctx, mean, hold.Reached())
		for slot := range r.managers.running {
			r.kill(r.managers.at(slot))
		}
		injector.Remove(hold.ID)
	}
}

func (r *run) kill(process *operator.Process) {
	if process != nil {
		process.Kill()
		r.tally.add(kill, 1)
	}
}

// pauseManagers stops a process for longer than its lease and lets it go on:
// it then believes that it leads.
func (r *run) pauseManagers(ctx context.Context, random *rand.Rand) {
	for ctx.Err() == nil {
		pause(ctx, 10*time.Second+time.Duration(random.Int64N(int64(20*time.Second))))
		process := r.managers.any(random)
		if process == nil || ctx.Err() != nil {
			continue
		}
		process.Signal(syscall.SIGSTOP)
		pause(ctx, 7*time.Second+time.Duration(random.Int64N(int64(3*time.Second))))
		process.Signal(syscall.SIGCONT)
		r.tally.add(pauses, 1)
	}
}

func (m *managers) written() string {
	text, err := os.ReadFile(m.log.Name())
	if err != nil {
		m.t.Error(err)
	}
	return string(text)
}

func (m *managers) panicked() bool {
	text := m.written()
	return strings.Contains(text, "panic: ") || strings.Contains(text, "Observed a panic") || strings.Contains(text, "fatal error: ")
}

func (m *managers) lastLines() string {
	lines := strings.Split(m.written(), "\n")
	return strings.Join(lines[max(0, len(lines)-40):], "\n")
}
