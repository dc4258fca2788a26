// SPDX-License-Identifier: Apache-2.0

package controlplane

import "sync"

const tailLength = 4096

// tail keeps the end of what a server wrote, for the error that says that the
// server did not start.
type tail struct {
	mutex   sync.Mutex
	content []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
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
