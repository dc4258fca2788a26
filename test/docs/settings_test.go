// SPDX-License-Identifier: Apache-2.0

package docs

import (
	"go/ast"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const settingsPage = "docs/settings.md"

var fieldPath = regexp.MustCompile(`^spec\.[A-Za-z0-9.]+$`)

// Every row of the table of the hosted product's settings names a field that
// the kinds have and a test that exists.
func TestSettingsNameFieldsAndTests(t *testing.T) {
	fields := map[string]schema{}
	for _, manifest := range guides {
		for _, version := range defined(t, manifest).Spec.Versions {
			flatten("spec", version.Schema.OpenAPI.Properties["spec"], fields)
		}
	}
	tests := testNames(t)
	if len(tests) == 0 {
		t.Fatal("no test was found")
	}
	rows := 0
	for _, row := range allRows(read(t, settingsPage)) {
		rows++
		for _, problem := range judgeSetting(row, func(f string) bool { _, ok := fields[f]; return ok }, func(n string) bool { return tests[n] }) {
			t.Errorf("%s: %q %s", settingsPage, row[0], problem)
		}
	}
	if rows < 5 {
		t.Fatalf("%d rows were found in %s", rows, settingsPage)
	}
}

func TestAWrongSettingIsNoticed(t *testing.T) {
	has := func(names ...string) func(string) bool {
		return func(name string) bool { return slices.Contains(names, name) }
	}
	right := []string{"Earliest Order Date", "`spec.orders.earliestOrderDate`", "none", "`TestIt`"}
	if problems := judgeSetting(right, has("spec.orders.earliestOrderDate"), has("TestIt")); len(problems) != 0 {
		t.Errorf("a right row: %v", problems)
	}
	for name, row := range map[string][]string{
		"a field that is not there": {"A", "`spec.orders.other`", "none", "`TestIt`"},
		"a test that is not there":  {"A", "`spec.orders.earliestOrderDate`", "none", "`TestOther`"},
		"no test":                   {"A", "`spec.orders.earliestOrderDate`", "none", "by hand"},
		"no default":                {"A", "`spec.orders.earliestOrderDate`", "", "`TestIt`"},
		"a cell too few":            {"A", "`spec.orders.earliestOrderDate`", "`TestIt`"},
	} {
		if problems := judgeSetting(row, has("spec.orders.earliestOrderDate"), has("TestIt")); len(problems) == 0 {
			t.Errorf("%s is not noticed", name)
		}
	}
}

// judgeSetting says what is wrong with a row: setting, field, default, tests.
func judgeSetting(row []string, isField, isTest func(string) bool) (problems []string) {
	if len(row) != 4 {
		return []string{"has not four cells"}
	}
	for _, cell := range row {
		if cell == "" {
			problems = append(problems, "has an empty cell")
		}
	}
	for _, name := range codes(row[1]) {
		if fieldPath.MatchString(name) && !isField(name) {
			problems = append(problems, "names the field "+name+", which does not exist")
		}
	}
	proven := 0
	for _, name := range codes(row[3]) {
		if !strings.HasPrefix(name, "Test") {
			continue
		}
		if proven++; !isTest(name) {
			problems = append(problems, "names the test "+name+", which does not exist")
		}
	}
	if proven == 0 {
		problems = append(problems, "names no test")
	}
	return problems
}

// allRows returns the rows of every table of a page, without their heads.
func allRows(page string) [][]string {
	var rows [][]string
	for line := range strings.Lines(page) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "## ") {
			rows = append(rows, table(page, line)...)
		}
	}
	return rows
}

// testNames are the test functions of the module.
func testNames(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "bin" || strings.HasPrefix(entry.Name(), ".") && entry.Name() != ".."):
			return filepath.SkipDir
		case entry.IsDir() || !strings.HasSuffix(path, "_test.go"):
			return nil
		}
		relative, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		for _, declaration := range parse(t, relative, nil).Decls {
			if function, ok := declaration.(*ast.FuncDecl); ok && function.Recv == nil && strings.HasPrefix(function.Name.Name, "Test") {
				names[function.Name.Name] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
