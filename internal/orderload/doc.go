// SPDX-License-Identifier: Apache-2.0

// Package orderload holds a connection's order load options, as the vendor
// calls them: which of the waiting orders are sent, and what of an order is.
//
// Everything here is decided from the order and the options alone. It asks
// nobody, so it is judged again in every run for free, and an order that was
// refused goes through by itself once the order or the options were mended.
package orderload
