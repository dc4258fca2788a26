// SPDX-License-Identifier: Apache-2.0

package vendure

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The page lists what the real server showed, each with the tests that hold it.
// A test that was renamed or removed must not stand there.
func TestPageNamesTestsThatAreThere(t *testing.T) {
	const heading = "## What the real server showed"
	text, err := os.ReadFile(filepath.FromSlash("../../../docs/vendure.md"))
	ok(t, err)
	_, section, found := strings.Cut(string(text), heading)
	if !found {
		t.Fatalf("there is no section %q", heading)
	}
	section, _, _ = strings.Cut(section, "\n## ")
	files, err := filepath.Glob("*_test.go")
	ok(t, err)
	declared := map[string]bool{}
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		ok(t, err)
		for _, declaration := range parsed.Decls {
			if function, isFunction := declaration.(*ast.FuncDecl); isFunction {
				declared[function.Name.Name] = true
			}
		}
	}
	named := regexp.MustCompile("`(Test\\w+)`")
	rows := 0
	for line := range strings.Lines(section) {
		if !strings.HasPrefix(line, "| ") {
			continue
		}
		tests := named.FindAllStringSubmatch(line, -1)
		if rows++; rows > 1 && len(tests) == 0 {
			t.Errorf("no test holds this: %s", line)
		}
		for _, match := range tests {
			if !declared[match[1]] {
				t.Errorf("there is no test %s", match[1])
			}
		}
	}
	if rows < 3 {
		t.Errorf("the section lists %d behaviours", rows-1)
	}
}
