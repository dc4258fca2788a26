// SPDX-License-Identifier: Apache-2.0

package mapping

import (
	"slices"
	"strings"
)

// Builder collects rows and makes tables of them.
type Builder struct {
	// carrier returns Order Manager's spelling of a shippingCarrier.
	carrier    func(string) (string, bool)
	rows       []row
	problems   []Problem
	unreadable []Problem
	incomplete map[Table]Problem
}

// NewBuilder returns a Builder. The function returns Order Manager's spelling
// of a shippingCarrier, and false for a text that is none.
func NewBuilder(carrier func(string) (string, bool)) *Builder {
	return &Builder{carrier: carrier, incomplete: map[Table]Problem{}}
}

// Row adds a row that stands in the connection, with the values in the order
// of the table's columns.
func (b *Builder) Row(table Table, path string, number int, values ...string) {
	b.add(row{at: Place{Path: path, Line: number}, table: table, values: values})
}

// ConfigMap adds the tables in a ConfigMap's data.
func (b *Builder) ConfigMap(name string, data map[string][]byte) {
	size := 0
	var keys []string
	for key, value := range data {
		size += len(value)
		keys = append(keys, key)
	}
	if size > MaxBytes {
		b.Unreadable(name, "it is larger than 1 MiB")
		return
	}
	slices.Sort(keys)
	found := false
	for _, key := range keys {
		document, isTable := parse(name, key, data[key])
		found = found || isTable
		b.problems = append(b.problems, document.problems...)
		if document.unreadable != nil {
			b.unread(*document.unreadable)
		}
		for _, table := range tables {
			if at, lost := document.lost[table]; lost {
				b.lacks(table, at)
			}
		}
		for _, r := range document.rows {
			b.add(r)
		}
	}
	if !found {
		b.Unreadable(name, "none of its keys ends in .yaml, .yml or .csv")
	}
}

// Unreadable notes a ConfigMap that was named and cannot be read.
func (b *Builder) Unreadable(name, what string) {
	b.unread(Problem{At: Place{ConfigMap: name}, What: what})
}

// unread notes a place where rows of any table may stand.
func (b *Builder) unread(problem Problem) {
	b.unreadable = append(b.unreadable, problem)
	for _, table := range tables {
		b.lacks(table, problem)
	}
}

func (b *Builder) lacks(table Table, problem Problem) {
	if _, known := b.incomplete[table]; !known {
		b.incomplete[table] = problem
	}
}

func (b *Builder) add(r row) {
	if len(b.rows) < MaxRows {
		b.rows = append(b.rows, r)
		return
	}
	if len(b.rows) == MaxRows {
		// Rows beyond the bound were left out, and nobody knows of what they speak.
		b.unread(Problem{At: r.at, What: "it is the first row beyond 100,000; no connection can have more"})
		b.rows = append(b.rows, row{table: ""})
	}
}

// Build makes the tables.
func (b *Builder) Build() *Tables {
	t := newTables()
	for i := range b.rows {
		r := &b.rows[i]
		if r.table == "" {
			continue
		}
		r.check()
		if r.table == Carriers && r.wrong == "" {
			name, known := b.carrier(r.values[1])
			if !known {
				r.wrong = "shippingCarrier is none of Order Manager's"
			}
			r.values[1] = name
		}
		if r.wrong == "" {
			t.add(r)
		}
	}
	for i := range b.rows {
		if r := &b.rows[i]; r.wrong != "" {
			t.add(r)
		}
	}
	t.aliases.close()
	// Problems stand in the order of their places.
	t.problems = append(b.problems, t.problems...)
	slices.SortStableFunc(t.problems, func(a, b Problem) int { return comparePlaces(a.At, b.At) })
	t.refused = len(t.problems)
	t.problems = slices.Clone(t.problems[:min(len(t.problems), maxProblems)])
	t.unreadable, t.incomplete = b.unreadable, b.incomplete
	return t
}

func comparePlaces(a, b Place) int {
	if c := strings.Compare(a.ConfigMap, b.ConfigMap); c != 0 {
		return c
	}
	if c := strings.Compare(a.Key, b.Key); c != 0 {
		return c
	}
	if c := strings.Compare(a.Path, b.Path); c != 0 {
		return c
	}
	return a.Line - b.Line
}
