// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"unicode"
)

// tableDirectory is the environment variable that names where tables are
// written to, one file for each subject.
const tableDirectory = "CONFORMANCE_DIR"

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

// markdown returns the table for documentation.
func (t table) markdown() string {
	var out strings.Builder
	fmt.Fprintf(&out, "# Conformance of %s\n\n| row | result |\n|---|---|\n", t.subject)
	for _, e := range t.entries {
		fmt.Fprintf(&out, "| %s | %s |\n", e.row, strings.ReplaceAll(e.verdict(), "|", `\|`))
	}
	return out.String()
}

// write writes the table of a whole run; a table of some rows would pass for
// one of all.
func (t table) write(tb testing.TB) {
	tb.Helper()
	directory := os.Getenv(tableDirectory)
	if directory == "" {
		return
	}
	for _, e := range t.entries {
		if !e.ran {
			tb.Logf("the table is not written: not every row was run")
			return
		}
	}
	name := strings.ToLower(strings.Join(strings.FieldsFunc(t.subject, notPlain), "-")) + ".md"
	root, err := os.OpenRoot(directory)
	if err != nil {
		tb.Errorf("the directory of tables: %v", err)
		return
	}
	if err := errors.Join(root.WriteFile(name, []byte(t.markdown()), 0o600), root.Close()); err != nil {
		tb.Errorf("the table cannot be written: %v", err)
	}
}

func notPlain(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }
