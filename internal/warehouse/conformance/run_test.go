// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"context"
	"strings"
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
)

// paperSubject is a good driver of a paper warehouse, made worse if need be.
func paperSubject(can fulfillment.Capabilities, cannot map[Row]string, spoil func(*paper, *paperDriver) fulfillment.Destination) Subject {
	return Subject{
		Name: "Paper", PageSize: paperPage, Cannot: cannot,
		New: func(t testing.TB) (fulfillment.Destination, Warehouse) {
			t.Helper()
			warehouse, url := newPaper(t, can)
			driver := &paperDriver{&mailbox{url: url}, can}
			if spoil != nil {
				return spoil(warehouse, driver), warehouse
			}
			return driver, warehouse
		},
	}
}

// noRubber is why a sheet cannot be changed.
const noRubber = "ink cannot be rubbed out"

// incapable is a warehouse that can do the least that is allowed, and why it
// passes no more rows.
var (
	incapable = fulfillment.Capabilities{
		FindOrder: true, ReferenceUnique: fulfillment.ReferenceNotEnforced, IntegerQuantities: true,
		CancelFreesReference: true, ReferenceMaxLength: 40, ReferencePattern: `^[0-9A-Za-z.-]+$`,
	}
	incapableOf = map[Row]string{
		RowTakenReference: "nobody looks for the same number", RowCancelProven: "ink cannot be rubbed out",
		RowCancelLost: "ink cannot be rubbed out", RowCancelPretended: "ink cannot be rubbed out", RowSecondCancel: "ink cannot be rubbed out",
		RowCancelShipped: "ink cannot be rubbed out", RowCancelInProgress: "ink cannot be rubbed out",
		RowCancelPartShipped: "ink cannot be rubbed out", RowPartialShipment: "one sheet, one parcel service, one day",
		RowClosedSince: "nobody writes the date on it", RowFractions: "whole units are counted",
		RowRemembers: noRubber, RowUpdate: noRubber, RowUpdateLost: noRubber, RowUpdateConflict: noRubber,
		RowUpdateTooLate: noRubber, RowUpdateRefused: noRubber,
	}
)

func TestAGoodDriverPasses(t *testing.T) { Run(t, paperSubject(everything, nil, nil)) }

func TestADriverOfAnIncapableSystemPasses(t *testing.T) {
	Run(t, paperSubject(incapable, incapableOf, nil))
}

func TestReferencesThatStayTaken(t *testing.T) {
	keeps := everything
	keeps.CancelFreesReference = false
	if got := judged(t, paperSubject(keeps, map[Row]string{RowCancelFrees: "numbers are never given again"}, nil), RowCancelFrees); got.Failed() {
		t.Error(got.said())
	}
}

func rowNamed(t testing.TB, name Row) row {
	t.Helper()
	for _, r := range rows() {
		if r.name == name {
			return r
		}
	}
	t.Fatalf("there is no row %q", name)
	return row{}
}

// judged runs one row against a subject and records what becomes of it.
func judged(t testing.TB, subject Subject, name Row) *recorder {
	t.Helper()
	r := rowNamed(t, name)
	return record(t, func(t testing.TB) { judge(t, subject, r) })
}

// cancelling is a destination that cancels whatever it declares.
type cancelling struct {
	fulfillment.Destination
	able fulfillment.Destination
}

func (c cancelling) CancelOrder(ctx context.Context, id string) (fulfillment.Cancellation, error) {
	return c.able.CancelOrder(ctx, id)
}

func TestClaimsAreProbed(t *testing.T) {
	without := func(change func(*fulfillment.Capabilities)) fulfillment.Capabilities {
		c := everything
		change(&c)
		return c
	}
	noCancel := without(func(c *fulfillment.Capabilities) { c.CancelOrder, c.CancelFreesReference = false, false })
	for name, test := range map[string]struct {
		subject Subject
		row     Row
		says    string
	}{
		"a row that nobody is excused from": {
			paperSubject(everything, map[Row]string{RowCreatedWhole: "lines are too many"}, nil), RowCreatedWhole, "every destination must pass",
		},
		"no reason": {
			paperSubject(incapable, map[Row]string{RowPartialShipment: " "}, nil), RowPartialShipment, "no reason",
		},
		"a capability that is declared": {
			paperSubject(everything, map[Row]string{RowPartialShipment: "never seen"}, nil), RowPartialShipment, "declares the capability",
		},
		"a capability that is not declared, and nobody says why": {
			paperSubject(incapable, nil, nil), RowPartialShipment, "does not say why",
		},
		"it can, and no capability tells of it": {
			paperSubject(everything, map[Row]string{RowShortShipment: "never seen"}, nil), RowShortShipment, "the system can",
		},
		"it can, and does not declare it": {
			paperSubject(everything, map[Row]string{RowClosedSince: "never seen"}, func(_ *paper, d *paperDriver) fulfillment.Destination {
				return &spoiled{Destination: d, capabilities: func() fulfillment.Capabilities {
					return without(func(c *fulfillment.Capabilities) { c.IncrementalShipments = false })
				}}
			}), RowClosedSince, "the system can",
		},
		"it cancels, and says that it does not": {
			paperSubject(noCancel, map[Row]string{RowCancelProven: "ink"}, func(p *paper, d *paperDriver) fulfillment.Destination {
				p.can = everything
				return cancelling{d, &paperDriver{d.mailbox, everything}}
			}), RowCancelProven, "want NotSupported",
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := judged(t, test.subject, test.row); !got.Failed() || !strings.Contains(got.said(), test.says) {
				t.Errorf("failed %t, said %q, want %q", got.Failed(), got.said(), test.says)
			}
		})
	}
}

func TestSubjectsThatMeanNothing(t *testing.T) {
	good := paperSubject(everything, nil, nil)
	for name, spoil := range map[string]func(*Subject){
		"no name":              func(s *Subject) { s.Name = "" },
		"no page":              func(s *Subject) { s.PageSize = 0 },
		"nothing to test":      func(s *Subject) { s.New = nil },
		"a reason for nothing": func(s *Subject) { s.Cannot = map[Row]string{"fly": "no wings"} },
		"a reason with a pipe": func(s *Subject) { s.Cannot = map[Row]string{RowFractions: "no | wings"} },
		"a page, no column":    func(s *Subject) { s.Page = Page{File: "page.md"} },
	} {
		t.Run(name, func(t *testing.T) {
			subject := good
			spoil(&subject)
			if got := record(t, func(t testing.TB) { checkSubject(t, subject, rows()) }); !got.Failed() {
				t.Error("it is taken")
			}
		})
	}
	if got := record(t, func(t testing.TB) { checkSubject(t, good, rows()) }); got.Failed() {
		t.Errorf("a good subject is refused: %s", got.said())
	}
}

func TestTheTable(t *testing.T) {
	table := table{subject: "Paper (ink)", entries: []entry{
		{row: "a", ran: true, passed: true},
		{row: "long", ran: true, passed: true, cannot: "no wings"},
		{row: "bad", ran: true},
		{row: "last"},
	}}
	want := "conformance of Paper (ink)\n  a     pass\n  long  the system cannot: no wings\n  bad   FAIL\n  last  not run\n"
	if got := table.String(); got != want {
		t.Errorf("got %q", got)
	}
}
