// SPDX-License-Identifier: Apache-2.0

// Package ordermanager is the client of Extensiv Order Manager (formerly
// Skubana) and the order source that is made of it.
//
// What the vendor does not document is assumed in exactly one place each, and
// a test names the assumption:
//
//   - how user name and password become a token, and where (token.go)
//   - what proves that an order was marked as sent (marks.go)
//   - the unit of quotaRestoreRate (throttle.go)
package ordermanager
