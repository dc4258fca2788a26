// SPDX-License-Identifier: Apache-2.0

// Package fuzzing tells a TestMain what its binary was started for.
package fuzzing

import "flag"

// Only reports whether the binary fuzzes, or lists what it has, and runs no
// test besides: then no server needs to be started, which each of the worker
// processes would do again.
func Only() bool {
	if !flag.Parsed() {
		flag.Parse()
	}
	for _, name := range []string{"test.fuzz", "test.fuzzworker", "test.list"} {
		if found := flag.Lookup(name); found != nil && found.Value.String() != "" && found.Value.String() != "false" {
			return true
		}
	}
	return false
}
