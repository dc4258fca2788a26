// SPDX-License-Identifier: Apache-2.0

package assembly

import (
	"net/url"
	"strings"

	"ordersync.dev/operator/api/v1alpha1"
)

// SourceHost returns the host of the connection's source, in the form that
// claims are made of; empty when its address names none.
func SourceHost(connection *v1alpha1.OrderManagerConnection) string {
	if member := connection.Spec.Source.OrderManager; member != nil {
		return hostOf(member.URL)
	}
	return ""
}

// Place is what is at the other end of a connection. A system may keep orders
// and stock in places that are not the same: in some, several sets of orders
// draw upon one building.
type Place struct {
	// Orders is where orders stand: system, host and the customer, channel or
	// building by which its lists of orders are bound. Connections with one such
	// place see each other's orders.
	Orders string
	// Stock is what the orders draw upon. Connections with one such place offer
	// the same units.
	Stock string
}

// PlaceOf returns the place of a connection's destination. It reads no secrets;
// the zero Place is a destination that this version does not know.
func PlaceOf(connection *v1alpha1.OrderManagerConnection) Place {
	if member := connection.Spec.Destination.ThreePLWarehouseManager; member != nil {
		return threePLPlace(member)
	}
	if member := connection.Spec.Destination.Vendure; member != nil {
		return vendurePlace(member)
	}
	return Place{}
}

// hostOf returns the host of an address with its port, in lower case and
// without a trailing dot. The scheme's own port is left out: one API must not
// look like two because one of its addresses spells the port out.
func hostOf(address string) string {
	parsed, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return withoutDefaultPort(parsed.Host, parsed.Scheme)
}

func withoutDefaultPort(host, scheme string) string {
	host = strings.ToLower(strings.TrimSpace(host))
	port := ":443"
	if strings.EqualFold(scheme, "http") {
		port = ":80"
	}
	host = strings.TrimSuffix(host, port)
	if name, port, found := strings.Cut(host, ":"); found && !strings.HasPrefix(host, "[") {
		return strings.TrimSuffix(name, ".") + ":" + port
	}
	return strings.TrimSuffix(host, ".")
}

// requireTLS refuses an address without TLS: credentials and buyers' addresses
// would go over the network in the clear.
func (b *Builder) requireTLS(system, field, address string) error {
	parsed, err := url.Parse(address)
	if err == nil && (strings.EqualFold(parsed.Scheme, "https") || b.options.AllowInsecureHTTP) {
		return nil
	}
	return misconfigured(system, v1alpha1.ReasonInsecureURL, "%s must begin with https://", field)
}
