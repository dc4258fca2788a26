// SPDX-License-Identifier: Apache-2.0

package mapping

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
)

// parseCSV reads a table whose first line names its columns. Which table it is
// follows from them.
func parseCSV(at Place, data []byte) document {
	reader := csv.NewReader(bytes.NewReader(data))
	reader.FieldsPerRecord = -1
	reader.ReuseRecord = true
	header, err := reader.Read()
	if errors.Is(err, io.EOF) {
		return document{} // nothing stands in it
	}
	at.Line = 1
	if err != nil {
		return unreadable(at, "the line that names the columns is no CSV")
	}
	table, places, what := columnsOf(header)
	if what != "" {
		return unreadable(at, what)
	}
	fields := len(header)
	var d document
	for {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return d
		}
		if broken, ok := errors.AsType[*csv.ParseError](err); ok {
			at.Line = broken.StartLine
			d.lose(table, at, "a quotation mark does not fit")
			continue
		}
		if err != nil {
			return unreadable(at, "it cannot be read")
		}
		at.Line, _ = reader.FieldPos(0)
		if !slices.ContainsFunc(record, func(value string) bool { return strings.TrimSpace(value) != "" }) {
			continue // a blank line, or what a spreadsheet leaves of one
		}
		r := row{at: at, table: table, values: make([]string, len(places))}
		for i, place := range places {
			if place >= 0 && place < len(record) {
				r.values[i] = strings.Clone(record[place])
			}
		}
		if len(record) != fields {
			r.wrong = "it has another number of fields than the first line"
		}
		d.rows = append(d.rows, r)
	}
}

// columnsOf returns the table that a header belongs to, and where each of its
// columns stands; -1 for one that was left out.
func columnsOf(header []string) (table Table, places []int, what string) {
	names := make([]string, len(header))
	for i, name := range header {
		names[i] = strings.TrimSpace(name)
	}
	for _, candidate := range tables {
		if !slices.Contains(names, candidate.Columns()[0]) {
			continue
		}
		columns := candidate.Columns()
		for i, name := range names {
			switch {
			case !slices.Contains(columns, name):
				return "", nil, "a column is none of " + strings.Join(columns, ", ")
			case slices.Index(names, name) != i:
				return "", nil, "a column stands twice"
			}
		}
		places = make([]int, len(columns))
		for i, column := range columns {
			if places[i] = slices.Index(names, column); places[i] < 0 && candidate.required(column) {
				return "", nil, "the column " + column + " is missing"
			}
		}
		return candidate, places, ""
	}
	return "", nil, "the first line must name the columns, beginning with service, warehouseCarrier or masterSku"
}
