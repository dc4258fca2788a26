// SPDX-License-Identifier: Apache-2.0

// Package vendure runs a real Vendure server for tests: an order system that
// nobody here wrote, installed from npm at the versions of package-lock.json,
// on a free loopback port, with its database in a folder of its own.
//
// Nothing of it is part of the product. Node and npm must be there; a test
// that needs them fails without them, and none is skipped. The packages are
// installed once for each content of package-lock.json and kept under bin/.
//
// The Server is both the system under a test and the people in the warehouse:
// they ship, cancel and count through its admin API, and what a test compares
// at its end is what the same API says.
package vendure
