// SPDX-License-Identifier: Apache-2.0

// Package conformance is the suite that every destination driver passes
// against its own server. It speaks to the driver through the port alone, and
// compares what the driver says with the books of the warehouse itself.
//
// A row is passed, or the system cannot, and then the driver's test says why.
// What can be probed of such a claim is probed: the row must really fail, and a
// capability that is declared is not to be excused. No row is ever skipped.
package conformance
