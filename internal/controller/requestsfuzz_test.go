// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/routine"
)

// FuzzRequests reads annotations by which people ask for something. Each is
// answered once, with what it asked for whole, and what status keeps of it fits.
func FuzzRequests(f *testing.F) {
	for _, value := range []string{"7", "7.again", "07", "+7", "-7", "9223372036854775808", "2026-01-01", "2026-02-30", "2026-01-01.x", "1999-12-31", "a b", "é", "x\ny", "\xff", strings.Repeat("x", 65), ""} {
		f.Add(value, value, value, value)
	}
	names := []v1alpha1.RoutineName{v1alpha1.OrderDownload, v1alpha1.ShipmentConfirmation, v1alpha1.OrderCancelDownload, v1alpha1.InventorySync}
	f.Fuzz(func(t *testing.T, run, retry, resend, backfill string) {
		for _, name := range names {
			annotations := map[string]string{
				v1alpha1.RunAnnotation: run, v1alpha1.RunAnnotationPrefix + string(name): run,
				v1alpha1.RetryAnnotationPrefix + string(name): retry, v1alpha1.ResendAnnotationPrefix + string(name): resend,
				v1alpha1.BackfillAnnotationPrefix + string(name): backfill,
			}
			valid, invalid := pendingTokens(annotations, name, true, nil)
			for _, asked := range valid {
				if !tokenPattern.MatchString(asked.value) || len(asked.value) > maxToken {
					t.Fatalf("%q is a token", asked.value)
				}
				if asked.request == nil {
					continue
				}
				subject, _, _ := strings.Cut(asked.value, ".")
				whole := asked.request.OrderID.String()
				if asked.request.Kind == routine.RequestBackfill {
					whole = asked.request.Since.Format(time.DateOnly)
				}
				if subject != whole {
					t.Fatalf("%q asks for %s", asked.value, whole)
				}
			}
			handled := echo(nil, answers(valid, v1alpha1.RunSucceeded, "", routine.Report{}), time.Unix(1_793_000_000, 0))
			handled = echo(handled, refusals(invalid, v1alpha1.ReasonInvalidToken), time.Unix(1_793_000_000, 0))
			for _, answer := range handled {
				if utf8.RuneCountInString(answer.Token) > maxToken || len(handled) > maxHandled {
					t.Fatalf("%d answers, one to %q", len(handled), answer.Token)
				}
			}
			if again, refused := pendingTokens(annotations, name, true, handled); len(again)+len(refused) > 0 {
				t.Fatalf("%+v %+v is asked again", again, refused)
			}
		}
	})
}

// FuzzPromise reads the texts of status, which anybody with the right may
// write: none of them stops a routine for ever, and none makes it run twice.
func FuzzPromise(f *testing.F) {
	for _, text := range []string{"", "2026-11-23T12:00:00Z", "9999-12-31T23:59:59Z", "0000-01-01T00:00:00+24:00", "soon", "2026-11-23T12:00:00.5-23:59"} {
		f.Add(text, text, int64(1_793_000_000))
	}
	f.Fuzz(func(t *testing.T, nextRun, text string, now int64) {
		moment := time.Unix(now%2_000_000_000+2_000_000_000, 0)
		spec := &v1alpha1.SyncPolicySpec{OrderDownload: &v1alpha1.OrderDownloadPolicy{Schedule: v1alpha1.Schedule{Cron: "*/5 * * * *"}}}
		table, err := timetableOf(spec, orderDownload, "uid")
		if err != nil {
			t.Fatal(err)
		}
		for _, known := range []string{text, table.String()} {
			entry := scheduleEntry(&v1alpha1.RoutineStatus{Schedule: known, NextRun: nextRun})
			decision := table.Next(entry, moment)
			if decision.Wake.Sub(moment) > 10*time.Minute || decision.Due() && decision.Slot.After(moment) {
				t.Fatalf("%q, %q at %s: %+v", nextRun, known, moment, decision)
			}
			if decision.Due() {
				entry.Schedule, entry.NextRun = table.String(), table.Succeeded(moment)
				if again := table.Next(entry, moment); again.Due() {
					t.Fatalf("%q: it runs twice at %s", nextRun, moment)
				}
			}
		}
	})
}
