// SPDX-License-Identifier: Apache-2.0

package main

import "log/slog"

// muteStandardLog turns off the log of the standard library, which nothing here
// writes to. net/http does: what a server sends unasked goes there word for
// word, and a server of orders sends orders.
func muteStandardLog() { slog.SetDefault(slog.New(slog.DiscardHandler)) }
