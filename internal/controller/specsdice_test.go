// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	structuralschema "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
)

// dice is a source of choices that a fuzzer can steer.
type dice []byte

func (d *dice) roll(n int) int {
	if len(*d) == 0 || n <= 1 {
		return 0
	}
	b := int((*d)[0])
	*d = (*d)[1:]
	if n > 256 && len(*d) > 0 {
		b = b<<8 | int((*d)[0])
		*d = (*d)[1:]
	}
	return b % n
}

// place is one value in an object: names of members, and numbers of elements.
type place struct {
	path   []string
	schema *structuralschema.Structural
}

func (p place) String() string { return strings.Join(p.path, ".") }

// placesOf are all places below a value: those that the schema knows, whether
// the value has them or not, and the elements that lists and maps have.
func placesOf(value any, s *structuralschema.Structural, path []string) []place {
	var places []place
	add := func(name string, below any, schema *structuralschema.Structural) {
		at := append(slices.Clone(path), name)
		places = append(places, place{at, schema})
		places = append(places, placesOf(below, schema, at)...)
	}
	if list, ok := value.([]any); ok && s.Items != nil {
		for i, one := range list {
			add(strconv.Itoa(i), one, s.Items)
		}
	}
	object, _ := value.(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		property := s.Properties[name]
		add(name, object[name], &property)
	}
	if s.AdditionalProperties != nil && s.AdditionalProperties.Structural != nil {
		for _, name := range slices.Sorted(maps.Keys(object)) {
			add(name, object[name], s.AdditionalProperties.Structural)
		}
	}
	return places
}

// get returns the value at a path, nil when there is none.
func get(value any, path []string) any {
	for _, step := range path {
		switch at := value.(type) {
		case map[string]any:
			value = at[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(at) {
				return nil
			}
			value = at[i]
		default:
			return nil
		}
	}
	return value
}

// set puts a value at a path and makes what is missing on the way; nil removes.
func set(object map[string]any, path []string, value any) {
	last := len(path) - 1
	at := get(object, path[:last])
	if at == nil && value != nil && last > 0 {
		set(object, path[:last], map[string]any{})
		at = get(object, path[:last])
	}
	switch at := at.(type) {
	case map[string]any:
		if value == nil {
			delete(at, path[last])
			return
		}
		at[path[last]] = value
	case []any:
		if i, err := strconv.Atoi(path[last]); err == nil && i < len(at) && value != nil {
			at[i] = value
		}
	}
}

// texts that people and programs write where a text is asked for.
var texts = []string{
	"", " ", "a", "0", "-1", "1m", "1h", "0s", "60s", "1m0.5s", "168h", "24h0m0.000000001s", "2562047h47m16.854775807s", "-1ns", "1h1h1h", "90s", "5m", "720h",
	"*/5 * * * *", "0 0 31 2 *", "0 0 29 2 *", "@daily", "@hourly", "@every 1s", "59-0 * * * *", "0 0 * * SUN-SAT", "*/0 * * * *", "0/61 * * * *", "? ? ? ? ?",
	"* * * * 7", "0,0,0 0 1-31/31 * *", "99999999999999999999 * * * *", "0 0 30 FEB *", "CRON_TZ=UTC * * * *",
	"Europe/Berlin", "America/New_York", "UTC", "Local", "../etc", "GMT+14", "Etc/GMT-14", "EST5EDT",
	"2026-01-01", "2026-02-30", "9999-12-31", "0000-00-00", "2000-01-02", "2026-13-01",
	"https://api.example", "http://127.0.0.1:8080/x", "https://[::1]", "https://[fe80::1%25eth0]", "https://user@host", "https://api.example?x=1", "HTTPS://API.EXAMPLE:443/",
	"https://api.example:0", "https://api.example:99999", "https://api.example:", "https://a..b", "https://%41pi.example", "https://api.example/%2e%2e/x", "https://api.example//", "https://0x7f.1", "https://x\u3002example",
	"*", "**", "A*B", "East DC", "ordersync-downloaded", "ORDERSYNC-HOLD", "a@b.example", "@", "USD", "usd", "é\u202e", "x\ny", "x\x00y", "\ufeff", "\u00a0", "\u2003x", "İ", "ẞ", "%s%n", "${HOME}", "';--", "+1 555", "0",
	"AWAITING_3PL_EXPORT", "PENDING_FULFILLMENT", "In", "NotIn", "Exists", "DoesNotExist", "Gt", "name-of-a-thing", "ca.crt",
	"{0f8fad5b-d9cb-469f-a165-70867728950e}", "0f8fad5bd9cb469fa16570867728950e",
}

// hostile are values for a place, given what stands there in an object that is
// admitted: at the edges of what the schema takes, and a little beyond.
func hostile(s *structuralschema.Structural, present any) []any {
	v := s.ValueValidation
	if v == nil {
		v = &structuralschema.ValueValidation{}
	}
	values := []any{nil}
	for _, one := range v.Enum {
		values = append(values, one.Object)
	}
	switch s.Type {
	case "boolean":
		return append(values, true, false)
	case "integer":
		values = append(values, int64(0), int64(1), int64(-1), int64(1<<31-1), int64(-1<<31), int64(1<<32), int64(1<<63-1), int64(-1<<63))
		if v.Minimum != nil {
			values = append(values, int64(*v.Minimum), int64(*v.Minimum)-1)
		}
		if v.Maximum != nil {
			values = append(values, int64(*v.Maximum), int64(*v.Maximum)+1)
		}
	case "string":
		for _, text := range texts {
			values = append(values, text)
		}
		if text, ok := present.(string); ok {
			values = append(values, strings.ToUpper(text), strings.ToLower(text), " "+text, text+" ", text+"\n", text+"\x00", text+"\u202e", text+text, text+"/", text+".", text+":443", text+"%")
		}
		if v.MaxLength != nil && *v.MaxLength > 0 {
			n := int(*v.MaxLength)
			values = append(values, strings.Repeat("a", n), strings.Repeat("é", n), strings.Repeat("9", n), strings.Repeat("a", n+1), "https://"+strings.Repeat("a", max(n-8, 0)))
		}
	case "array":
		values = append(values, []any{})
		if list, ok := present.([]any); ok && len(list) > 0 {
			values = append(values, []any{list[0], list[0]}, []any{list[len(list)-1], list[0]}, list[:1])
			if v.MaxItems != nil {
				values = append(values, slices.Repeat([]any{list[0]}, int(min(*v.MaxItems, 100))))
			}
			if text, ok := list[0].(string); ok && v.MaxItems != nil {
				many := make([]any, min(*v.MaxItems, 100))
				for i := range many {
					many[i] = text + strconv.Itoa(i)
				}
				values = append(values, many)
			}
		}
	case "object":
		values = append(values, map[string]any{})
	}
	return values
}

// changed is a valid object with some changes to its spec.
func (d *door) changed(choices dice) map[string]any {
	object := copied(d.valid[choices.roll(len(d.valid))])
	spec := d.schema.Properties["spec"]
	for range 1 + choices.roll(3) {
		places := placesOf(object["spec"], &spec, nil)
		at := places[choices.roll(len(places))]
		root := object["spec"].(map[string]any)
		present := get(root, at.path)
		if choices.roll(8) == 7 { // what another object has there
			set(root, at.path, copyOf(get(d.valid[choices.roll(len(d.valid))]["spec"], at.path)))
			continue
		}
		if text, ok := present.(string); ok && choices.roll(8) == 7 { // a text of the fuzzer's own, in the midst of the present one
			cut, length := choices.roll(len(text)+1), choices.roll(20)
			own := strings.ToValidUTF8(string(choices[:min(len(choices), length)]), "?")
			set(root, at.path, strings.ToValidUTF8(text[:cut], "")+own+strings.ToValidUTF8(text[cut:], ""))
			continue
		}
		values := hostile(at.schema, present)
		set(root, at.path, copyOf(values[choices.roll(len(values))]))
	}
	return object
}
