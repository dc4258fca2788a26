// SPDX-License-Identifier: Apache-2.0

// Package mapping holds a merchant's tables: ship methods, carriers and SKU
// aliases. It parses them, checks them row by row, and looks things up. It
// knows neither Kubernetes nor HTTP.
//
// Three rules hold everywhere. A row that cannot be right is refused and named
// by its place, and the others work. What a refused row speaks of is Refused
// and not Unmapped: an order must not go out as if nobody had said anything of
// it. A table that was named and could not be read is not an empty one: what no
// row that was read speaks of is then Undecided, and waits.
//
// Messages name places and never repeat what stands there.
package mapping
