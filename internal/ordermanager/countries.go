// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed data/countries.txt
var countryData string

// countryCodes maps alpha-3 to alpha-2 codes, and alpha-2 codes to themselves.
var countryCodes = sync.OnceValue(func() map[string]string {
	codes := map[string]string{}
	for _, line := range dataLines(countryData) {
		alpha3, alpha2, _ := strings.Cut(line, " ")
		codes[alpha3], codes[alpha2] = alpha2, alpha2
	}
	return codes
})

// country returns the ISO 3166-1 alpha-2 code; Order Manager writes alpha-3.
// It is empty when the code is not known.
func country(code string) string { return countryCodes()[strings.ToUpper(strings.TrimSpace(code))] }

// alpha3Codes maps alpha-2 to alpha-3 codes.
var alpha3Codes = sync.OnceValue(func() map[string]string {
	codes := map[string]string{}
	for _, line := range dataLines(countryData) {
		alpha3, alpha2, _ := strings.Cut(line, " ")
		codes[alpha2] = alpha3
	}
	return codes
})

// dataLines returns the lines of a data file that are neither blank nor comments.
func dataLines(data string) []string {
	var lines []string
	for line := range strings.Lines(data) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			lines = append(lines, line)
		}
	}
	return lines
}
