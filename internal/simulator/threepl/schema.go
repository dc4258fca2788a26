// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// kind is the type of a model property, which its values in a filter must have.
type kind int

const (
	kindText kind = iota
	kindNumber
	kindBool
	kindDate
)

// value is a property's value. Dates are wall clock times, kept as if in UTC:
// the API shows no offsets.
type value struct {
	given  bool
	text   string
	number Quantity
	flag   bool
	date   time.Time
}

func textValue(text string) value    { return value{given: text != "", text: text} }
func numberValue(n Quantity) value   { return value{given: true, number: n} }
func idValue(id int64) value         { return numberValue(Units(id)) }
func boolValue(flag bool) value      { return value{given: true, flag: flag} }
func dateValue(wall time.Time) value { return value{given: !wall.IsZero(), date: wall} }

// property is one model property that can be filtered and sorted by.
type property[T any] struct {
	kind kind
	get  func(T) value
}

// schema has the properties of a model under their dotted names in lower case.
type schema[T any] map[string]property[T]

// condition is a filter compiled for a model.
type condition[T any] func(T) bool

// compile checks a filter's names and values against the model.
func (m schema[T]) compile(f *filter, fold bool) (condition[T], *exception) {
	if f.members == nil {
		return m.comparison(f, fold)
	}
	members := make([]condition[T], 0, len(f.members))
	for _, member := range f.members {
		compiled, fault := m.compile(member, fold)
		if fault != nil {
			return nil, fault
		}
		members = append(members, compiled)
	}
	return func(object T) bool {
		for _, member := range members {
			if member(object) != f.all {
				return !f.all
			}
		}
		return f.all
	}, nil
}

func (m schema[T]) comparison(f *filter, fold bool) (condition[T], *exception) {
	found, ok := m[strings.ToLower(f.property)]
	if !ok {
		return nil, queryException(codeNotParsable, "Properties not supported: "+f.property, "rql")
	}
	if f.operator == "=hv=" {
		return hasValue(found, f)
	}
	if f.values[0].prefix || f.values[0].suffix {
		return wildcard(found, f, fold)
	}
	wanted := make([]value, 0, len(f.values))
	for _, one := range f.values {
		parsed, ok := parseValue(found.kind, one.text)
		if !ok {
			return nil, queryException(codeNotParsable, "A value does not have the type of the property "+f.property, "rql")
		}
		wanted = append(wanted, parsed)
	}
	switch f.operator {
	case "==", "=in=":
		return oneOf(found, wanted, fold), nil
	case "!=", "=out=":
		inside := oneOf(found, wanted, fold)
		return func(object T) bool { return !inside(object) }, nil
	}
	if found.kind == kindBool {
		return nil, queryException(codeNotParsable, "The operator does not go with the property "+f.property, "rql")
	}
	want := wanted[0]
	return func(object T) bool {
		have := found.get(object)
		if !have.given {
			return false
		}
		order := compareValues(found.kind, have, want, fold)
		switch f.operator {
		case "=gt=":
			return order > 0
		case "=ge=":
			return order >= 0
		case "=lt=":
			return order < 0
		}
		return order <= 0
	}, nil
}

func hasValue[T any](found property[T], f *filter) (condition[T], *exception) {
	wanted, ok := parseValue(kindBool, f.values[0].text)
	if !ok {
		return nil, queryException(codeNotParsable, "=hv= takes true or false", "rql")
	}
	return func(object T) bool { return found.get(object).given == wanted.flag }, nil
}

func wildcard[T any](found property[T], f *filter, fold bool) (condition[T], *exception) {
	if found.kind != kindText {
		return nil, queryException(codeNotParsable, "A wildcard goes with texts only", "rql")
	}
	pattern := f.values[0]
	want := folded(pattern.text, fold)
	return func(object T) bool {
		have := folded(found.get(object).text, fold)
		var matches bool
		switch {
		case pattern.prefix && pattern.suffix:
			matches = strings.Contains(have, want)
		case pattern.prefix:
			matches = strings.HasPrefix(have, want)
		default:
			matches = strings.HasSuffix(have, want)
		}
		return matches == (f.operator == "==")
	}, nil
}

// oneOf looks values up in a set: a query asks for hundreds of references at once.
func oneOf[T any](found property[T], wanted []value, fold bool) condition[T] {
	set := make(map[value]bool, len(wanted))
	for _, want := range wanted {
		set[canonical(want, fold)] = true
	}
	return func(object T) bool { return set[canonical(found.get(object), fold)] }
}

func canonical(v value, fold bool) value {
	v.given = false
	v.text = folded(v.text, fold)
	return v
}

func folded(text string, fold bool) string {
	if fold {
		return strings.ToLower(text)
	}
	return text
}

func parseValue(k kind, text string) (value, bool) {
	switch k {
	case kindNumber:
		n, err := ParseQuantity(text)
		return numberValue(n), err == nil
	case kindBool:
		lower := strings.ToLower(text)
		return boolValue(lower == "true"), lower == "true" || lower == "false"
	case kindDate:
		date, ok := parseWall(text, time.UTC)
		return dateValue(date), ok
	case kindText:
	}
	return textValue(text), true
}

func compareValues(k kind, a, b value, fold bool) int {
	switch k {
	case kindNumber:
		return cmp.Compare(a.number, b.number)
	case kindDate:
		return a.date.Compare(b.date)
	case kindBool:
		if a.flag == b.flag {
			return 0
		}
		if b.flag {
			return -1
		}
		return 1
	case kindText:
	}
	return strings.Compare(folded(a.text, fold), folded(b.text, fold))
}

// sorted orders a list by the sort parameter: names with a leading minus for descending.
func (m schema[T]) sorted(list []T, by string, fold bool) *exception {
	type key struct {
		property[T]
		descending bool
	}
	var keys []key
	for name := range strings.SplitSeq(by, ",") {
		bare, descending := strings.CutPrefix(name, "-")
		found, ok := m[strings.ToLower(bare)]
		if !ok {
			return queryException(codeNotParsable, "Properties not supported: "+bare, "sort")
		}
		keys = append(keys, key{found, descending})
	}
	slices.SortStableFunc(list, func(a, b T) int {
		for _, k := range keys {
			if order := compareValues(k.kind, k.get(a), k.get(b), fold); order != 0 {
				if k.descending {
					return -order
				}
				return order
			}
		}
		return 0
	})
	return nil
}

// The API writes dates as wall clock times without an offset.
const wallLayout = "2006-01-02T15:04:05.999"

var wallLayouts = []string{"2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02", "01/02/2006 15:04:05", "01/02/2006"}

// parseWall reads a date as a wall clock time, kept as if in UTC. A date with
// an offset is turned into the wall clock of the zone.
func parseWall(text string, zone *time.Location) (time.Time, bool) {
	for _, layout := range wallLayouts {
		if at, err := time.Parse(layout, text); err == nil {
			return at, true
		}
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return wall(at, zone), true
	}
	return time.Time{}, false
}

// wall returns what a clock in the zone shows, kept as if in UTC.
func wall(at time.Time, zone *time.Location) time.Time {
	if at.IsZero() {
		return at
	}
	local := at.In(zone)
	return time.Date(local.Year(), local.Month(), local.Day(), local.Hour(), local.Minute(), local.Second(),
		local.Nanosecond()/int(time.Millisecond)*int(time.Millisecond), time.UTC)
}

func wallText(at time.Time, zone *time.Location) string {
	if at.IsZero() {
		return ""
	}
	return wall(at, zone).Format(wallLayout)
}
