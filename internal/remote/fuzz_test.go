// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode"
)

// FuzzAnswer reads answers of any status with any headers. What comes back is
// an answer or a fault that repeats nothing of them, and a wait is never longer
// than the longest.
func FuzzAnswer(f *testing.F) {
	for _, seed := range []struct{ after, quota, date, body string }{
		{"7", "", "", "[]"}, {"1e300", "-1", "", "{"}, {"NaN", "1e308", "", "null"}, {"-9223372036854775808", "0x1p62", "x", "<"},
		{"Sun, 06 Nov 1994 08:49:37 GMT", "1500", "Fri, 31 Dec 9999 23:59:59 GMT", "jane@roe.example"}, {"\n", "1\x00", "", ""},
	} {
		for _, status := range []int{200, 302, 401, 403, 404, 408, 409, 422, 429, 500, 503, 99, 999} {
			f.Add(status, seed.after, seed.quota, seed.date, []byte(seed.body))
		}
	}
	f.Fuzz(func(t *testing.T, status int, after, quota, date string, body []byte) {
		tap := wireTap(func(r *http.Request) *http.Response {
			return &http.Response{StatusCode: status, Request: r, Body: io.NopCloser(strings.NewReader(string(body))),
				Header: http.Header{"Retry-After": {after}, quotaRetryAfter: {quota}, "Date": {date}, "Location": {date}}}
		})
		slept := time.Duration(0)
		c, err := New(Options{System: "Test System", BaseURL: "https://api.example", Transport: tap, MaxBody: 1 << 10,
			Budgets: NewBudgets(Clock{Now: func() time.Time { return epoch }}), Now: func() time.Time { return epoch },
			Sleep: func(_ context.Context, d time.Duration) error { slept += d; return nil }})
		if err != nil {
			t.Fatal(err)
		}
		request := aWrite
		if status%2 == 0 {
			request = aRead
		}
		response, err := c.Do(t.Context(), request)
		if slept < 0 || slept > 2*time.Minute {
			t.Fatalf("slept %s", slept)
		}
		if err != nil {
			fault := faultOf(t, err)
			if fault.After < 0 || fault.After > longestRetryAfter {
				t.Fatalf("%q, %q: wait %s", after, quota, fault.After)
			}
			if text := err.Error(); strings.Contains(text, "@") || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) || len(text) > 500 {
				t.Fatalf("the fault says %q", text)
			}
			return
		}
		if status >= 400 || len(response.Body) > 1<<10 {
			t.Fatalf("status %d is an answer of %d bytes", response.Status, len(response.Body))
		}
	})
}

// FuzzUnmarshal reads JSON. What is read is what encoding/json reads, and reads
// alike once it is written; what is not is out of bounds, no JSON, or has a
// member twice.
func FuzzUnmarshal(f *testing.F) {
	for _, body := range []string{
		``, `null`, `[]`, `{"a":1,"A":2}`, `{"a":{"b":[1,{"c":"\"]}"}]}}`, `[1e999999]`, `"\ud800"`, `{"\u0061":1,"a":2}`, `[[[[`, `{"a":1}}`, `{"a" 1,"a":2}`,
		"{\"\xff\":1,\"\xfe\":2}", `{"k":1,"\u212a":1}`, strings.Repeat("[", 101) + strings.Repeat("]", 101),
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var value, plain any
		err, plainErr := Unmarshal(body, &value), json.Unmarshal(body, &plain)
		if err != nil {
			return
		}
		if plainErr != nil {
			t.Fatalf("%q was read, and %v", body, plainErr)
		}
		again, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		if err := Unmarshal(again, &plain); err != nil {
			// Bytes that are no UTF-8 are all written as the same character.
			if !strings.Contains(string(again), "\ufffd") {
				t.Fatalf("%q was read, and %q not: %v", body, again, err)
			}
		}
		var merged struct {
			Items []struct{ A, B *int }
		}
		if Unmarshal(body, &merged) == nil && strings.Count(strings.ToLower(string(body)), `"items"`) == 1 {
			for _, item := range merged.Items {
				if item.A != nil && item.B != nil && !strings.ContainsAny(string(body), "bB\\") {
					t.Fatalf("%q: an item has what is not in it", body)
				}
			}
		}
	})
}
