// SPDX-License-Identifier: Apache-2.0

package docs

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"ordersync.dev/operator/internal/routine"
)

const (
	conditionsFile = "api/v1alpha1/conditions.go"
	reasonFile     = "internal/fulfillment/reason.go"
)

// parse parses Go source; nil content reads the file.
func parse(t *testing.T, path string, content any) *ast.File {
	t.Helper()
	name := path
	if content == nil {
		name = filepath.Join(root, path)
	}
	file, err := parser.ParseFile(token.NewFileSet(), name, content, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// parseWithComments parses Go source and keeps what is said of declarations.
func parseWithComments(t *testing.T, path, content string) *ast.File {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, content, parser.SkipObjectResolution|parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// constants returns the values of a file's text constants whose names begin with the prefix.
func constants(t *testing.T, file *ast.File, prefix string) map[string]string {
	t.Helper()
	values := map[string]string{}
	for _, declaration := range file.Decls {
		general, ok := declaration.(*ast.GenDecl)
		if !ok || general.Tok != token.CONST {
			continue
		}
		for _, spec := range general.Specs {
			spec := spec.(*ast.ValueSpec)
			for i, name := range spec.Names {
				if !strings.HasPrefix(name.Name, prefix) || i >= len(spec.Values) {
					continue
				}
				literal, ok := spec.Values[i].(*ast.BasicLit)
				if !ok || literal.Kind != token.STRING {
					continue
				}
				value, err := strconv.Unquote(literal.Value)
				if err != nil {
					t.Fatal(err)
				}
				values[name.Name] = value
			}
		}
	}
	return values
}

// reasons returns the constants of both files.
func reasons(t *testing.T) map[string]string {
	t.Helper()
	all := constants(t, parse(t, conditionsFile, nil), "Reason")
	for name, value := range constants(t, parse(t, reasonFile, nil), "Reason") {
		if _, twice := all[name]; twice {
			t.Errorf("%s is declared in both files", name)
		}
		all[name] = value
	}
	if len(all) < 50 {
		t.Fatalf("only %d reasons were found", len(all))
	}
	return all
}

// productFiles returns the Go files that are part of the manager.
func productFiles(t *testing.T) []string {
	t.Helper()
	var files []string
	for _, folder := range []string{"api", "cmd/manager", "internal"} {
		err := filepath.WalkDir(filepath.Join(root, folder), func(path string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			relative, err := filepath.Rel(root, path)
			if err != nil {
				return err
			}
			relative = filepath.ToSlash(relative)
			switch {
			case entry.IsDir() && (relative == "internal/simulator" || relative == "internal/testing"):
				return fs.SkipDir
			case !entry.IsDir() && strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go"):
				files = append(files, relative)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// uses notes which names a file uses; a constant's declaration is no use of it.
func uses(file *ast.File, used map[string]bool) {
	declared := map[*ast.Ident]bool{}
	ast.Inspect(file, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.ValueSpec:
			for _, name := range node.Names {
				declared[name] = true
			}
		case *ast.Ident:
			if !declared[node] {
				used[node.Name] = true
			}
		}
		return true
	})
}

// literalReasons returns the reasons that a file writes as text instead of
// taking a constant.
func literalReasons(file *ast.File) (found []string) {
	ast.Inspect(file, func(node ast.Node) bool {
		pair, ok := node.(*ast.KeyValueExpr)
		if !ok {
			return true
		}
		key, isName := pair.Key.(*ast.Ident)
		value, isLiteral := pair.Value.(*ast.BasicLit)
		if isName && isLiteral && key.Name == "Reason" && value.Value != `""` {
			found = append(found, value.Value)
		}
		return true
	})
	return found
}

// places are where a reason can be seen, besides the types of conditions.
var places = []string{"run", "failing order", "failing product", "drift", "skipped order", "token"}

func TestEveryReasonIsExplained(t *testing.T) {
	values := slices.Collect(maps.Values(reasons(t)))
	slices.Sort(values)
	if len(slices.Compact(slices.Clone(values))) != len(values) {
		t.Errorf("two constants have one value: %q", values)
	}
	rows := table(read(t, "docs/reasons.md"), "## Every reason")
	conditions := slices.Collect(maps.Values(constants(t, parse(t, conditionsFile, nil), "Condition")))
	var named []string
	for _, row := range rows {
		if len(row) != 4 || len(codes(row[0])) != 1 {
			t.Errorf("a row must be reason, where, meaning, what to do: %q", row)
			continue
		}
		reason := codes(row[0])[0]
		named = append(named, reason)
		if len(row[2]) < 10 || len(row[3]) < 4 {
			t.Errorf("%s: nothing is said of what it means or of what to do", reason)
		}
		for place := range strings.SplitSeq(row[1], ",") {
			place = strings.TrimSpace(place)
			condition := codes(place)
			if !slices.Contains(places, place) && (len(condition) != 1 || !slices.Contains(conditions, condition[0])) {
				t.Errorf("%s: %q is no place where a reason is seen", reason, place)
			}
		}
	}
	for _, problem := range compare(named, values) {
		t.Error(problem)
	}
	if !slices.IsSorted(named) {
		t.Error("the reasons are not in the order of the alphabet")
	}
}

func TestEveryReasonIsUsed(t *testing.T) {
	used := map[string]bool{}
	for _, path := range productFiles(t) {
		file := parse(t, path, nil)
		uses(file, used)
		if found := literalReasons(file); len(found) > 0 {
			t.Errorf("%s: reasons are constants, not texts: %q", path, found)
		}
	}
	for name := range reasons(t) {
		if !used[name] {
			t.Errorf("%s is used nowhere", name)
		}
	}
}

func TestUnusedAndLiteralReasonsAreFound(t *testing.T) {
	file := parse(t, "planted.go", "package p\n\nconst ReasonDead, ReasonAlive = \"Dead\", \"Alive\"\n\n"+
		"var _ = fault{Reason: ReasonAlive}\nvar _ = fault{Reason: \"Typed\"}\nvar _ = fault{Reason: \"\", Hint: \"x\"}\n")
	used := map[string]bool{}
	uses(file, used)
	if used["ReasonDead"] || !used["ReasonAlive"] {
		t.Errorf("used: %v", used)
	}
	if found := literalReasons(file); !slices.Equal(found, []string{`"Typed"`}) {
		t.Errorf("literal reasons: %q", found)
	}
	if got := constants(t, file, "Reason"); got["ReasonDead"] != "Dead" || got["ReasonAlive"] != "Alive" {
		t.Errorf("constants: %v", got)
	}
}

// A row of every condition stands in the guides.
func TestEveryConditionIsExplained(t *testing.T) {
	text := read(t, "docs/ordermanagerconnection.md") + read(t, "docs/syncpolicy.md")
	for _, condition := range constants(t, parse(t, conditionsFile, nil), "Condition") {
		if !strings.Contains(text, "| `"+condition+"` |") {
			t.Errorf("condition %s has no row in the guides", condition)
		}
	}
}

// Which reasons call for a person is said in two pages and in the code.
func TestEveryDriftIsExplained(t *testing.T) {
	var seen, told []string
	for _, row := range table(read(t, "docs/reasons.md"), "## Every reason") {
		for place := range strings.SplitSeq(row[1], ",") {
			if strings.TrimSpace(place) == "drift" {
				seen = append(seen, codes(row[0])[0])
			}
		}
	}
	for _, row := range table(read(t, "docs/books.md"), "## What to do") {
		if len(row) != 3 || len(row[2]) < 10 {
			t.Errorf("a row must be reason, who finds it, what to do: %q", row)
			continue
		}
		told = append(told, codes(row[0])[0])
	}
	for _, problem := range slices.Concat(compare(seen, routine.DriftReasons()), compare(told, routine.DriftReasons())) {
		t.Error(problem)
	}
}
