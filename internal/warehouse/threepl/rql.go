// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"net/url"
	"strings"
)

// RQL is the service's query language, in the style of FIQL: ";" is and, ","
// is or, "and" binds tighter. Names are those of the model, with dots.
//
// The service decodes the value of the parameter twice. So a value is
// percent-escaped once on its own, and then once more with the whole
// parameter: a comma or an asterisk of a reference neither ends the value nor
// becomes a wildcard.

// Names of the model that are asked for.
const (
	rqlOrderID      = "ReadOnly.OrderId"
	rqlIsClosed     = "ReadOnly.IsClosed"
	rqlLastModified = "ReadOnly.LastModifiedDate"
	rqlCustomer     = "ReadOnly.CustomerIdentifier.Id"
	rqlFacility     = "ReadOnly.FacilityIdentifier.Id"
	rqlReference    = "referenceNum"
	rqlExternalID   = "externalId"
)

// rqlValue escapes a value. More is escaped than the language asks for: a plus
// or a space would otherwise depend on how the second decoding is done.
func rqlValue(value string) string {
	const hex = "0123456789ABCDEF"
	var out strings.Builder
	for _, b := range []byte(value) {
		if b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || strings.IndexByte("-._~", b) >= 0 {
			out.WriteByte(b)
			continue
		}
		out.WriteByte('%')
		out.WriteByte(hex[b>>4])
		out.WriteByte(hex[b&15])
	}
	return out.String()
}

// rqlIn is true for any of these values.
func rqlIn(name string, values []string) string {
	escaped := make([]string, len(values))
	for i, value := range values {
		escaped[i] = rqlValue(value)
	}
	return name + "=in=(" + strings.Join(escaped, ",") + ")"
}

// rqlAny is true when one of the terms is.
func rqlAny(terms ...string) string { return "(" + strings.Join(terms, ",") + ")" }

// rqlAll is true when every term is.
func rqlAll(terms ...string) string { return strings.Join(terms, ";") }

// parameter is a name of a query with its value.
type parameter struct{ name, value string }

// query encodes parameters in the order given.
func query(parameters ...parameter) string {
	var out strings.Builder
	for i, p := range parameters {
		if i > 0 {
			out.WriteByte('&')
		}
		out.WriteString(url.QueryEscape(p.name) + "=" + url.QueryEscape(p.value))
	}
	return out.String()
}
