// SPDX-License-Identifier: Apache-2.0

package mapping

import (
	"fmt"
	"strings"
)

// Place is where a row stands.
type Place struct {
	// ConfigMap and Key are empty for a row in the connection itself.
	ConfigMap, Key string
	// Line in the text of the key, from 1; for a row in the connection its
	// number in the list, from 0, as in its path. Below that there is none.
	Line int
	// Path of a list in the connection.
	Path string
}

// String returns the place in words.
func (p Place) String() string {
	var parts []string
	if p.ConfigMap != "" {
		parts = append(parts, fmt.Sprintf("ConfigMap %q", p.ConfigMap))
	}
	if p.Key != "" {
		parts = append(parts, fmt.Sprintf("key %q", p.Key))
	}
	switch {
	case p.Path != "":
		parts = append(parts, fmt.Sprintf("%s[%d]", p.Path, p.Line))
	case p.Line > 0:
		parts = append(parts, fmt.Sprintf("line %d", p.Line))
	}
	return strings.Join(parts, ", ")
}

// Problem is what is wrong at a place.
type Problem struct {
	At   Place
	What string
}

// String returns the problem in words, without what stands there.
func (p Problem) String() string { return p.At.String() + ": " + p.What }
