// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"fmt"
	"strings"
)

// entry is what became of one row.
type entry struct {
	row         Row
	ran, passed bool
	cannot      string
}

func (e entry) verdict() string {
	switch {
	case !e.ran:
		return "not run"
	case !e.passed:
		return "FAIL"
	case e.cannot != "":
		return "the system cannot: " + e.cannot
	}
	return "pass"
}

// table is the table of one subject.
type table struct {
	subject string
	entries []entry
}

// String returns the table row by row, for people at a terminal.
func (t table) String() string {
	width := 0
	for _, e := range t.entries {
		width = max(width, len(e.row))
	}
	var out strings.Builder
	fmt.Fprintf(&out, "conformance of %s\n", t.subject)
	for _, e := range t.entries {
		fmt.Fprintf(&out, "  %-*s  %s\n", width, e.row, e.verdict())
	}
	return out.String()
}
