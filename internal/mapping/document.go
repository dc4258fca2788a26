// SPDX-License-Identifier: Apache-2.0

package mapping

import (
	"bytes"
	"path"
	"strings"
	"unicode/utf8"
)

// document is what was read of one key of a ConfigMap.
type document struct {
	rows     []row
	problems []Problem
	// unreadable says why nothing of it can be used.
	unreadable *Problem
	// lost are rows of a table of which not even the text can be read that they
	// speak of, by the table: the first of each.
	lost map[Table]Problem
}

// lose notes a row that cannot be read at all.
func (d *document) lose(table Table, at Place, what string) {
	problem := Problem{At: at, What: what}
	d.problems = append(d.problems, problem)
	if d.lost == nil {
		d.lost = map[Table]Problem{}
	}
	if _, twice := d.lost[table]; !twice {
		d.lost[table] = problem
	}
}

// parse reads one key of a ConfigMap, by the ending of its name. Of a key with
// another ending it returns false: it is not a table.
func parse(object, key string, data []byte) (document, bool) {
	at := Place{ConfigMap: object, Key: key}
	var read func(Place, []byte) document
	switch strings.ToLower(path.Ext(key)) {
	case ".csv":
		read = parseCSV
	case ".yaml", ".yml":
		read = parseYAML
	default:
		return document{}, false
	}
	// Spreadsheets put a mark before the text.
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(data) {
		return unreadable(at, "it is not UTF-8; save it as CSV UTF-8"), true
	}
	return read(at, data), true
}

func unreadable(at Place, what string) document {
	return document{unreadable: &Problem{At: at, What: what}}
}
