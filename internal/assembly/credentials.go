// SPDX-License-Identifier: Apache-2.0

package assembly

import (
	"context"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"ordersync.dev/operator/api/v1alpha1"
)

// hostsKey lists the hosts that a Secret may be sent to besides the system's own.
const hostsKey = "hosts"

// credentials are the values of one Secret, with what is needed to speak of
// them without showing them.
type credentials struct {
	system, name string
	values       map[string][]byte
	version      string
}

// String keeps the values out of every kind of printing.
func (credentials) String() string { return "credentials" }

// GoString keeps the values out of every kind of printing.
func (credentials) GoString() string { return "credentials" }

func (b *Builder) credentials(ctx context.Context, system, namespace, name string) (credentials, error) {
	bundle, found, err := b.options.Reader.Secret(ctx, namespace, name)
	if err != nil {
		return credentials{}, err
	}
	if !found {
		return credentials{}, misconfigured(system, v1alpha1.ReasonSecretNotFound,
			"Secret %q does not exist in this namespace; create it", name)
	}
	return credentials{system: system, name: name, values: bundle.Data, version: bundle.Version}, nil
}

// has reports whether the Secret has the key with anything in it.
func (c credentials) has(key string) bool { return trimNewline(string(c.values[key])) != "" }

// value returns the value of a key, without the newline that editors and
// "echo" leave at the end.
func (c credentials) value(key string) (string, error) {
	value := trimNewline(string(c.values[key]))
	if value == "" {
		return "", misconfigured(c.system, v1alpha1.ReasonSecretKeyMissing, "Secret %q needs the key %q", c.name, key)
	}
	if !utf8.ValidString(value) || strings.ContainsFunc(value, unicode.IsControl) {
		return "", misconfigured(c.system, v1alpha1.ReasonCredentialsMalformed,
			"the value of key %q in Secret %q holds a line break or another control character", key, c.name)
	}
	return value, nil
}

// allow says whether the credentials may be sent to an address: its host is
// one of the system's own, or the Secret itself lists it. Whoever may write
// connections but not Secrets cannot send the credentials elsewhere.
func (c credentials) allow(address string, own ...string) error {
	parsed, err := url.Parse(address)
	if err != nil || parsed.Host == "" {
		return misconfigured(c.system, v1alpha1.ReasonCredentialsNotForHost, "the address names no host")
	}
	host := hostOf(address)
	for _, address := range own {
		if hostOf(address) == host {
			return nil
		}
	}
	separator := func(r rune) bool { return unicode.IsSpace(r) || r == ',' }
	for _, listed := range strings.FieldsFunc(string(c.values[hostsKey]), separator) {
		if withoutDefaultPort(listed, parsed.Scheme) == host {
			return nil
		}
	}
	return misconfigured(c.system, v1alpha1.ReasonCredentialsNotForHost,
		"Secret %q is not meant for host %q; add the host to its key %q", c.name, host, hostsKey)
}

// trimNewline takes one line break off the end.
func trimNewline(value string) string {
	if trimmed, ok := strings.CutSuffix(value, "\n"); ok {
		return strings.TrimSuffix(trimmed, "\r")
	}
	return value
}
