// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"regexp"
	"strings"
	"testing"
)

func TestEveryCountryIsThereOnce(t *testing.T) {
	t.Parallel()
	shape := regexp.MustCompile(`^[A-Z]{3} [A-Z]{2}$`)
	lines := dataLines(countryData)
	seen := map[string]bool{}
	for _, line := range lines {
		if !shape.MatchString(line) {
			t.Errorf("line %q", line)
			continue
		}
		for code := range strings.FieldsSeq(line) {
			if seen[code] {
				t.Errorf("%s is there twice", code)
			}
			seen[code] = true
		}
	}
	if len(lines) != 250 {
		t.Errorf("%d countries, want the 249 of ISO 3166-1 and Kosovo", len(lines))
	}
}

func TestCountry(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]string{
		// Codes whose short form is not their beginning.
		"USA": "US", "AUT": "AT", "AUS": "AU", "CHE": "CH", "CHN": "CN", "DEU": "DE", "DNK": "DK", "ESP": "ES", "EST": "EE", "IRL": "IE",
		"KOR": "KR", "PRK": "KP", "MEX": "MX", "POL": "PL", "PRT": "PT", "SVK": "SK", "SVN": "SI", "SWE": "SE", "TUR": "TR", "UKR": "UA",
		"ARE": "AE", "GBR": "GB", "CAN": "CA", "JPN": "JP", "PRI": "PR", "VIR": "VI", "GUM": "GU", "XKX": "XK", "ZAF": "ZA", "SRB": "RS",
		"usa": "US", " gbr ": "GB", "US": "US", "gb": "GB",
		"": "", "XYZ": "", "UK": "", "USAA": "", "SUN": "", "YUG": "", "United States": "",
	} {
		if got := country(code); got != want {
			t.Errorf("%q is %q, want %q", code, got, want)
		}
	}
}
