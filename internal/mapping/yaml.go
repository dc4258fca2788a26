// SPDX-License-Identifier: Apache-2.0

package mapping

import (
	"errors"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// parseYAML reads a document with any of the three lists.
func parseYAML(at Place, data []byte) document {
	var root yaml.Node
	decoder := yaml.NewDecoder(strings.NewReader(string(data)))
	if err := decoder.Decode(&root); err != nil {
		if errors.Is(err, io.EOF) {
			return document{} // nothing stands in it
		}
		at.Line = lineOf(err)
		return unreadable(at, "it is no YAML")
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return unreadable(at, "it holds more than one document")
	}
	if len(root.Content) == 0 {
		return document{}
	}
	top := root.Content[0]
	at.Line = top.Line
	if top.Kind == yaml.ScalarNode && top.Tag == "!!null" {
		return document{}
	}
	if top.Kind != yaml.MappingNode {
		return unreadable(at, "it must hold shipMethods, carriers or skuAliases")
	}
	var d document
	seen := map[string]bool{}
	for i := 0; i+1 < len(top.Content); i += 2 {
		name, list := top.Content[i], top.Content[i+1]
		at.Line = name.Line
		table := Table(name.Value)
		switch {
		case !slices.Contains(tables, table):
			// A misspelt name would otherwise be an empty table.
			return unreadable(at, "a member is none of shipMethods, carriers, skuAliases")
		case seen[name.Value]:
			return unreadable(at, name.Value+" stands twice")
		case list.Kind == yaml.ScalarNode && list.Tag == "!!null":
		case list.Kind != yaml.SequenceNode:
			return unreadable(at, name.Value+" must be a list")
		default:
			for _, item := range list.Content {
				d.item(at, table, item)
			}
		}
		seen[name.Value] = true
	}
	return d
}

// item reads one row of a list.
func (d *document) item(at Place, table Table, item *yaml.Node) {
	at.Line = item.Line
	if item.Kind != yaml.MappingNode {
		d.lose(table, at, "it must have the members "+strings.Join(table.Columns(), ", "))
		return
	}
	columns := table.Columns()
	r := row{at: at, table: table, values: make([]string, len(columns))}
	seen := map[string]bool{}
	for i := 0; i+1 < len(item.Content); i += 2 {
		name, value := item.Content[i], item.Content[i+1]
		place := slices.Index(columns, name.Value)
		switch {
		case place < 0:
			r.wrong = "a member is none of " + strings.Join(columns, ", ")
		case seen[name.Value]:
			r.wrong = name.Value + " stands twice"
		case value.Kind != yaml.ScalarNode:
			r.wrong = name.Value + " must be a text"
		case value.Tag == "!!null":
		default:
			// As it is written, whatever YAML would make of it: 1e5, 007 and NO are texts here.
			r.values[place] = value.Value
		}
		if place >= 0 {
			seen[name.Value] = true
		}
	}
	d.rows = append(d.rows, r)
}

var lineInMessage = regexp.MustCompile(`line ([0-9]+)`)

// lineOf finds the line in an error of the YAML reader, which has it nowhere else.
func lineOf(err error) int {
	match := lineInMessage.FindStringSubmatch(err.Error())
	if match == nil {
		return 0
	}
	line, convErr := strconv.Atoi(match[1])
	if convErr != nil {
		return 0
	}
	return line
}
