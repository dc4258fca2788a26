// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"strings"
	"testing"
)

// Run runs every row against the subject, each as a subtest of its own name,
// logs the table at the end, and fails when the subject's page says anything
// else. With the environment variable CONFORMANCE_WRITE the page is written.
func Run(t *testing.T, subject Subject) {
	t.Helper()
	suite := rows()
	checkSubject(t, subject, suite)
	table := table{subject: subject.Name}
	for _, r := range suite {
		entry := entry{row: r.name}
		passed := t.Run(string(r.name), func(t *testing.T) {
			entry.ran = true
			entry.cannot = judge(t, subject, r)
		})
		entry.passed = passed
		table.entries = append(table.entries, entry)
	}
	t.Log("\n" + table.String())
	subject.Page.publish(t, table)
}

// checkSubject fails on a subject that says what cannot be meant.
func checkSubject(t testing.TB, subject Subject, suite []row) {
	t.Helper()
	if subject.Name == "" || subject.New == nil || subject.PageSize < 1 {
		t.Fatal("a subject needs Name, New and PageSize")
	}
	known := map[Row]bool{}
	for _, r := range suite {
		known[r.name] = true
	}
	for name, reason := range subject.Cannot {
		if !known[name] {
			t.Errorf("Cannot names %q, which is no row", name)
		}
		if strings.ContainsAny(reason, "|\n") {
			t.Errorf("the reason for %q cannot stand in a table", name)
		}
	}
	if subject.Page.File != "" && subject.Page.Column == "" {
		t.Error("a page without a column")
	}
}

// judge runs one row, or probes the claim that the system cannot pass it and
// returns the reason given for it.
func judge(t testing.TB, subject Subject, r row) (cannot string) {
	t.Helper()
	s := newScene(t, subject)
	capabilities := s.destination.Capabilities()
	reason, claimed := subject.Cannot[r.name]
	switch {
	case !claimed && !r.declared(capabilities):
		t.Fatal("the driver does not declare the capability of this row, and Subject.Cannot does not say why")
	case !claimed:
		r.check(t, s)
		return ""
	case strings.TrimSpace(reason) == "":
		t.Fatal("Subject.Cannot gives no reason for this row")
	case r.required():
		t.Fatalf("every destination must pass this row; %q excuses none", reason)
	case r.capability != nil && !r.optional && r.declared(capabilities):
		t.Fatalf("the driver declares the capability of this row, and Subject.Cannot says: %s", reason)
	}
	if r.instead != nil {
		r.instead(t, s)
	}
	fresh := newScene(t, subject)
	if probe := record(t, func(t testing.TB) { r.check(t, fresh) }); !probe.Failed() {
		t.Fatalf("the system can: the row passes, and Subject.Cannot says: %s", reason)
	}
	t.Logf("the system cannot: %s", reason)
	return reason
}
