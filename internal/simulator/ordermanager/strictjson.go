// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"strings"
)

// decodeStrictly decodes one JSON value and refuses members that target does not have. Other than
// encoding/json it tells upper from lower case, as the vendor's server does.
func decodeStrictly(data []byte, target any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var raw any
	if err := decoder.Decode(&raw); err != nil {
		return errors.New("the body is not JSON")
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("the body holds more than one JSON value")
	}
	if raw == nil {
		return errors.New("the body is null")
	}
	if err := checkMembers(raw, reflect.TypeOf(target)); err != nil {
		return err
	}
	if err := json.Unmarshal(data, target); err != nil {
		if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			return fmt.Errorf("member %q has the wrong type", wrong.Field)
		}
		return fmt.Errorf("the body is not valid: %w", err)
	}
	return nil
}

// checkMembers looks for members that the type does not name, and for null elements of lists.
func checkMembers(raw any, t reflect.Type) error {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == reflect.TypeFor[json.RawMessage]() {
		return nil // whatever it holds is not looked at
	}
	switch value := raw.(type) {
	case []any:
		if t.Kind() != reflect.Slice {
			return errors.New("a list stands where none belongs")
		}
		for _, element := range value {
			if element == nil {
				return errors.New("a list holds null")
			}
			if err := checkMembers(element, t.Elem()); err != nil {
				return err
			}
		}
	case map[string]any:
		if t.Kind() != reflect.Struct {
			return errors.New("an object stands where none belongs")
		}
		members := membersOf(t)
		for name, member := range value {
			field, known := members[name]
			if !known {
				return fmt.Errorf("unknown member %q", name)
			}
			if member == nil {
				continue
			}
			if err := checkMembers(member, field); err != nil {
				return err
			}
		}
	}
	return nil
}

func membersOf(t reflect.Type) map[string]reflect.Type {
	members := map[string]reflect.Type{}
	for field := range t.Fields() {
		if field.Anonymous {
			maps.Copy(members, membersOf(field.Type))
			continue
		}
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name != "" && name != "-" {
			members[name] = field.Type
		}
	}
	return members
}
