// SPDX-License-Identifier: Apache-2.0

package assembly

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/ordermanager"
)

// FuzzSecret reads Secrets that hold anything. Credentials go to hosts that are
// named whole, by the system or by the Secret; a value that cannot stand in a
// header is refused; and no error shows a value.
func FuzzSecret(f *testing.F) {
	for _, address := range []string{"https://api.skubana.com", "https://API.skubana.com.:443/x", "https://api.skubana.com.evil.example", "https://api.skubana.com@evil.example",
		"https://evil.example#api.skubana.com", "https://[::1]:443", "http://proxy.example:80", "https://proxy.example\\@evil.example", "//proxy.example", "https://proxy.example:8443"} {
		f.Add(address, []byte("proxy.example"), []byte("token\n"))
		f.Add(address, []byte("proxy.example:8443, [::1]\tevil"), []byte("to\nken"))
		f.Add(address, []byte("*\n.\n,,\xff"), []byte(""))
	}
	f.Fuzz(func(t *testing.T, address string, hosts, token []byte) {
		secret := credentials{system: "Order Manager", name: "omc", values: map[string][]byte{hostsKey: hosts, "accessToken": token}}
		err := secret.allow(address, ordermanager.DefaultURL)
		if parsed, parseErr := url.Parse(address); err == nil && parseErr == nil {
			name := strings.ToLower(parsed.Hostname())
			trimmed := strings.TrimSuffix(name, ".")
			listed := slices.ContainsFunc(strings.FieldsFunc(strings.ToLower(string(hosts)), func(r rune) bool { return unicode.IsSpace(r) || r == ',' }), func(item string) bool {
				return strings.HasPrefix(item, name) || strings.HasPrefix(item, trimmed) || strings.HasPrefix(item, "["+name) || strings.Contains(item, "%")
			})
			if trimmed != "api.skubana.com" && !listed {
				t.Fatalf("%q goes to %q by the list %q", address, parsed.Host, hosts)
			}
		} else if err == nil {
			t.Fatalf("%q is allowed and no address", address)
		}
		value, valueErr := secret.value("accessToken")
		if valueErr == nil && (value == "" || !utf8.ValidString(value) || strings.ContainsFunc(value, unicode.IsControl)) {
			t.Fatalf("%q is the value %q", token, value)
		}
		for _, err := range []error{err, valueErr} {
			if err == nil {
				continue
			}
			if fault, ok := fulfillment.AsFault(err); !ok || fault.Kind != fulfillment.FaultMisconfigured {
				t.Fatalf("%v", err)
			}
			if strings.ContainsFunc(err.Error(), func(r rune) bool { return !unicode.IsPrint(r) }) {
				t.Fatalf("%q", err)
			}
			if len(token) >= 16 && strings.Contains(err.Error(), string(token)) {
				t.Fatalf("%q shows the value", err)
			}
		}
	})
}
