// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	// unsaidRetryAfter is the wait after a 429 that names none.
	unsaidRetryAfter = 15 * time.Second
	// longestRetryAfter bounds what a header can ask for: a misread unit must
	// not silence a connection for days.
	longestRetryAfter = time.Hour
	// quotaRetryAfter is Order Manager's own header, in milliseconds.
	quotaRetryAfter = "X-Skubana-Quota-Retryafter"
)

// retryAfter returns how long the server asks to wait; 0 when it does not say.
// Retry-After is a number of seconds or a date; the quota header is a number
// of milliseconds. Where both are given the longer one counts, and what cannot
// be read is as good as absent.
func retryAfter(header http.Header, now time.Time) time.Duration {
	var after time.Duration
	if text := strings.TrimSpace(header.Get("Retry-After")); text != "" {
		if seconds, err := strconv.ParseFloat(text, 64); err == nil {
			after = scaled(seconds, time.Second)
		} else if date, err := http.ParseTime(text); err == nil {
			// The date is the server's, so it is compared with the server's clock.
			if server, err := http.ParseTime(header.Get("Date")); err == nil {
				now = server
			}
			after = date.Sub(now)
		}
	}
	if text := strings.TrimSpace(header.Get(quotaRetryAfter)); text != "" {
		if milliseconds, err := strconv.ParseFloat(text, 64); err == nil {
			after = max(after, scaled(milliseconds, time.Millisecond))
		}
	}
	return min(max(after, 0), longestRetryAfter)
}

// scaled multiplies without overflow: headers hold any number, even NaN.
func scaled(n float64, unit time.Duration) time.Duration {
	if !(n > 0) {
		return 0
	}
	if n > float64(longestRetryAfter/unit) {
		return longestRetryAfter
	}
	return time.Duration(n * float64(unit))
}
