// SPDX-License-Identifier: Apache-2.0

package docs

import (
	"fmt"
	"go/ast"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const assumptionsPage = "docs/assumptions.md"

// assumption is a row of the page.
type assumption struct {
	question               string
	files, tests, switches []string
}

func assumptions(t *testing.T) []assumption {
	t.Helper()
	page := read(t, assumptionsPage)
	var all []assumption
	for _, title := range []string{"## Order Manager", "## 3PL Warehouse Manager"} {
		rows := table(page, title)
		if len(rows) == 0 {
			t.Fatalf("there is no table under %q", title)
		}
		for _, row := range rows {
			if len(row) != 5 || len(row[1]) < 2 {
				t.Fatalf("a row must be question, assumption, file, tests, switch: %q", row)
			}
			all = append(all, assumption{question: row[0], files: codes(row[2]), tests: codes(row[3]), switches: codes(row[4])})
		}
	}
	return all
}

// declaredTests returns the tests of a package folder.
func declaredTests(t *testing.T, folder string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, folder, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, path := range files {
		relative, err := filepath.Rel(root, path)
		if err != nil {
			t.Fatal(err)
		}
		for _, declaration := range parse(t, relative, nil).Decls {
			if function, ok := declaration.(*ast.FuncDecl); ok && function.Recv == nil && strings.HasPrefix(function.Name.Name, "Test") {
				names = append(names, function.Name.Name)
			}
		}
	}
	return names
}

// options returns the fields of a simulator's Options, each with its comment
// and that of its type.
func options(t *testing.T, system string) map[string]string {
	t.Helper()
	path := "internal/simulator/" + system + "/options.go"
	return optionsOf(parseWithComments(t, path, read(t, path)))
}

func optionsOf(file *ast.File) map[string]string {
	fields, types := map[string]string{}, map[string]string{}
	for _, declaration := range file.Decls {
		general, ok := declaration.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, spec := range general.Specs {
			declared, ok := spec.(*ast.TypeSpec)
			if !ok {
				continue
			}
			types[declared.Name.Name] = general.Doc.Text()
			structure, ok := declared.Type.(*ast.StructType)
			if !ok || declared.Name.Name != "Options" {
				continue
			}
			for _, field := range structure.Fields.List {
				for _, name := range field.Names {
					fields[name.Name] = field.Doc.Text()
					if kind, ok := field.Type.(*ast.Ident); ok {
						fields[name.Name] += " " + kind.Name
					}
				}
			}
		}
	}
	for name, doc := range fields {
		words := strings.Fields(doc)
		if len(words) > 0 {
			fields[name] = doc + " " + types[words[len(words)-1]]
		}
	}
	return fields
}

// undocumented is how the simulators' switches say that the vendor does not.
var undocumented = regexp.MustCompile(`(?i)unknown|undocumented|not documented|vendor does not say|inferred`)

// missingFrom returns what an assumption names and does not exist.
func missingFrom(a assumption, hasFile func(string) bool, hasTest func(folder, test string) bool, hasSwitch func(system, field string) bool) (missing []string) {
	if len(a.files) == 0 || len(a.tests) == 0 {
		missing = append(missing, "a file or a test")
	}
	for _, path := range a.files {
		if !hasFile(path) {
			missing = append(missing, path)
		}
	}
	for _, named := range a.tests {
		if at := strings.LastIndexByte(named, '.'); at < 0 || !hasTest(named[:at], named[at+1:]) {
			missing = append(missing, named)
		}
	}
	for _, named := range a.switches {
		system, field, _ := strings.Cut(named, ".")
		if !hasSwitch(system, field) {
			missing = append(missing, named)
		}
	}
	return missing
}

func TestAssumptionsNameWhatExists(t *testing.T) {
	known := map[string][]string{}
	switches := map[string]map[string]string{"ordermanager": options(t, "ordermanager"), "threepl": options(t, "threepl")}
	for _, a := range assumptions(t) {
		missing := missingFrom(a,
			func(path string) bool { _, err := os.Stat(filepath.Join(root, path)); return err == nil },
			func(folder, test string) bool {
				if known[folder] == nil {
					known[folder] = declaredTests(t, folder)
				}
				return slices.Contains(known[folder], test)
			},
			func(system, field string) bool { _, ok := switches[system][field]; return ok })
		for _, name := range missing {
			t.Errorf("%q: %s does not exist", a.question, name)
		}
	}
}

// Whatever the code calls an assumption has a row.
func TestEveryAssumptionOfTheCodeIsListed(t *testing.T) {
	var files, tests, switches []string
	for _, a := range assumptions(t) {
		files, tests, switches = append(files, a.files...), append(tests, a.tests...), append(switches, a.switches...)
	}
	for _, row := range table(read(t, assumptionsPage), "## Switches without a question") {
		switches = append(switches, codes(row[0])...)
	}
	assumed := 0
	for _, path := range productFiles(t) {
		if strings.Contains(read(t, path), "ASSUMPTION") {
			assumed++
			if !slices.Contains(files, path) {
				t.Errorf("%s assumes something that the page does not list", path)
			}
		}
	}
	doc := read(t, "internal/warehouse/threepl/doc.go")
	for _, test := range regexp.MustCompile(`\bTest[A-Z]\w+`).FindAllString(doc, -1) {
		if !slices.ContainsFunc(tests, func(named string) bool { return strings.HasSuffix(named, "."+test) }) {
			t.Errorf("%s holds an assumption that the page does not list", test)
		}
	}
	inDoc := regexp.MustCompile(`\(([a-z]+\.go)\)`).FindAllStringSubmatch(doc, -1)
	for _, match := range inDoc {
		if !slices.Contains(files, "internal/warehouse/threepl/"+match[1]) {
			t.Errorf("%s assumes something that the page does not list", match[1])
		}
	}
	named := 0
	for _, folder := range []string{"internal/ordermanager", "internal/warehouse/threepl"} {
		for _, test := range declaredTests(t, folder) {
			if strings.Contains(test, "Assumption") {
				named++
				if !slices.Contains(tests, folder+"."+test) {
					t.Errorf("%s.%s is named after an assumption that the page does not list", folder, test)
				}
			}
		}
	}
	if assumed == 0 || len(inDoc) == 0 || named == 0 {
		t.Errorf("found %d files, %d notes and %d tests: this test looks in the wrong place", assumed, len(inDoc), named)
	}
	for _, system := range []string{"ordermanager", "threepl"} {
		for _, field := range unlisted(system, options(t, system), switches) {
			t.Errorf("the simulator's switch %s is not listed", field)
		}
	}
}

// unlisted returns the switches for what is not documented that nobody lists.
func unlisted(system string, fields map[string]string, listed []string) (missing []string) {
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		if name := system + "." + field; undocumented.MatchString(fields[field]) && !slices.Contains(listed, name) {
			missing = append(missing, name)
		}
	}
	return missing
}

func TestMissingPartsOfAnAssumptionAreFound(t *testing.T) {
	a := assumption{files: []string{"a.go", "b.go"}, tests: []string{"p/q.TestA", "p/q.TestB", "TestC"}, switches: []string{"s.A", "s.B"}}
	got := missingFrom(a, func(path string) bool { return path == "a.go" },
		func(folder, test string) bool { return folder == "p/q" && test == "TestA" },
		func(system, field string) bool { return system == "s" && field == "A" })
	if want := []string{"b.go", "p/q.TestB", "TestC", "s.B"}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if got := missingFrom(assumption{}, nil, nil, nil); len(got) != 1 {
		t.Errorf("a row without file and test: %q", got)
	}
	fields := optionsOf(parseWithComments(t, "planted.go", "package p\n\n// Kind of thing. The vendor does not say.\ntype Kind string\n\n"+
		"// Options of New.\ntype Options struct {\n\t// A does it (unknown).\n\tA bool\n\t// B is documented.\n\tB bool\n\t// C is one.\n\tC Kind\n}\n"))
	if got := fmt.Sprint(unlisted("s", fields, []string{"s.A"})); got != "[s.C]" {
		t.Errorf("got %s", got)
	}
	if got := fmt.Sprint(unlisted("s", fields, nil)); got != "[s.A s.C]" {
		t.Errorf("got %s", got)
	}
}
