// SPDX-License-Identifier: Apache-2.0

package vendure

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

//go:embed package.json
var packageJSON []byte

//go:embed package-lock.json
var packageLock []byte

//go:embed server.js
var serverScript []byte

const (
	// installAttempts is how often npm is run before its failure is believed:
	// a registry that hiccups is not a failed test.
	installAttempts = 3
	// installPause is the time before the second attempt; the third waits twice as long.
	installPause = 2 * time.Second
	// shownOutput is how much of npm's last words an error repeats, in bytes.
	shownOutput = 2000
)

// ErrNodeMissing says that Node or npm is not there.
var ErrNodeMissing = errors.New("a real Vendure needs node (18 or later) and npm: install them, " +
	"for example with apt-get install nodejs npm")

// Install provides the packages of package-lock.json and returns their folder,
// bin/vendure-<hash of the lock file> in the module. It is done once: a folder
// that is there is complete. Processes that install at the same time wait for
// the first.
func Install(ctx context.Context) (string, error) {
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			return "", fmt.Errorf("%w (%w)", ErrNodeMissing, err)
		}
	}
	root, err := moduleRoot()
	if err != nil {
		return "", err
	}
	bin := filepath.Join(root, "bin")
	folder := filepath.Join(bin, fmt.Sprintf("vendure-%x", sha256.Sum256(packageLock))[:len("vendure-")+16])
	return folder, provide(bin, folder, func(into string) error { return npm(ctx, into) })
}

// provide fills the folder unless it is there. It appears whole or not at all.
func provide(bin, folder string, fill func(string) error) error {
	if present(folder) {
		return nil
	}
	if err := os.MkdirAll(bin, 0o755); err != nil {
		return fmt.Errorf("installing Vendure: %w", err)
	}
	unlock, err := lock(filepath.Join(bin, "vendure.lock"))
	if err != nil {
		return fmt.Errorf("installing Vendure: %w", err)
	}
	defer unlock()
	if present(folder) {
		return nil
	}
	half, err := os.MkdirTemp(bin, ".vendure-")
	if err != nil {
		return fmt.Errorf("installing Vendure: %w", err)
	}
	defer os.RemoveAll(half)
	if err := fill(half); err != nil {
		return err
	}
	if err := os.Rename(half, folder); err != nil {
		return fmt.Errorf("installing Vendure: %w", err)
	}
	return nil
}

func present(folder string) bool {
	_, err := os.Stat(folder)
	return err == nil
}

// npm installs into the folder.
func npm(ctx context.Context, folder string) error {
	files := map[string][]byte{
		"package.json":      packageJSON,
		"package-lock.json": packageLock,
		// Some packages bring files of Go; a module of its own keeps them out of ./...
		"go.mod": []byte("module vendure.invalid\n"),
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
			return fmt.Errorf("installing Vendure: %w", err)
		}
	}
	return repeatedly(ctx, func() error {
		command := exec.CommandContext(ctx, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier")
		command.Dir = folder
		command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
		command.WaitDelay = 10 * time.Second
		output, err := command.CombinedOutput()
		if err != nil {
			return fmt.Errorf("installing Vendure from npm's registry (%w); is it reachable? npm wrote last:\n%s",
				err, bytes.TrimSpace(output[max(0, len(output)-shownOutput):]))
		}
		return nil
	})
}

// repeatedly tries again after a failure, with growing pauses.
func repeatedly(ctx context.Context, try func() error) error {
	for attempt := 1; ; attempt++ {
		err := try()
		if err == nil || attempt == installAttempts {
			return err
		}
		select {
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		case <-time.After(time.Duration(attempt) * installPause):
		}
	}
}

// lock waits until no other process holds the file.
func lock(path string) (unlock func(), err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return func() { _ = file.Close() }, nil
}

const moduleLine = "module ordersync.dev/operator\n"

// moduleRoot is the folder of this module's go.mod, found from the working
// directory upwards. The control plane's package has the same, but also all of
// Kubernetes behind it.
func moduleRoot() (string, error) {
	folder, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("finding the module's root: %w", err)
	}
	for current := folder; ; current = filepath.Dir(current) {
		content, err := os.ReadFile(filepath.Join(current, "go.mod"))
		switch {
		case err == nil && bytes.Contains(content, []byte(moduleLine)):
			return current, nil
		case err != nil && !errors.Is(err, os.ErrNotExist):
			return "", fmt.Errorf("finding the module's root: %w", err)
		}
		if current == filepath.Dir(current) {
			return "", fmt.Errorf("no go.mod of ordersync.dev/operator above %s", folder)
		}
	}
}
