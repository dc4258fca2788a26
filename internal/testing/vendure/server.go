// SPDX-License-Identifier: Apache-2.0

package vendure

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	// startTime is generous because the server may share two cores with a compiler.
	startTime = 120 * time.Second
	stopTime  = 20 * time.Second
	// username is the server's first administrator.
	username = "superadmin"
)

// Options of a Server.
type Options struct {
	// Output is where the server's own words go besides; nil is nowhere.
	Output io.Writer
	// Session is how long a login lasts, as the package ms reads it ("2s"); empty is "1h".
	Session string
}

// Server is a running Vendure. Its methods may be called by several goroutines,
// except Stop and Restart.
type Server struct {
	// URL is where it answers, without a path. It stays over a restart.
	URL string
	// Username and Password are those of the administrator who may do everything.
	Username, Password string

	packages, folder string
	options          Options
	port             int
	process          *process
	admin            *admin
}

// Start installs Vendure if need be and starts a server with an empty database.
// The caller stops it; whatever happens, the server ends with this process.
func Start(ctx context.Context, options Options) (*Server, error) {
	packages, err := Install(ctx)
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "vendure-")
	if err != nil {
		return nil, fmt.Errorf("starting Vendure: %w", err)
	}
	s := &Server{Username: username, Password: rand.Text(), packages: packages, folder: folder, options: options}
	s.admin = newAdmin(s)
	if err := s.launch(ctx); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

// launch starts the process and waits for its word that it answers.
func (s *Server) launch(ctx context.Context) error {
	script := filepath.Join(s.folder, "server.js")
	if err := os.WriteFile(script, serverScript, 0o600); err != nil {
		return fmt.Errorf("starting Vendure: %w", err)
	}
	process, err := startProcess(s.packages, script, s.options.Output,
		"VENDURE_DATA="+s.folder, "VENDURE_PORT="+strconv.Itoa(s.port),
		"VENDURE_USERNAME="+s.Username, "VENDURE_PASSWORD="+s.Password, "VENDURE_SESSION="+s.options.Session)
	if err != nil {
		return fmt.Errorf("starting Vendure: %w", err)
	}
	s.process = process
	limited, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	select {
	case s.port = <-process.ready:
		s.URL = fmt.Sprintf("http://127.0.0.1:%d", s.port)
		return nil
	case <-process.done:
		return fmt.Errorf("vendure ended before it answered; it wrote last:\n%s", process.tail)
	case <-limited.Done():
		return fmt.Errorf("vendure did not answer within %v (%w); it wrote last:\n%s", startTime, limited.Err(), process.tail)
	}
}

// Stop ends the server and removes its data. It may be called more than once.
func (s *Server) Stop() error {
	return errors.Join(s.end(), os.RemoveAll(s.folder))
}

// Pause ends the server and keeps its data: until Restart nobody answers.
func (s *Server) Pause() error { return s.end() }

// Restart ends the server, unless it was paused, and starts it again with its
// data at the same address. Logins stay good.
func (s *Server) Restart(ctx context.Context) error {
	if err := s.end(); err != nil {
		return err
	}
	return s.launch(ctx)
}

func (s *Server) end() error {
	if s.process == nil {
		return nil
	}
	defer func() { s.process = nil }()
	return s.process.stop()
}

// process is one run of Node.
type process struct {
	command *exec.Cmd
	tail    *tail
	// ready gets the port once.
	ready chan int
	done  chan struct{}
}

func startProcess(folder, script string, output io.Writer, environment ...string) (*process, error) {
	p := &process{tail: &tail{also: output}, ready: make(chan int, 1), done: make(chan struct{})}
	p.command = exec.Command("node", script) //nolint:noctx // it is ended by stop
	p.command.Dir = folder
	p.command.Env = append(os.Environ(), environment...)
	p.command.Stderr = p.tail
	// The server must not outlive a test that was killed itself; it then removes
	// its own data.
	p.command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM, Setpgid: true}
	stdout, err := p.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.command.Start(); err != nil {
		return nil, err
	}
	go func() {
		lines := bufio.NewScanner(stdout)
		for lines.Scan() {
			if port, ok := readyPort(lines.Text()); ok {
				p.ready <- port
				break
			}
			_, _ = fmt.Fprintln(p.tail, lines.Text())
		}
		_, _ = io.Copy(p.tail, stdout)
		_ = p.command.Wait()
		close(p.done)
	}()
	return p, nil
}

func readyPort(line string) (int, bool) {
	text, ok := strings.CutPrefix(line, "ready ")
	port, err := strconv.Atoi(text)
	return port, ok && err == nil && port > 0
}

// stop asks the process to end, and ends it if it does not listen.
func (p *process) stop() error {
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stopping Vendure: %w", err)
	}
	select {
	case <-p.done:
		return nil
	case <-time.After(stopTime):
		_ = p.command.Process.Kill()
		<-p.done
		return fmt.Errorf("vendure did not end within %v of SIGTERM; it wrote last:\n%s", stopTime, p.tail)
	}
}

const tailLength = 4096

// tail keeps the end of what the server wrote, for errors.
type tail struct {
	mutex   sync.Mutex
	content []byte
	also    io.Writer
}

func (t *tail) Write(p []byte) (int, error) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if t.also != nil {
		_, _ = t.also.Write(p)
	}
	t.content = append(t.content, p...)
	if surplus := len(t.content) - tailLength; surplus > 0 {
		t.content = append(t.content[:0], t.content[surplus:]...)
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	return string(t.content)
}
