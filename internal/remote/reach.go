// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"syscall"
)

// Reach says which addresses may be dialled: those of the public internet, and
// those of networks that the administrator names. The zero value is the public
// internet alone. Whoever writes a connection writes its url, and the operator
// stands inside a cluster: without this it would carry requests to where their
// author cannot send them.
type Reach struct{ private []netip.Prefix }

// errOutOfReach says that an address was not dialled. It does not say which.
var errOutOfReach = errors.New("the address may not be dialled")

// ParseReach reads networks as CIDRs, separated by commas.
func ParseReach(cidrs string) (Reach, error) {
	var reach Reach
	for text := range strings.SplitSeq(cidrs, ",") {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		prefix, err := netip.ParsePrefix(text)
		switch {
		case err != nil:
			return Reach{}, fmt.Errorf("%q is no CIDR such as 10.1.0.0/16", text)
		case prefix.Addr().Is4In6():
			return Reach{}, fmt.Errorf("%q: write an IPv4 network as IPv4", text)
		case prefix != prefix.Masked():
			return Reach{}, fmt.Errorf("%q has bits behind its mask; is %q meant?", text, prefix.Masked())
		}
		reach.private = append(reach.private, prefix)
	}
	return reach, nil
}

// special are the networks of IPv4 that are not the public internet: IANA's
// registry of special-purpose addresses, multicast and what is reserved. Among
// them are the metadata services of cloud providers (169.254.169.254,
// 100.100.100.200, 192.0.0.192); Azure's has a public address.
var special = prefixes(
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
	"192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
	"224.0.0.0/4", "240.0.0.0/4",
	"168.63.129.16/32",
)

var (
	// global is all of IPv6 that is routed; loopback, link-local, unique local
	// and multicast addresses lie outside of it.
	global = netip.MustParsePrefix("2000::/3")
	// tunnels and documentation lie inside of it: Teredo and its neighbours, 6to4.
	special6 = prefixes("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
	// translated addresses hold one of IPv4 in their last four bytes (RFC 6052).
	translated = netip.MustParsePrefix("64:ff9b::/96")
)

func prefixes(texts ...string) []netip.Prefix {
	result := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		result[i] = netip.MustParsePrefix(text)
	}
	return result
}

// allows reports whether an address may be dialled.
func (r Reach) allows(address netip.Addr) bool {
	address = address.WithZone("").Unmap()
	if within(address, r.private) {
		return true
	}
	if translated.Contains(address) {
		bytes := address.As16()
		return r.allows(netip.AddrFrom4([4]byte(bytes[12:])))
	}
	if address.Is4() {
		return !within(address, special)
	}
	return global.Contains(address) && !within(address, special6)
}

func within(address netip.Addr, networks []netip.Prefix) bool {
	return slices.ContainsFunc(networks, func(network netip.Prefix) bool { return network.Contains(address) })
}

// control is a net.Dialer's Control: it comes after the name was resolved, for
// each address that is about to be dialled, so a name that changes between two
// look-ups gains nothing.
func (r Reach) control(_, address string, _ syscall.RawConn) error {
	dialled, err := netip.ParseAddrPort(address)
	if err != nil || !r.allows(dialled.Addr()) {
		return errOutOfReach
	}
	return nil
}

// names reports whether a host may be named to a proxy, which resolves it where
// nothing of it is seen here: an address in figures has to be in reach, and what
// only some read as one ("0x7f.1", "2130706433") is refused.
func (r Reach) names(host string) bool {
	if address, err := netip.ParseAddr(host); err == nil {
		return r.allows(address)
	}
	host = strings.TrimSuffix(host, ".")
	last := strings.ToLower(host[strings.LastIndexByte(host, '.')+1:])
	return last != "" && !('0' <= last[0] && last[0] <= '9') && net.ParseIP(host) == nil
}
