// SPDX-License-Identifier: Apache-2.0

package fulfillment

import (
	"strings"
	"unicode"
)

// OneLine returns a text in which what does not print is a space: a SKU or a
// name with a line break in it must not begin a line of a log.
func OneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, text)
}
