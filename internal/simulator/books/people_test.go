// SPDX-License-Identifier: Apache-2.0

package books

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"ordersync.dev/operator/internal/simulator/ordermanager"
	"ordersync.dev/operator/internal/simulator/threepl"
)

func one(id int64) map[int64]bool { return map[int64]bool{id: true} }

// What people did decides what is right, and each of it has a mistake that it
// does not excuse.
func TestWhatPeopleDid(t *testing.T) {
	edit := func(p *pair, settings Settings) {
		p.om1(2).Lines[0].Quantity, p.options.People.Edited, p.options.Settings = 3, one(2), &settings
		p.om.Stock[0].Available-- // the unit more is owed
	}
	correct := func(p *pair, settings Settings) {
		p.wh1(3).Tracking, p.options.Settings = []string{"T4"}, &settings
		p.options.People.Corrected = map[int64][]string{3: {"T3"}}
	}
	part := func(p *pair, settings Settings) {
		p.wh1(2).Lines[0].Qty, p.options.Settings = threepl.Units(1), &settings
		p.effect(threepl.EffectUpdate, threepl.ByWarehouse, *p.wh1(2))
		child := p.deliver(2, threepl.StatusClosed, 1)
		child.ParentID = 1000
		p.wh.Effects[len(p.wh.Effects)-1].By = threepl.ByWarehouse
		level := &p.wh.Stock[0]
		level.Allocated, level.OnHand = 0, level.OnHand-threepl.Units(1)
	}
	short := func(p *pair, settings Settings) {
		p.wh1(2).Status, p.wh1(2).Lines[0].Shipped, p.options.Settings = threepl.StatusClosed, threepl.Units(1), &settings
		p.leave(1)
	}
	cancelHere := func(p *pair, by threepl.Actor, settings Settings) {
		p.options.Settings = &settings
		p.om1(2).Status = ordermanager.StatusCancelled
		p.cancel(p.wh1(2), by)
		p.leave(0)
		p.options.OrderManagerEffects = []ordermanager.Effect{{Kind: ordermanager.Cancelled, API: true, OrderID: 2}}
		p.om.Stock[0].Available += 2
	}
	for name, test := range map[string]struct {
		plant func(*pair)
		want  map[Kind]int
	}{
		"an order that nobody let go":                  {func(p *pair) { p.options.People.Barred = one(2) }, map[Kind]int{SentThough: 1}},
		"an order that nobody let go, cancelled there": {func(p *pair) { p.options.People.Barred = one(4) }, map[Kind]int{SentThough: 1}},
		"an order that waits behind a label": {func(p *pair) {
			p.om1(1).Labels, p.options.StopLabels = []string{"stop"}, []string{"stop"}
		}, map[Kind]int{Pending: -1}},
		"an order behind a label that the warehouse has": {func(p *pair) {
			p.om1(1).Labels, p.options.StopLabels = []string{"stop"}, []string{"stop"}
			p.deliver(1, threepl.StatusOpen, 1)
			p.wh.Stock[0].Allocated += threepl.Units(1)
		}, map[Kind]int{Pending: -1, HeldButSent: 1}},
		"an edit that is listed":       {func(p *pair) { edit(p, Settings{}) }, map[Kind]int{Edited: 1}},
		"an edit that is not taken":    {func(p *pair) { edit(p, Settings{EditsTaken: true}) }, map[Kind]int{EditNotTaken: 1}},
		"an edit that came too late":   {func(p *pair) { edit(p, Settings{EditsTaken: true}); p.wh1(2).InProgress = true }, map[Kind]int{Edited: 1}},
		"lines that nobody edited":     {func(p *pair) { edit(p, Settings{}); p.options.People.Edited = one(3) }, map[Kind]int{WrongLines: 1}},
		"a correction that is listed":  {func(p *pair) { correct(p, Settings{}) }, map[Kind]int{TrackingDiffers: 1}},
		"a correction not yet written": {func(p *pair) { correct(p, Settings{CorrectionsWritten: true}) }, map[Kind]int{Uncorrected: 1}},
		"a correction that is written": {func(p *pair) {
			correct(p, Settings{CorrectionsWritten: true})
			p.om1(3).Tracking, p.om1(3).Shipments = []string{"T3", "T4"}, 2
		}, nil},
		"a correction that is written twice": {func(p *pair) {
			correct(p, Settings{CorrectionsWritten: true})
			p.om1(3).Tracking, p.om1(3).Shipments = []string{"T3", "T4", "T4"}, 3
		}, map[Kind]int{ConfirmedTwice: 1}},
		"a correction that was to be listed and is written": {func(p *pair) {
			correct(p, Settings{})
			p.om1(3).Tracking, p.om1(3).Shipments = []string{"T3", "T4"}, 2
		}, map[Kind]int{ConfirmedTwice: 1}},
		"a correction to a number that was never there": {func(p *pair) {
			correct(p, Settings{CorrectionsWritten: true})
			p.om1(3).Tracking = []string{"T3", "T9"}
		}, map[Kind]int{WrongTracking: 1}},
		"shipped by hand and open in the warehouse": {func(p *pair) {
			p.om1(2).Status, p.om1(2).Tracking, p.options.People.Corrected = ordermanager.StatusShipped, []string{"HAND"}, map[int64][]string{2: {"HAND"}}
		}, map[Kind]int{NotWanted: 1}},
		"shipped by hand, and then by the warehouse": {func(p *pair) {
			p.om1(2).Status, p.om1(2).Tracking, p.options.People.Corrected = ordermanager.StatusShipped, []string{"HAND"}, map[int64][]string{2: {"HAND"}}
			p.wh1(2).Status, p.wh1(2).Lines[0].Shipped, p.wh1(2).Tracking = threepl.StatusClosed, threepl.Units(2), []string{"T2"}
			p.leave(2)
		}, map[Kind]int{TrackingDiffers: 1}},
		"a report that a user asked for": {func(p *pair) {
			p.om1(3).Shipments, p.om1(3).Notifications, p.options.People.Reported = 2, 2, one(3)
		}, nil},
		"a buyer who was not told": {func(p *pair) { p.options.Settings = &Settings{BuyerMailed: true} }, map[Kind]int{WrongMail: 1}},
		"a buyer who was not to be told": {func(p *pair) {
			p.options.Settings, p.om1(3).Notifications = &Settings{}, 1
		}, map[Kind]int{WrongMail: 1}},
		"a buyer who was told": {func(p *pair) {
			p.options.Settings, p.om1(3).Notifications = &Settings{BuyerMailed: true}, 1
		}, nil},
		"a part that waits for the rest":    {func(p *pair) { part(p, Settings{ShortSplitOff: true}) }, nil},
		"a part that is not split off":      {func(p *pair) { part(p, Settings{PartsSplitOff: true}) }, map[Kind]int{NotSplitOff: 1}},
		"a short close that is held":        {func(p *pair) { short(p, Settings{PartsSplitOff: true}) }, map[Kind]int{ClosedShort: 1}},
		"a short close not yet split off":   {func(p *pair) { short(p, Settings{ShortSplitOff: true}) }, map[Kind]int{NotSplitOff: 1}},
		"held units that are offered":       {func(p *pair) { p.options.Settings = &Settings{HeldIgnored: true}; p.om.Stock[0].Available += 3 }, nil},
		"held units that are to be offered": {func(p *pair) { p.options.Settings = &Settings{HeldIgnored: true} }, map[Kind]int{WrongStock: 1}},
		"cancelled in the warehouse while it was routed elsewhere": {func(p *pair) {
			p.cancel(p.wh1(2), threepl.ByAPI)
			p.wh.Stock[0].Allocated, p.wh.Stock[0].Unallocated = 0, 0
			p.options.People.Wavered = one(2)
		}, map[Kind]int{CancelledByWarehouse: 1}},
		"what the warehouse cancelled is passed on":       {func(p *pair) { cancelHere(p, threepl.ByWarehouse, Settings{CancelledHere: true}) }, nil},
		"what we cancelled there is passed on":            {func(p *pair) { cancelHere(p, threepl.ByAPI, Settings{CancelledHere: true}) }, map[Kind]int{WrongOrderCancel: 1}},
		"what the warehouse cancelled was to be reported": {func(p *pair) { cancelHere(p, threepl.ByWarehouse, Settings{}) }, map[Kind]int{WrongOrderCancel: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			p := clean()
			test.plant(p)
			got := p.compare()
			want := besideTheWaiting(test.want)
			if !maps.Equal(got.Counts, want) {
				t.Errorf("found %v, want %v: %v", got.Counts, want, got.Findings)
			}
			for kind := range want {
				if open := slices.Contains(unfinished, kind) || slices.Contains(mistakes, kind); open && (got.Err() == nil || !strings.Contains(got.Err().Error(), string(kind))) {
					t.Errorf("%s is not told: %v", kind, got.Err())
				}
			}
		})
	}
}
