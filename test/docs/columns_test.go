// SPDX-License-Identifier: Apache-2.0

package docs

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Every example of what `kubectl get` prints has the columns of its kind.
func TestExampleTablesHaveTheColumnsOfTheirKind(t *testing.T) {
	kinds := map[string][]string{}
	for _, manifest := range guides {
		kinds[manifest] = []string{"NAME"}
		for _, column := range defined(t, manifest).Spec.Versions[0].Columns {
			if column.Priority == 0 {
				kinds[manifest] = append(kinds[manifest], strings.ToUpper(column.Name))
			}
		}
	}
	texts := pages(t)
	texts["README.md"] = read(t, "README.md")
	found := 0
	for path, text := range texts {
		for _, head := range exampleHeads(text) {
			found++
			if !slices.ContainsFunc(slices.Collect(maps.Values(kinds)), func(columns []string) bool { return slices.Equal(head, columns) }) {
				t.Errorf("%s: an example has the columns %q, which no kind prints: %v", path, head, kinds)
			}
		}
	}
	if found < 4 {
		t.Fatalf("only %d examples were found", found)
	}
}

var gap = regexp.MustCompile(` {2,}`)

// exampleHeads returns the columns of each table that kubectl printed.
func exampleHeads(text string) (heads [][]string) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "NAME  ") {
			heads = append(heads, gap.Split(line, -1))
		}
	}
	return heads
}

func TestExampleHeadsAreRead(t *testing.T) {
	heads := exampleHeads("text\nNAME       READY   NEXT ORDERS   AGE\nacme       True    x   1s\n  NAME   MODE\nNAME of nothing\n")
	if len(heads) != 2 || !slices.Equal(heads[0], []string{"NAME", "READY", "NEXT ORDERS", "AGE"}) || !slices.Equal(heads[1], []string{"NAME", "MODE"}) {
		t.Errorf("%q", heads)
	}
}
