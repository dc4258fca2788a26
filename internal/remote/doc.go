// SPDX-License-Identifier: Apache-2.0

// Package remote speaks HTTP with systems outside: credentials, budgets,
// repeats, bounds, redaction and metrics. It knows no Kubernetes and nothing
// of orders; of the house it imports the vocabulary of faults alone.
//
// Whatever goes wrong comes back as a *fulfillment.Fault that is safe to show:
// no URL query, header, body or user information is ever part of an error.
package remote
