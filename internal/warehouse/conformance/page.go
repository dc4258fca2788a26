// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// writePages is the environment variable that, set to anything, makes each run
// write its column instead of comparing it.
const writePages = "CONFORMANCE_WRITE"

// Page is where people read what became of a subject: a column of the one table
// of a page.
type Page struct {
	// File is the page's path from the package of the test; empty is no page.
	File string
	// Column is the column's title. Subjects that share one must all say the same.
	Column string
}

// rowTitle heads the column of the rows.
const rowTitle = "row"

// document is a page with a table, taken apart.
type document struct {
	before, after string
	// cells are the verdicts, by the column's title and the row.
	cells map[string]map[Row]string
	rows  []Row
}

// parsePage takes a page apart.
func parsePage(text string) (document, error) {
	d := document{cells: map[string]map[Row]string{}}
	var titles []string
	for line := range strings.Lines(text) {
		cells, isRow := splitRow(line)
		switch {
		case titles == nil && isRow && cells[0] == rowTitle:
			titles = cells[1:]
			for _, title := range titles {
				d.cells[title] = map[Row]string{}
			}
		case titles == nil:
			d.before += line
		case !isRow || d.after != "":
			d.after += line
		case strings.HasPrefix(cells[0], "---"):
		case len(cells) != len(titles)+1:
			return d, fmt.Errorf("the row %q has %d cells, and the table has %d columns", cells[0], len(cells), len(titles)+1)
		default:
			name := Row(cells[0])
			d.rows = append(d.rows, name)
			for i, title := range titles {
				d.cells[title][name] = cells[i+1]
			}
		}
	}
	if titles == nil {
		return d, errors.New("there is no table that begins with | " + rowTitle + " |")
	}
	return d, nil
}

func splitRow(line string) (cells []string, isRow bool) {
	line = strings.TrimSpace(line)
	if !strings.HasPrefix(line, "|") {
		return nil, false
	}
	for cell := range strings.SplitSeq(strings.Trim(line, "|"), "|") {
		cells = append(cells, strings.TrimSpace(cell))
	}
	return cells, true
}

// String puts a page together again.
func (d document) String() string {
	titles := slices.Sorted(maps.Keys(d.cells))
	var out strings.Builder
	out.WriteString(d.before)
	fmt.Fprintf(&out, "| %s | %s |\n|%s\n", rowTitle, strings.Join(titles, " | "), strings.Repeat("---|", len(titles)+1))
	for _, name := range d.rows {
		fmt.Fprintf(&out, "| %s |", name)
		for _, title := range titles {
			verdict := d.cells[title][name]
			if verdict == "" {
				verdict = entry{}.verdict()
			}
			fmt.Fprintf(&out, " %s |", verdict)
		}
		out.WriteString("\n")
	}
	out.WriteString(d.after)
	return out.String()
}

// differences tells where the page says something else than a run. A run of
// some rows says nothing of the others.
func (d document) differences(column string, t table) (all []string) {
	cells, there := d.cells[column]
	if !there {
		return []string{fmt.Sprintf("it has no column %q", column)}
	}
	var order []Row
	for _, e := range t.entries {
		order = append(order, e.row)
		if e.ran && cells[e.row] != e.verdict() {
			all = append(all, fmt.Sprintf("the row %q says %q, and the suite %q", e.row, cells[e.row], e.verdict()))
		}
	}
	if !slices.Equal(d.rows, order) {
		all = append(all, "its rows are not those of the suite in their order")
	}
	return all
}

// publish compares the table of a run with its column of the page, or writes
// it there. A run that failed, or of some rows alone, is not written.
func (p Page) publish(tb testing.TB, t table) {
	tb.Helper()
	if p.File == "" || tb.Failed() {
		return
	}
	folder, name := filepath.Split(filepath.FromSlash(p.File))
	root, err := os.OpenRoot(folder)
	if err != nil {
		tb.Errorf("the folder of the page: %v", err)
		return
	}
	defer root.Close()
	text, err := root.ReadFile(name)
	if err != nil {
		tb.Errorf("the page of conformance: %v", err)
		return
	}
	d, err := parsePage(string(text))
	if err != nil {
		tb.Errorf("the page %s: %v", p.File, err)
		return
	}
	if os.Getenv(writePages) == "" {
		for _, difference := range d.differences(p.Column, t) {
			tb.Errorf("the page %s is stale: %s; run this test with %s=1 to write it", p.File, difference, writePages)
		}
		return
	}
	d.rows, d.cells[p.Column] = nil, map[Row]string{}
	for _, e := range t.entries {
		if !e.ran {
			tb.Error("the page is not written: not every row was run")
			return
		}
		d.rows = append(d.rows, e.row)
		d.cells[p.Column][e.row] = e.verdict()
	}
	if err := root.WriteFile(name, []byte(d.String()), 0o600); err != nil {
		tb.Errorf("the page cannot be written: %v", err)
	}
}
