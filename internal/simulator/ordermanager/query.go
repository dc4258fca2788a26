// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

type parameterKind int

const (
	text parameterKind = iota
	number32
	number64
	boolean
	moment
	choice
)

// parameter is one query parameter of a route.
type parameter struct {
	kind     parameterKind
	repeated bool
	required bool
	choices  []string
}

// pageSize is a parameter set of its own, for the lists that have pages: limit's default differs.
const (
	pageName  = "page"
	limitName = "limit"
)

func paged(defaultLimit int, parameters map[string]parameter) map[string]parameter {
	parameters[pageName] = parameter{kind: number32}
	parameters[limitName] = parameter{kind: number32, choices: []string{strconv.Itoa(defaultLimit)}}
	return parameters
}

// query holds the parameters of a call, already checked.
type query struct {
	values map[string][]string
	page   int
	limit  int
}

// parseQuery refuses unknown, repeated, empty and malformed parameters.
func parseQuery(known map[string]parameter, raw string, options Options) (query, error) {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return query{}, fmt.Errorf("the query is malformed")
	}
	for name, list := range values {
		p, ok := known[name]
		if !ok {
			return query{}, fmt.Errorf("unknown parameter %q", name)
		}
		if len(list) > 1 && !p.repeated {
			return query{}, fmt.Errorf("parameter %q is given more than once", name)
		}
		for _, value := range list {
			if err := p.check(value); err != nil {
				return query{}, fmt.Errorf("parameter %q: %w", name, err)
			}
		}
	}
	for name, p := range known {
		if p.required && len(values[name]) == 0 {
			return query{}, fmt.Errorf("parameter %q is required", name)
		}
	}
	q := query{values: values, page: 1}
	if size, isPaged := known[limitName]; isPaged {
		q.limit, _ = strconv.Atoi(size.choices[0])
		if list := values[limitName]; len(list) == 1 {
			q.limit, _ = strconv.Atoi(list[0])
			if q.limit < options.MinLimit || q.limit > options.MaxLimit {
				return query{}, fmt.Errorf("limit must lie between %d and %d", options.MinLimit, options.MaxLimit)
			}
		}
		if list := values[pageName]; len(list) == 1 {
			if q.page, _ = strconv.Atoi(list[0]); q.page < 1 {
				return query{}, fmt.Errorf("page must be at least 1")
			}
		}
	}
	return q, nil
}

func (p parameter) check(value string) error {
	switch p.kind {
	case number32, number64:
		bits := 64
		if p.kind == number32 {
			bits = 32
		}
		if _, err := strconv.ParseInt(value, 10, bits); err != nil {
			return fmt.Errorf("not a whole number of %d bits", bits)
		}
	case boolean:
		if value != "true" && value != "false" {
			return fmt.Errorf("neither true nor false")
		}
	case moment:
		if _, err := parseTime(value); err != nil {
			return err
		}
	case choice:
		if !slices.Contains(p.choices, value) {
			return fmt.Errorf("not one of the documented values")
		}
	case text:
		if value == "" {
			return fmt.Errorf("empty")
		}
	}
	return nil
}

func (q query) has(name string) bool { return len(q.values[name]) > 0 }

func (q query) texts(name string) []string { return q.values[name] }

func (q query) text(name string) string {
	if list := q.values[name]; len(list) > 0 {
		return list[0]
	}
	return ""
}

// number is 0 for an absent parameter; the vendor's own default for ids is 0, which filters nothing.
func (q query) number(name string) int64 {
	number, _ := strconv.ParseInt(q.text(name), 10, 64)
	return number
}

func (q query) numbers(name string) []int64 {
	var list []int64
	for _, value := range q.values[name] {
		number, _ := strconv.ParseInt(value, 10, 64)
		list = append(list, number)
	}
	return list
}

func (q query) flag(name string) bool { return q.text(name) == "true" }

// within says whether t lies in the closed range that two parameters give; a zero time is in no range.
func (q query) within(fromName, toName string, t time.Time) bool {
	if !q.has(fromName) && !q.has(toName) {
		return true
	}
	if t.IsZero() {
		return false
	}
	if from, err := parseTime(q.text(fromName)); err == nil && t.Before(from) {
		return false
	}
	if to, err := parseTime(q.text(toName)); err == nil && t.After(to) {
		return false
	}
	return true
}

// cut returns the asked-for page of a list.
func cut[T any](q query, list []T) []T {
	start := (q.page - 1) * q.limit
	if start >= len(list) {
		return nil
	}
	return list[start:min(start+q.limit, len(list))]
}

// matchesPrefix is the vendor's search: a wildcard is put behind every text, and case does not count.
func matchesPrefix(prefixes []string, value string) bool {
	if len(prefixes) == 0 {
		return true
	}
	for _, prefix := range prefixes {
		if len(value) >= len(prefix) && strings.EqualFold(value[:len(prefix)], prefix) {
			return true
		}
	}
	return false
}
