// SPDX-License-Identifier: Apache-2.0

// Package docs keeps the pages under docs/ true: it compares what they list
// with the code. Each comparison is a function of two lists, so that the tests
// prove on planted mistakes that it can fail.
package docs

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// root is the module's folder.
const root = "../.."

// read returns a file of the module.
func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// pages returns every page by its path, decisions included.
func pages(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(filepath.Join(root, "docs"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".md" {
			return err
		}
		relative, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		found[filepath.ToSlash(relative)] = read(t, relative)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) == 0 {
		t.Fatal("there are no pages")
	}
	return found
}

// table returns the rows of the first table under a heading, without its head.
// A cell cannot hold a pipe.
func table(page, heading string) [][]string {
	var rows [][]string
	under, head := false, 0
	for line := range strings.Lines(page) {
		line = strings.TrimSpace(line)
		switch {
		case line == heading:
			under = true
		case !under:
		case strings.HasPrefix(line, "|"):
			if head++; head <= 2 {
				continue
			}
			cells := strings.Split(strings.Trim(line, "|"), "|")
			for i := range cells {
				cells[i] = strings.TrimSpace(cells[i])
			}
			rows = append(rows, cells)
		case head > 0 || strings.HasPrefix(line, "#"):
			return rows
		}
	}
	return rows
}

var code = regexp.MustCompile("`([^`]+)`")

// codes returns the texts in backticks.
func codes(text string) []string {
	var all []string
	for _, match := range code.FindAllStringSubmatch(text, -1) {
		all = append(all, match[1])
	}
	return all
}

// compare returns what only one of two lists has, and what the page has twice.
func compare(page, truth []string) (problems []string) {
	counted := map[string]int{}
	for _, name := range page {
		counted[name]++
	}
	for _, name := range truth {
		if counted[name] == 0 {
			problems = append(problems, name+" is missing in the page")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(counted)) {
		if !slices.Contains(truth, name) {
			problems = append(problems, name+" stands in the page and does not exist")
		}
		if counted[name] > 1 {
			problems = append(problems, name+" stands in the page more than once")
		}
	}
	return problems
}

func TestCompareFindsEveryDifference(t *testing.T) {
	got := compare([]string{"a", "c", "c", "d"}, []string{"a", "b", "c"})
	want := []string{
		"b is missing in the page", "c stands in the page more than once", "d stands in the page and does not exist",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestTableReadsTheOneUnderTheHeading(t *testing.T) {
	const page = "| x | y |\n|--|--|\n| 0 | 0 |\n\n## Here\n\nText.\n\n| x | y |\n|---|---|\n| `a` | 1 |\n| `b` | 2 |\n\n| x |\n|--|\n| no |\n"
	got := table(page, "## Here")
	if len(got) != 2 || !slices.Equal(got[0], []string{"`a`", "1"}) || !slices.Equal(got[1], []string{"`b`", "2"}) {
		t.Errorf("got %q", got)
	}
	if got := table("## Here\n\n## There\n\n| x |\n|--|\n| 1 |\n", "## Here"); len(got) != 0 {
		t.Errorf("took the table of another heading: %q", got)
	}
}

var (
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#{1,6} +(.+)$`)
	fenced  = regexp.MustCompile("(?s)```.*?```")
	noSlug  = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

// anchors returns what the headings of a page can be linked as.
func anchors(page string) []string {
	var all []string
	for _, match := range heading.FindAllStringSubmatch(fenced.ReplaceAllString(page, ""), -1) {
		slug := noSlug.ReplaceAllString(strings.ToLower(strings.TrimSpace(match[1])), "")
		all = append(all, strings.ReplaceAll(slug, " ", "-"))
	}
	return all
}

// brokenLinks returns the links of a page to files and headings that are not there.
func brokenLinks(path, page string, readPage func(string) (string, bool)) (broken []string) {
	for _, match := range link.FindAllStringSubmatch(page, -1) {
		target, anchor, _ := strings.Cut(match[1], "#")
		if strings.Contains(target, "://") {
			continue
		}
		text := page
		if target != "" {
			var ok bool
			if text, ok = readPage(filepath.ToSlash(filepath.Join(filepath.Dir(path), target))); !ok {
				broken = append(broken, match[1])
				continue
			}
		}
		if anchor != "" && !slices.Contains(anchors(text), anchor) {
			broken = append(broken, match[1])
		}
	}
	return broken
}

func TestLinks(t *testing.T) {
	readPage := func(path string) (string, bool) {
		info, err := os.Stat(filepath.Join(root, path))
		if err != nil || info.IsDir() {
			return "", err == nil
		}
		return read(t, path), true
	}
	for path, page := range pages(t) {
		for _, broken := range brokenLinks(path, page, readPage) {
			t.Errorf("%s: %s leads nowhere", path, broken)
		}
	}
	there := func(path string) (string, bool) { return "# A b.c", path == "docs/b.md" }
	page := "# Top\n[x](#top) [x](b.md) [x](b.md#a-bc) [x](https://a.example/) [x](#no) [x](no.md) [x](b.md#no)"
	if got := brokenLinks("docs/a.md", page, there); !slices.Equal(got, []string{"#no", "no.md", "b.md#no"}) {
		t.Errorf("broken: %q", got)
	}
}
