// SPDX-License-Identifier: Apache-2.0

package controlplane

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

const moduleLine = "module ordersync.dev/operator\n"

// ModuleRoot is the folder of this module's go.mod, found from the working
// directory upwards: go test runs a test in the folder of its package, and the
// paths that the compiler recorded are trimmed.
func ModuleRoot() (string, error) {
	folder, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("finding the module's root: %w", err)
	}
	return moduleRootAbove(folder)
}

func moduleRootAbove(folder string) (string, error) {
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
