// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"net/http"
	"testing"
	"time"
)

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	date := func(d time.Duration) string { return epoch.Add(d).Format(http.TimeFormat) }
	tests := []struct {
		name   string
		header map[string]string
		want   time.Duration
	}{
		{"absent", nil, 0},
		{"seconds", map[string]string{"Retry-After": "7"}, 7 * time.Second},
		{"seconds with a fraction", map[string]string{"Retry-After": " 0.5 "}, 500 * time.Millisecond},
		{"a date", map[string]string{"Retry-After": date(20 * time.Second)}, 20 * time.Second},
		{"a date of a server whose clock is ahead", map[string]string{"Retry-After": date(time.Hour + 20*time.Second), "Date": date(time.Hour)}, 20 * time.Second},
		{"a date that has passed", map[string]string{"Retry-After": date(-time.Hour)}, 0},
		{"negative", map[string]string{"Retry-After": "-5"}, 0},
		{"not a number", map[string]string{"Retry-After": "soon"}, 0},
		{"NaN", map[string]string{"Retry-After": "NaN"}, 0},
		{"infinite", map[string]string{"Retry-After": "Inf"}, longestRetryAfter},
		{"more than a lifetime", map[string]string{"Retry-After": "1e300"}, longestRetryAfter},
		{"the quota header is in milliseconds", map[string]string{"x-skubana-quota-retryAfter": "1500"}, 1500 * time.Millisecond},
		{"the quota header with a fraction", map[string]string{"x-skubana-quota-retryAfter": "0.5"}, 500 * time.Microsecond},
		{"the quota header without sense", map[string]string{"x-skubana-quota-retryAfter": "1s"}, 0},
		{"the quota header negative", map[string]string{"x-skubana-quota-retryAfter": "-1"}, 0},
		{"the quota header as an epoch", map[string]string{"x-skubana-quota-retryAfter": "1764000000000"}, longestRetryAfter},
		{"the longer of both", map[string]string{"Retry-After": "1", "x-skubana-quota-retryAfter": "2500"}, 2500 * time.Millisecond},
		{"one of both without sense", map[string]string{"Retry-After": "2", "x-skubana-quota-retryAfter": ""}, 2 * time.Second},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			header := http.Header{}
			for name, value := range test.header {
				header.Set(name, value)
			}
			if got := retryAfter(header, epoch); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}
