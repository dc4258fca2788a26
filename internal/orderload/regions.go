// SPDX-License-Identifier: Apache-2.0

package orderload

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"
)

//go:embed data/regions.txt
var regionData string

// regions holds, by country, the codes and names of its regions.
var regions = sync.OnceValue(func() map[string]map[string]bool {
	all := map[string]map[string]bool{}
	for line := range strings.Lines(regionData) {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		country, names, _ := strings.Cut(line, " ")
		if all[country] == nil {
			all[country] = map[string]bool{}
		}
		for name := range strings.SplitSeq(names, "|") {
			all[country][foldRegion(name)] = true
		}
	}
	return all
})

// knownRegion reports whether the country has the region. Of most countries
// nothing is known, and a region that is not said is the warehouse's to judge.
func knownRegion(country, region string) bool {
	known, listed := regions()[country]
	region = foldRegion(region)
	return !listed || region == "" || known[region] || known[strings.TrimPrefix(region, country)]
}

var plainLetters = strings.NewReplacer("É", "E", "È", "E", "Ê", "E", "Ô", "O", "Ó", "O", "Î", "I", "Ç", "C")

// foldRegion leaves the letters alone: "N.S.W.", "Québec", "US-TX".
func foldRegion(region string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) {
			return -1
		}
		return r
	}, plainLetters.Replace(strings.ToUpper(region)))
}
