// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/routine"
	"ordersync.dev/operator/internal/simulator/fault"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
	whsim "ordersync.dev/operator/internal/simulator/threepl"
)

// lostShop is a merchant whose orders have shipped, and who has every buyer mailed.
func lostShop(t *testing.T, options omsim.Options, orders int) (*shop, []fulfillment.OrderID) {
	t.Helper()
	options.RepeatedShipment = omsim.DuplicateRepeatedShipment
	s, ids := cancelShop(t, options, orders)
	s.shipments.Options.NotifyCustomer = true
	for _, id := range ids {
		s.must(s.wh.Ship(s.there(id)[0].ID, whsim.Shipment{}))
	}
	return s, ids
}

// posts counts the reports that Order Manager was asked to take.
func (s *shop) posts() int { return s.omCall.Calls()["PUT "+externalShipmentPath] }

// reportedOnce fails unless each order was reported once and shows it.
func (s *shop) reportedOnce(ids []fulfillment.OrderID) {
	s.t.Helper()
	for _, id := range ids {
		if shipments, mails, _ := s.told(id); shipments != 1 || mails != 1 || s.status(id) != omsim.StatusShipped {
			s.t.Errorf("order %d is %s, was reported %d times, its buyer mailed %d times", id, s.status(id), shipments, mails)
		}
	}
}

// deaths are the points at which a process ends in a run that reports.
func deaths() map[string]func(*shop) {
	confirmation := func(s *shop, env routine.Env) routine.Run { return routine.NewShipmentConfirmation(env, s.shipments) }
	return map[string]func(*shop){
		"before the record": func(s *shop) {
			env := s.env("ShipmentConfirmation")
			env.Record = func(context.Context, routine.RecordChange) error { return context.Canceled }
			if err := confirmation(s, env).Slice(s.t.Context(), goOn); !errors.Is(err, context.Canceled) {
				s.t.Errorf("the run ended with %v", err)
			}
			s.restart()
		},
		"between the record and the report": func(s *shop) {
			ctx, kill := context.WithCancel(s.t.Context())
			posts := s.posts()
			env := s.env("ShipmentConfirmation")
			env.Record = func(ctx context.Context, change routine.RecordChange) error {
				defer kill()
				return s.writeRecord(ctx, change)
			}
			if err := confirmation(s, env).Slice(ctx, goOn); err == nil {
				s.t.Error("the run went on")
			}
			if s.posts() != posts {
				s.t.Error("a process that had ended reported")
			}
			s.restart()
		},
		"when the report was on its way": func(s *shop) {
			held := s.omCall.HoldBefore(fault.Rule{Method: "PUT", Path: externalShipmentPath, Nth: 1})
			s.diesWhileHeld(held, confirmation(s, s.env("ShipmentConfirmation")))
		},
		"after the report took effect": func(s *shop) {
			held := s.omCall.HoldAfter(fault.Rule{Method: "PUT", Path: externalShipmentPath, Nth: 1})
			s.diesWhileHeld(held, confirmation(s, s.env("ShipmentConfirmation")))
		},
		"not at all": func(s *shop) { s.ok(s.confirm()) },
		"not at all, and the answer is lost": func(s *shop) {
			s.must2(s.omCall.Add(fault.Rule{Method: "PUT", Path: externalShipmentPath, Kind: fault.DropAfter, Nth: 1}))
			_, _ = s.confirm()
		},
		"after the answer": func(s *shop) {
			s.must(confirmation(s, s.env("ShipmentConfirmation")).Slice(s.t.Context(), goOn))
			s.restart()
		},
	}
}

// Wherever a process ends, and however late its report shows, the next ones
// report each order exactly once.
func TestAReportThatAProcessMayHaveMadeIsMadeOnce(t *testing.T) {
	t.Parallel()
	options := map[string]omsim.Options{"shows after 14m": {ShipmentShowsAfter: 14 * time.Minute}}
	for reads := range 7 {
		options[fmt.Sprint("shows after reads: ", reads)] = omsim.Options{ShipmentPendingReads: reads}
	}
	for shows, option := range options {
		for point, dies := range deaths() {
			t.Run(shows+"/"+point, func(t *testing.T) {
				s, ids := lostShop(t, option, 3)
				dies(s)
				for range 40 {
					s.ok(s.confirm())
					s.clock.Pass(time.Minute)
				}
				s.reportedOnce(ids)
				if s.posts() > 2 {
					t.Errorf("Order Manager was asked %d times", s.posts())
				}
				if len(s.record) != 0 {
					t.Errorf("the record holds %v", s.record)
				}
			})
		}
	}
}

// Processes end one after the other, each at another point, while orders ship and
// reports show late: at the end of the day each order was reported once.
func TestADayOfProcessesThatEndReportsEachOrderOnce(t *testing.T) {
	t.Parallel()
	for seed := range uint64(12) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 7))
			s, ids := lostShop(t, omsim.Options{ShipmentShowsAfter: time.Duration(random.IntN(15)) * time.Minute}, 2)
			ends := deaths()
			points := slices.Sorted(maps.Keys(ends))
			for range 25 {
				ends[points[random.IntN(len(points))]](s)
				s.clock.Pass(time.Duration(random.IntN(20*60)) * time.Second)
				for range 1 + random.IntN(3) {
					id := s.order(omsim.StatusAwaiting3PLExport, "A", 1)
					s.ok(s.download())
					s.must(s.wh.Ship(s.there(id)[0].ID, whsim.Shipment{}))
					ids = append(ids, id)
				}
			}
			for range 40 {
				s.ok(s.confirm())
				s.clock.Pass(time.Minute)
			}
			s.reportedOnce(ids)
			if len(s.record) != 0 {
				t.Errorf("the record holds %v", s.record)
			}
		})
	}
}

// What was written down and not sent is reported when it had the time to show,
// and is listed until then. What a user does meanwhile counts.
func TestAnOrderThatMayHaveBeenReportedIsListedUntilItHadTheTimeToShow(t *testing.T) {
	t.Parallel()
	s, ids := lostShop(t, omsim.Options{}, 3)
	since := s.clock.Now()
	deaths()["between the record and the report"](s)
	cancelled, waiting := ids[0], ids[1:]
	for s.clock.Now().Sub(since) < routine.LostReportWait {
		report := s.ok(s.confirm())
		listed := map[fulfillment.OrderID]string{waiting[0]: fulfillment.ReasonOutcomeUnknown, waiting[1]: fulfillment.ReasonOutcomeUnknown}
		if s.status(cancelled) != omsim.StatusCancelled {
			listed[cancelled] = fulfillment.ReasonOutcomeUnknown
			s.must(s.om.CancelOrder(int64(cancelled)))
		}
		if r := reasons(report); !maps.Equal(r, listed) || s.posts() != 0 {
			t.Fatalf("%s later: listed %v, want %v; reported in %d calls", s.clock.Now().Sub(since), r, listed, s.posts())
		}
		for _, order := range report.Failing.Orders {
			if !order.Since.Equal(since) || order.Message == "" {
				t.Errorf("listed as %+v", order)
			}
		}
		s.clock.Pass(time.Minute)
	}
	if report := s.ok(s.confirm()); report.Counts.Confirmed != 2 || len(report.Listed()) != 0 {
		t.Errorf("confirmed %d, listed %v", report.Counts.Confirmed, reasons(report))
	}
	s.reportedOnce(waiting)
	if shipments, mails, _ := s.told(cancelled); shipments+mails != 0 || s.status(cancelled) != omsim.StatusCancelled {
		t.Errorf("the cancelled order is %s with %d shipments", s.status(cancelled), shipments)
	}
}

// An order whose attempt comes due while it waits keeps the time of its first
// refusal, and is owed the attempt: it need not wait for the next one.
func TestAnAttemptThatHasToWaitIsOwed(t *testing.T) {
	t.Parallel()
	s, ids := lostShop(t, omsim.Options{}, 1)
	began := s.clock.Now()
	s.must2(s.omCall.Add(fault.Rule{Method: "PUT", Path: externalShipmentPath, Kind: fault.DropBefore, Nth: 1}))
	run := routine.NewShipmentConfirmation(s.env("ShipmentConfirmation"), s.shipments)
	slow := func(context.Context, routine.Progress) error {
		s.clock.Pass(2 * time.Minute)
		return nil
	}
	if err := run.Slice(t.Context(), slow); !fulfillment.Uncertain(err) {
		t.Fatalf("the run ended with %v", err)
	}
	report := run.Report()
	s.memory["ShipmentConfirmation"] = routine.Memory{PreviousRun: began, Failing: report.Failing.Cohorts, Shown: report.Listed()}
	s.record, _ = report.Record.Apply(s.record, s.clock.Now(), 0)
	written := s.clock.Now()
	for s.clock.Now().Sub(written) < routine.LostReportWait {
		report := s.ok(s.confirm())
		if len(report.Failing.Orders) != 1 || !report.Failing.Orders[0].Since.Equal(began) || len(report.Failing.Cohorts) == 0 || !report.Failing.Cohorts[0].Since.Equal(began) || s.posts() != 1 {
			t.Fatalf("%s later: %d reports, %+v", s.clock.Now().Sub(written), s.posts(), report.Failing)
		}
		s.clock.Pass(time.Minute)
	}
	s.ok(s.confirm())
	s.reportedOnce(ids)
}

// Not by a run that a person asks for, nor by a retry of the order itself.
func TestNobodyHasAnOrderReportedAgainBeforeItHadTheTimeToShow(t *testing.T) {
	t.Parallel()
	s, ids := lostShop(t, omsim.Options{ShipmentShowsAfter: 10 * time.Minute}, 1)
	deaths()["after the report took effect"](s)
	memory := s.memory["ShipmentConfirmation"]
	memory.Reset, memory.Whole = true, true
	s.memory["ShipmentConfirmation"] = memory
	s.ok(s.confirm())
	answers, _ := s.ask("ShipmentConfirmation", confirmation, routine.Request{Kind: routine.RequestRetry, OrderID: ids[0]})
	judgeAnswer(t, answers, fulfillment.ReasonOutcomeUnknown, false)
	answers, _ = s.ask("ShipmentConfirmation", confirmation, resendOf(ids[0]))
	judgeAnswer(t, answers, fulfillment.ReasonOutcomeUnknown, false)
	s.clock.Pass(10 * time.Minute)
	s.ok(s.confirm())
	s.reportedOnce(ids)
}

// A report that a person asks for once more is made once more, and not twice,
// when the process ends with its answer.
func TestAProcessThatEndsInARepeatedReport(t *testing.T) {
	t.Parallel()
	s, ids := lostShop(t, omsim.Options{}, 1)
	s.ok(s.confirm())
	s.clock.Pass(time.Hour)
	env := s.env("ShipmentConfirmation")
	env.Requests = []routine.Request{resendOf(ids[0])}
	held := s.omCall.HoldAfter(fault.Rule{Method: "PUT", Path: externalShipmentPath, Nth: 1})
	s.diesWhileHeld(held, routine.NewShipmentConfirmation(env, s.shipments))
	// The token was not answered, so the next process is asked again.
	answers, _ := s.ask("ShipmentConfirmation", confirmation, resendOf(ids[0]))
	judgeAnswer(t, answers, fulfillment.ReasonOutcomeUnknown, false)
	if shipments, mails, _ := s.told(ids[0]); shipments != 2 || mails != 2 {
		t.Errorf("reported %d times, the buyer mailed %d times", shipments, mails)
	}
}

// A split that a process may have made waits in the same way.
func TestASplitThatAProcessMayHaveMadeWaits(t *testing.T) {
	t.Parallel()
	s, ids := splitShop(t, omsim.Options{}, 2)
	s.shipPart(ids[0], map[string]int64{"B": 3})
	deaths()["between the record and the report"](s)
	report := s.ok(s.confirm())
	if splits := s.om.CountEffects(omsim.SplitOff); len(splits) != 0 || reasons(report)[ids[0]] != fulfillment.ReasonOutcomeUnknown {
		t.Errorf("split at once: %v, listed %v", splits, reasons(report))
	}
	s.clock.Pass(routine.LostReportWait)
	s.ok(s.confirm())
	if children := s.splitChildren(ids[0]); len(children) != 1 || children[0].Status != omsim.StatusShipped || len(s.record) != 0 {
		t.Errorf("split off were %+v, the record holds %v", children, s.record)
	}
}

// What cannot be written down is not sent: no report, no text and no split.
func TestNothingIsSentThatCouldNotBeWrittenDown(t *testing.T) {
	t.Parallel()
	broken := errors.New("the API server is away")
	fails := func(context.Context, routine.RecordChange) error { return broken }
	writes := func(s *shop) (calls []string) {
		for call := range s.omCall.Calls() {
			if call[:3] != "GET" {
				calls = append(calls, call)
			}
		}
		return calls
	}
	cases := map[string]func(*testing.T) (*shop, []routine.Request){
		"a report": func(t *testing.T) (*shop, []routine.Request) {
			s, _ := lostShop(t, omsim.Options{}, 2)
			return s, nil
		},
		"a split": func(t *testing.T) (*shop, []routine.Request) {
			s, ids := splitShop(t, omsim.Options{}, 2)
			s.shipPart(ids[0], map[string]int64{"B": 3})
			return s, nil
		},
		"a correction": func(t *testing.T) (*shop, []routine.Request) {
			s, _ := correctedShop(t, omsim.Options{RepeatedShipment: omsim.AddRepeatedTracking}, 1)
			s.shipments.WriteCorrections = true
			return s, nil
		},
		"a repeat": func(t *testing.T) (*shop, []routine.Request) {
			s, ids := lostShop(t, omsim.Options{}, 1)
			s.ok(s.confirm())
			return s, []routine.Request{resendOf(ids[0])}
		},
	}
	for name, build := range cases {
		t.Run(name, func(t *testing.T) {
			s, requests := build(t)
			env := s.env("ShipmentConfirmation")
			env.Record, env.Requests = fails, requests
			s.omCall.ResetCalls()
			run := routine.NewShipmentConfirmation(env, s.shipments)
			if err := run.Slice(t.Context(), goOn); !errors.Is(err, broken) {
				t.Errorf("the run ended with %v", err)
			}
			if calls := writes(s); len(calls) != 0 {
				t.Errorf("sent all the same: %v", calls)
			}
			// What did take effect in spite of the error is taken out, since nothing was sent.
			if change := run.Report().Record; len(change.Begun) != 0 || len(change.Settled) == 0 {
				t.Errorf("the run leaves %+v", change)
			}
			env = s.env("ShipmentConfirmation")
			env.Requests = requests
			s.must(routine.NewShipmentConfirmation(env, s.shipments).Slice(t.Context(), goOn))
			if calls := writes(s); len(calls) == 0 {
				t.Error("nothing is sent when it can be written down") // or this test proves nothing
			}
		})
	}
}

// A plan reports nothing and writes nothing down.
func TestAPlanWritesNoRecord(t *testing.T) {
	t.Parallel()
	s, ids := lostShop(t, omsim.Options{}, 3)
	steps, report := s.planned(func(env routine.Env) routine.Run { return routine.NewShipmentConfirmation(env, s.shipments) })
	if len(steps) != len(ids) || len(s.record) != 0 || len(report.Record.Begun)+len(report.Record.Settled) != 0 {
		t.Errorf("%d steps, record %v, the run leaves %+v", len(steps), s.record, report.Record)
	}
}

// The record costs one write for a page of a hundred orders, and none when
// nothing is reported.
func TestTheRecordCostsOneWriteForAHundredReports(t *testing.T) {
	t.Parallel()
	s, ids := lostShop(t, omsim.Options{}, 250)
	writes := 0
	confirm := func() (routine.Run, error) {
		env := s.env("ShipmentConfirmation")
		env.Record = func(ctx context.Context, change routine.RecordChange) error {
			writes++
			return s.writeRecord(ctx, change)
		}
		run := routine.NewShipmentConfirmation(env, s.shipments)
		_, err := s.finish("ShipmentConfirmation", run)
		return run, err
	}
	// A system that has too many calls is asked again at once: that costs no write.
	s.must2(s.omCall.Add(fault.Rule{Method: "PUT", Path: externalShipmentPath, Kind: fault.StatusBefore, Status: 429, Nth: 2}))
	run, err := confirm()
	if !fulfillment.IsFault(err, fulfillment.FaultThrottled) {
		t.Fatalf("the run ended with %v", err)
	}
	s.must(run.Slice(t.Context(), goOn))
	s.record, _ = run.Report().Record.Apply(s.record, s.clock.Now(), 0)
	s.reportedOnce(ids)
	if writes != 3 || len(s.record) != 0 {
		t.Errorf("%d writes for %d reports; want 3, and no record: %v", writes, len(ids), s.record)
	}
	s.clock.Pass(5 * time.Minute)
	if _, err := confirm(); err != nil || writes != 3 {
		t.Errorf("an idle run: %d writes more, %v", writes-3, err)
	}
}

// A status that is wiped leaves what there was before the record: the reading of
// each order right before its report.
func TestAWipedRecordIsNoRecord(t *testing.T) {
	t.Parallel()
	s, ids := lostShop(t, omsim.Options{ShipmentPendingReads: 1}, 3)
	deaths()["after the report took effect"](s)
	s.record = nil
	s.ok(s.confirm())
	s.reportedOnce(ids)
}

// A clock that ran ahead delays a report by the wait, counted from now, and no longer.
func TestARecordOfTheFutureCountsAsNow(t *testing.T) {
	t.Parallel()
	s, ids := lostShop(t, omsim.Options{}, 2)
	s.record = []routine.Cohort{{Since: s.clock.Now().Add(48 * time.Hour), IDs: ids}}
	for range 3 {
		if report := s.ok(s.confirm()); report.Counts.Confirmed != 0 {
			t.Fatal("reported at once")
		}
		s.clock.Pass(routine.LostReportWait / 3)
	}
	s.ok(s.confirm())
	s.reportedOnce(ids)
}

// Without room to remember more, nothing more is reported, and that is said.
func TestWithoutRoomInTheRecordNothingIsReported(t *testing.T) {
	t.Parallel()
	s, ids := lostShop(t, omsim.Options{}, 3)
	other := routine.Cohort{Since: s.clock.Now()}
	for i := range 3300 {
		other.IDs = append(other.IDs, fulfillment.OrderID(1_000_000_000+int64(i)*1001))
	}
	s.record, _ = routine.RecordChange{}.Apply([]routine.Cohort{other}, s.clock.Now(), 0)
	report := s.ok(s.confirm())
	want := map[fulfillment.OrderID]string{}
	for _, id := range ids {
		want[id] = fulfillment.ReasonTooManyUnproven
	}
	if r := reasons(report); !maps.Equal(r, want) || s.posts() != 0 {
		t.Errorf("listed %v, reported in %d calls", r, s.posts())
	}
	s.clock.Pass(routine.LostReportWait)
	s.ok(s.confirm())
	s.reportedOnce(ids)
}
