// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"net/http"
	"testing"
	"time"
)

// The server's clock goes on between two answers, and an answer without a date
// takes nothing back.
func TestServerNow(t *testing.T) {
	t.Parallel()
	ours, dates := epoch, []string{"", epoch.Add(-20 * time.Minute).Format(http.TimeFormat), "yesterday", epoch.Add(time.Hour).Format(http.TimeFormat)}
	c, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Date"] = nil
		if dates[0] != "" {
			w.Header().Set("Date", dates[0])
		}
		dates = dates[1:]
	}, func(o *Options) { o.Now = func() time.Time { return ours } })
	ask := func() {
		t.Helper()
		if _, err := c.Do(t.Context(), Request{Path: "/"}); err != nil {
			t.Fatal(err)
		}
	}
	expect := func(want time.Time) {
		t.Helper()
		if got, known := c.ServerNow(); known == want.IsZero() || !got.Equal(want) {
			t.Errorf("the server's time is %v (known %v), want %v", got, known, want)
		}
	}
	expect(time.Time{})
	ask()
	expect(time.Time{})
	ask()
	ours = ours.Add(7 * time.Minute)
	expect(epoch.Add(-13 * time.Minute))
	ask()
	expect(epoch.Add(-13 * time.Minute))
	ask()
	expect(epoch.Add(time.Hour))
}
