// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"fmt"
	"net/url"
	"strings"
)

// filter is a parsed rql expression: either a comparison, or a group.
type filter struct {
	// all says that a group needs every member; else any.
	all     bool
	members []*filter

	property string
	operator string
	values   []filterValue
}

// filterValue is one value after its second decoding.
type filterValue struct {
	text string
	// prefix and suffix say where a wildcard stood: "x*" has prefix.
	prefix, suffix bool
}

// The operators of the vendor's filter language.
var operators = []string{"==", "!=", "=gt=", "=ge=", "=lt=", "=le=", "=in=", "=out=", "=hv="}

// reserved characters end a value; inside one the client must escape them.
const reserved = ";,()!="

// parser reads the grammar: "," (or) of ";" (and) of comparisons and
// parentheses. And binds tighter.
type parser struct {
	rest string
	// plusIsSpace is how the second decoding treats "+".
	plusIsSpace bool
}

func (s *Server) parseFilter(text string) (*filter, *exception) {
	p := &parser{rest: text, plusIsSpace: !s.options.PlusStaysPlus}
	parsed, err := p.any()
	if err == nil && p.rest != "" {
		err = fmt.Errorf("unexpected %q", p.rest[:1])
	}
	if err != nil {
		return nil, queryException(codeNotParsable, "The query is not well formed: "+err.Error(), "rql")
	}
	return parsed, nil
}

func (p *parser) any() (*filter, error) { return p.group(',', false, p.all) }
func (p *parser) all() (*filter, error) { return p.group(';', true, p.one) }

func (p *parser) group(separator byte, all bool, member func() (*filter, error)) (*filter, error) {
	first, err := member()
	if err != nil || !p.has(separator) {
		return first, err
	}
	group := &filter{all: all, members: []*filter{first}}
	for p.take(separator) {
		next, err := member()
		if err != nil {
			return nil, err
		}
		group.members = append(group.members, next)
	}
	return group, nil
}

func (p *parser) one() (*filter, error) {
	if p.take('(') {
		inner, err := p.any()
		if err != nil {
			return nil, err
		}
		if !p.take(')') {
			return nil, fmt.Errorf("a parenthesis is not closed")
		}
		return inner, nil
	}
	return p.comparison()
}

func (p *parser) comparison() (*filter, error) {
	end := strings.IndexAny(p.rest, reserved)
	if end < 1 {
		return nil, fmt.Errorf("a property name is missing")
	}
	found := &filter{property: p.rest[:end]}
	if strings.Trim(strings.ToLower(found.property), "abcdefghijklmnopqrstuvwxyz0123456789._") != "" {
		return nil, fmt.Errorf("a property name has other characters than letters, digits and points")
	}
	p.rest = p.rest[end:]
	for _, operator := range operators {
		if len(p.rest) >= len(operator) && strings.EqualFold(p.rest[:len(operator)], operator) {
			found.operator = operator
			p.rest = p.rest[len(operator):]
			break
		}
	}
	if found.operator == "" {
		return nil, fmt.Errorf("an operator is missing")
	}
	var err error
	if found.operator == "=in=" || found.operator == "=out=" {
		found.values, err = p.list()
	} else {
		found.values, err = p.single(found.operator)
	}
	return found, err
}

func (p *parser) single(operator string) ([]filterValue, error) {
	value, err := p.value()
	if err != nil {
		return nil, err
	}
	equality := operator == "==" || operator == "!="
	if (value.prefix || value.suffix) && !equality {
		return nil, fmt.Errorf("a wildcard goes with == and != only")
	}
	if value.text == "" && !value.prefix && !value.suffix && !equality {
		return nil, fmt.Errorf("a value is missing")
	}
	return []filterValue{value}, nil
}

func (p *parser) list() ([]filterValue, error) {
	if !p.take('(') {
		return nil, fmt.Errorf("a list is missing")
	}
	var values []filterValue
	for {
		value, err := p.value()
		switch {
		case err != nil:
			return nil, err
		case value.prefix || value.suffix:
			return nil, fmt.Errorf("a wildcard goes with == and != only")
		case value.text == "":
			return nil, fmt.Errorf("a value is missing")
		}
		values = append(values, value)
		if p.take(')') {
			return values, nil
		}
		if !p.take(',') {
			return nil, fmt.Errorf("a list is not closed")
		}
	}
}

// value reads up to a reserved character and decodes what it read: the query
// string was decoded once already.
func (p *parser) value() (filterValue, error) {
	end := strings.IndexAny(p.rest, reserved)
	if end < 0 {
		end = len(p.rest)
	}
	if end < len(p.rest) && (p.rest[end] == '!' || p.rest[end] == '=' || p.rest[end] == '(') {
		return filterValue{}, fmt.Errorf("%q stands in a value without being escaped", p.rest[end:end+1])
	}
	raw := p.rest[:end]
	p.rest = p.rest[end:]
	var value filterValue
	if core, ok := strings.CutPrefix(raw, "*"); ok {
		raw, value.suffix = core, true
	}
	if core, ok := strings.CutSuffix(raw, "*"); ok {
		raw, value.prefix = core, true
	}
	if strings.Contains(raw, "*") {
		return value, fmt.Errorf("a wildcard stands at the beginning or the end of a value")
	}
	decode := url.PathUnescape
	if p.plusIsSpace {
		decode = url.QueryUnescape
	}
	text, err := decode(raw)
	if err != nil {
		return value, fmt.Errorf("a %% stands in a value without being escaped")
	}
	value.text = text
	return value, nil
}

func (p *parser) has(c byte) bool { return p.rest != "" && p.rest[0] == c }

func (p *parser) take(c byte) bool {
	if !p.has(c) {
		return false
	}
	p.rest = p.rest[1:]
	return true
}
