// SPDX-License-Identifier: Apache-2.0

package docs

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"ordersync.dev/operator/api/v1alpha1"
)

const painPage = "docs/pain-points.md"

// painPoints is how many limits the vendor's own pages admit.
const painPoints = 12

// Every limit of the hosted product has its row, which names fields and
// annotations that exist and a test that exists.
func TestPainPointsNameFieldsAndTests(t *testing.T) {
	fields := map[string]schema{}
	for _, manifest := range guides {
		for _, version := range defined(t, manifest).Spec.Versions {
			for _, half := range []string{"spec", "status"} {
				flatten(half, version.Schema.OpenAPI.Properties[half], fields)
			}
		}
	}
	tests := testNames(t)
	page := read(t, painPage)
	rows := table(page, "# What users of the hosted product run into")
	if len(rows) != painPoints {
		t.Fatalf("%s has %d rows, want %d", painPage, len(rows), painPoints)
	}
	for i, row := range rows {
		problems := judgePainPoint(row, i+1, func(f string) bool { _, ok := fields[f]; return ok }, func(n string) bool { return tests[n] })
		for _, problem := range problems {
			t.Errorf("%s: row %d %s", painPage, i+1, problem)
		}
	}
	for _, text := range []string{read(t, "README.md"), read(t, settingsPage)} {
		if !strings.Contains(text, "pain-points.md)") {
			t.Errorf("%s is not linked", painPage)
		}
	}
}

// judgePainPoint says what is wrong with a row: limit, what happens here, names, tests.
func judgePainPoint(row []string, number int, isField, isTest func(string) bool) (problems []string) {
	if len(row) != 4 {
		return []string{"has not four cells"}
	}
	if !strings.HasPrefix(row[0], fmt.Sprintf("%d. ", number)) {
		problems = append(problems, "does not begin with its number")
	}
	// Settings have the same cells in another order.
	problems = append(problems, judgeSetting([]string{row[0], row[2], row[1], row[3]}, isField, isTest)...)
	named := 0
	for _, name := range codes(row[2]) {
		named++
		switch {
		case strings.HasPrefix(name, "status.") && !isField(name):
			problems = append(problems, "names the field "+name+", which does not exist")
		case strings.HasPrefix(name, "ordersync.dev/") && !isAnnotation(name):
			problems = append(problems, "names the annotation "+name+", which does not exist")
		}
	}
	if named == 0 {
		problems = append(problems, "names nothing")
	}
	return problems
}

func isAnnotation(name string) bool {
	if slices.Contains([]string{v1alpha1.RunAnnotation, v1alpha1.ApproveInventoryAnnotation}, name) {
		return true
	}
	routines := []v1alpha1.RoutineName{v1alpha1.OrderDownload, v1alpha1.OrderCancelDownload, v1alpha1.ShipmentConfirmation, v1alpha1.InventorySync}
	for _, prefix := range []string{v1alpha1.RunAnnotationPrefix, v1alpha1.RetryAnnotationPrefix, v1alpha1.ResendAnnotationPrefix, v1alpha1.BackfillAnnotationPrefix} {
		if routine, ok := strings.CutPrefix(name, prefix); ok {
			return slices.Contains(routines, v1alpha1.RoutineName(routine))
		}
	}
	return false
}

func TestAWrongPainPointIsNoticed(t *testing.T) {
	has := func(names ...string) func(string) bool {
		return func(name string) bool { return slices.Contains(names, name) }
	}
	right := []string{"3. It hurts", "It does not.", "`spec.a`, `status.b`, `ordersync.dev/run.OrderDownload`", "`TestIt`"}
	judge := func(row []string) []string { return judgePainPoint(row, 3, has("spec.a", "status.b"), has("TestIt")) }
	if problems := judge(right); len(problems) != 0 {
		t.Errorf("a right row: %v", problems)
	}
	for name, change := range map[string]func(row []string){
		"another number":                  func(row []string) { row[0] = "4. It hurts" },
		"nothing that happens":            func(row []string) { row[1] = "" },
		"a field that is not there":       func(row []string) { row[2] = "`spec.c`" },
		"a status that is not there":      func(row []string) { row[2] = "`status.c`" },
		"an annotation that is not there": func(row []string) { row[2] = "`ordersync.dev/backfill.Orders`" },
		"no name":                         func(row []string) { row[2] = "none" },
		"a test that is not there":        func(row []string) { row[3] = "`TestOther`" },
		"no test":                         func(row []string) { row[3] = "by hand" },
	} {
		row := slices.Clone(right)
		change(row)
		if len(judge(row)) == 0 {
			t.Errorf("%s is not noticed", name)
		}
	}
}
