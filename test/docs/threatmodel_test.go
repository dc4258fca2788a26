// SPDX-License-Identifier: Apache-2.0

package docs

import (
	"slices"
	"strings"
	"testing"
)

const threatPage = "docs/threat-model.md"

// Every threat names what protects, and a test that exists.
func TestThreatsNameTests(t *testing.T) {
	tests := testNames(t)
	rows := allRows(read(t, threatPage))
	for _, row := range rows {
		for _, problem := range judgeThreat(row, func(name string) bool { return tests[name] }) {
			t.Errorf("%s: %q %s", threatPage, row[0], problem)
		}
	}
	if len(rows) < 20 {
		t.Fatalf("%d rows were found in %s", len(rows), threatPage)
	}
}

func TestAWrongThreatIsNoticed(t *testing.T) {
	isTest := func(name string) bool { return name == "TestIt" }
	if problems := judgeThreat([]string{"a threat", "a wall", "`TestIt`"}, isTest); len(problems) != 0 {
		t.Errorf("a right row: %v", problems)
	}
	for name, row := range map[string][]string{
		"no protection":            {"a threat", "", "`TestIt`"},
		"no test":                  {"a threat", "a wall", "looked at"},
		"a test that is not there": {"a threat", "a wall", "`TestIt`, `TestOther`"},
		"a cell too few":           {"a threat", "`TestIt`"},
	} {
		if len(judgeThreat(row, isTest)) == 0 {
			t.Errorf("%s is not noticed", name)
		}
	}
}

// judgeThreat says what is wrong with a row: threat, protection, tests.
func judgeThreat(row []string, isTest func(string) bool) (problems []string) {
	if len(row) != 3 || slices.Contains(row, "") {
		return []string{"has not three cells with something in them"}
	}
	names := slices.DeleteFunc(codes(row[2]), func(name string) bool { return !strings.HasPrefix(name, "Test") })
	if len(names) == 0 {
		problems = append(problems, "names no test")
	}
	for _, name := range names {
		if !isTest(name) {
			problems = append(problems, "names the test "+name+", which does not exist")
		}
	}
	return problems
}
