// SPDX-License-Identifier: Apache-2.0

package vendureworld

import "regexp"

// tokens of a GraphQL document that matter here: texts, so that what is in them
// is not taken for anything else, names, and what brackets them.
var tokens = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|#[^\n]*|[A-Za-z_][A-Za-z0-9_]*|\.\.\.|[(){}:]`)

// rootFields are the fields that a document with one operation asks for, by
// their own names and not by their aliases.
func rootFields(document string) []string {
	var fields []string
	var braces, parentheses int
	alias := false
	for _, token := range tokens.FindAllString(document, -1) {
		switch token {
		case "(":
			parentheses++
			continue
		case ")":
			parentheses--
			continue
		}
		if parentheses > 0 {
			continue
		}
		switch token {
		case "{":
			braces++
		case "}":
			if braces--; braces == 0 {
				return fields
			}
		case ":":
			alias = braces == 1 && len(fields) > 0
		default:
			if braces != 1 || token[0] == '"' || token[0] == '#' {
				continue
			}
			if alias {
				fields[len(fields)-1], alias = token, false
				continue
			}
			fields = append(fields, token)
		}
	}
	return fields
}
