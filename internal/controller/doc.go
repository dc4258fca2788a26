// SPDX-License-Identifier: Apache-2.0

// Package controller keeps both kinds: it decides who governs what, starts the
// routines when they are due, and writes what happened to status. It holds no
// HTTP and no rule of orders or stock.
package controller
