// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// run is a table of a run in which everything went well.
func run(verdicts ...string) table {
	t := table{subject: "Paper"}
	for i, cannot := range verdicts {
		t.entries = append(t.entries, entry{row: Row(rune('a' + i)), ran: true, passed: true, cannot: cannot})
	}
	return t
}

// page is a page in a file of its own.
func page(t *testing.T, text string) Page {
	t.Helper()
	file := filepath.Join(t.TempDir(), "page.md")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return Page{File: file, Column: "Paper"}
}

const goodPage = "# Title\n\nText | with a pipe.\n\n| row | Ink | Paper |\n|---|---|---|\n" +
	"| a | pass | pass |\n| b | the system cannot: x | the system cannot: no wings |\n\nMore text.\n\n| row | other |\n|---|---|\n"

func TestAPageIsCompared(t *testing.T) {
	t.Setenv(writePages, "")
	good := run("", "no wings")
	some := run("", "")
	some.entries[1].ran = false
	for name, test := range map[string]struct {
		page string
		run  table
		says string
	}{
		"as it is":               {goodPage, good, ""},
		"some of the rows":       {goodPage, some, ""},
		"another verdict":        {strings.Replace(goodPage, "| a | pass | pass |", "| a | pass | FAIL |", 1), good, `"a" says "FAIL"`},
		"another reason":         {goodPage, run("", "no feathers"), "no feathers"},
		"another column's":       {strings.Replace(goodPage, "| a | pass |", "| a | FAIL |", 1), good, ""},
		"a row that is new":      {goodPage, run("", "no wings", ""), `"c" says ""`},
		"a row that went":        {goodPage, run(""), "not those of the suite"},
		"another order of rows":  {goodPage, table{entries: []entry{good.entries[1], good.entries[0]}}, "their order"},
		"no such column":         {strings.ReplaceAll(goodPage, "Paper", "Stone"), good, "no column"},
		"no table":               {"# Title\n", good, "no table"},
		"a row with fewer cells": {strings.Replace(goodPage, "| a | pass | pass |", "| a | pass |", 1), good, "2 cells"},
	} {
		t.Run(name, func(t *testing.T) {
			p := page(t, test.page)
			got := record(t, func(t testing.TB) { p.publish(t, test.run) })
			if got.Failed() != (test.says != "") || !strings.Contains(got.said(), test.says) {
				t.Errorf("failed %t, said %q, want %q", got.Failed(), got.said(), test.says)
			}
			if left, err := os.ReadFile(p.File); err != nil || string(left) != test.page {
				t.Errorf("comparing changed the page: %v", err)
			}
		})
	}
	missing := Page{File: filepath.Join(t.TempDir(), "page.md"), Column: "Paper"}
	if got := record(t, func(t testing.TB) { missing.publish(t, good) }); !got.Failed() {
		t.Error("a page that is not there is taken for a good one")
	}
}

func TestAPageIsWritten(t *testing.T) {
	t.Setenv(writePages, "1")
	write := func(p Page, run table) (text string, failed bool) {
		t.Helper()
		got := record(t, func(t testing.TB) { p.publish(t, run) })
		content, err := os.ReadFile(p.File)
		if err != nil {
			t.Fatal(err)
		}
		return string(content), got.Failed()
	}
	p := page(t, goodPage)
	if text, failed := write(p, run("", "no wings")); failed || text != goodPage {
		t.Errorf("the same again is another page: %q", text)
	}
	want := strings.Replace(goodPage, "| a | pass | pass |\n| b | the system cannot: x | the system cannot: no wings |\n",
		"| a | pass | the system cannot: no ink |\n| b | the system cannot: x | pass |\n| c | not run | pass |\n", 1)
	if text, failed := write(p, run("no ink", "", "")); failed || text != want {
		t.Errorf("wrote %q", text)
	}
	p.Column = "Clay"
	if text, failed := write(p, run("", "")); failed || !strings.Contains(text, "| row | Clay | Ink | Paper |\n|---|---|---|---|\n| a | pass |") {
		t.Errorf("wrote %q", text)
	}
	some := run("", "no wings")
	some.entries[1].ran = false
	p = page(t, goodPage)
	if text, failed := write(p, some); !failed || text != goodPage {
		t.Errorf("a run of some rows was written: %q", text)
	}
}

// The page of this repository has the rows of the suite and a column for each
// driver that runs it; whether a column is true is compared where it is run.
func TestThePage(t *testing.T) {
	text, err := os.ReadFile(filepath.FromSlash("../../../docs/conformance.md"))
	if err != nil {
		t.Fatal(err)
	}
	d, err := parsePage(string(text))
	if err != nil {
		t.Fatal(err)
	}
	var want []Row
	required := map[Row]bool{}
	for _, r := range rows() {
		want = append(want, r.name)
		required[r.name] = r.required()
	}
	if !slices.Equal(d.rows, want) {
		t.Errorf("its rows are %q, want %q", d.rows, want)
	}
	for column, cells := range d.cells {
		for name, verdict := range cells {
			if excused := strings.HasPrefix(verdict, "the system cannot: "); verdict != "pass" && (!excused || required[name]) {
				t.Errorf("%s: the row %q says %q", column, name, verdict)
			}
		}
	}
	drivers, err := filepath.Glob(filepath.FromSlash("../*/conformance_test.go"))
	if err != nil || len(drivers) == 0 || len(drivers) != len(d.cells) {
		t.Errorf("%d drivers run the suite, and the page has %d columns: %v", len(drivers), len(d.cells), err)
	}
}
