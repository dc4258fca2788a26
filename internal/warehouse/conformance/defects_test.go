// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
)

// forgetful never renews its token.
type forgetful struct{ *paperDriver }

func notRenewing(p *paper, d *paperDriver) fulfillment.Destination {
	d.token = strconv.Itoa(p.session)
	d.url += "/" // "//token" is not a path of the warehouse.
	return forgetful{d}
}

// lesser delivers what it can of an order that is refused.
func lesser(ctx context.Context, d *paperDriver, order fulfillment.Order, reference string) (fulfillment.WarehouseOrder, error) {
	created, err := d.CreateOrder(ctx, order, reference)
	if !fulfillment.IsFault(err, fulfillment.FaultInvalid) || len(order.Lines) < 2 {
		return created, err
	}
	for i := range order.Lines {
		rest := order
		rest.Lines = slices.Delete(slices.Clone(order.Lines), i, i+1)
		if created, less := d.CreateOrder(ctx, rest, reference); less == nil {
			return created, nil
		}
	}
	return created, err
}

// planted is a defect and the rows that must find it.
type planted struct {
	name  string
	rows  []Row
	spoil defect
}

var defects = append([]planted{
	{"finds what is not there", []Row{RowSearchBeforeCreate}, finding(nil, func(found []fulfillment.WarehouseOrder) []fulfillment.WarehouseOrder {
		return append(found, fulfillment.WarehouseOrder{ID: "0", State: fulfillment.WarehouseOpen})
	})},
	{"forgets a line", []Row{RowCreatedWhole}, creating(func(ctx context.Context, d *paperDriver, order fulfillment.Order, reference string) (fulfillment.WarehouseOrder, error) {
		order.Lines = order.Lines[:max(1, len(order.Lines)-1)]
		return d.CreateOrder(ctx, order, reference)
	})},
	{"writes no identity", []Row{RowCreatedWhole, RowSameNumber}, creating(func(ctx context.Context, d *paperDriver, order fulfillment.Order, reference string) (fulfillment.WarehouseOrder, error) {
		id := order.ID
		order.ID = 0
		created, err := d.CreateOrder(ctx, order, reference)
		created.Identity = id.String()
		return created, err
	})},
	{"forgets where an order ships to", []Row{RowCreatedWhole, RowEnteredByHand}, reporting(func(o *fulfillment.WarehouseOrder) { o.ShipTo = fulfillment.Address{} })},
	{"calls a lost answer a refusal", []Row{RowLostAfterEffect}, creating(func(ctx context.Context, d *paperDriver, order fulfillment.Order, reference string) (fulfillment.WarehouseOrder, error) {
		created, err := d.CreateOrder(ctx, order, reference)
		if fulfillment.Uncertain(err) {
			return created, refuse(fulfillment.FaultInvalid, "")
		}
		return created, err
	})},
	{"creates again under another reference", []Row{RowLostAfterEffect}, creating(func(ctx context.Context, d *paperDriver, order fulfillment.Order, reference string) (fulfillment.WarehouseOrder, error) {
		created, err := d.CreateOrder(ctx, order, reference)
		if fulfillment.Uncertain(err) {
			return d.CreateOrder(ctx, order, reference+"-again")
		}
		return created, err
	})},
	{"calls a lost answer a success", []Row{RowLostBeforeEffect}, creating(func(ctx context.Context, d *paperDriver, order fulfillment.Order, reference string) (fulfillment.WarehouseOrder, error) {
		created, err := d.CreateOrder(ctx, order, reference)
		if fulfillment.Uncertain(err) {
			return created, nil
		}
		return created, err
	})},
	{"finds one order at a time", []Row{RowSameNumber, RowExactLookups}, finding(nil, func(found []fulfillment.WarehouseOrder) []fulfillment.WarehouseOrder {
		return found[:min(1, len(found))]
	})},
	{"makes references unique by itself", []Row{RowTakenReference}, creating(func(ctx context.Context, d *paperDriver, order fulfillment.Order, reference string) (fulfillment.WarehouseOrder, error) {
		created, err := d.CreateOrder(ctx, order, reference)
		if fulfillment.IsFault(err, fulfillment.FaultDuplicate) {
			return d.CreateOrder(ctx, order, reference+"-2")
		}
		return created, err
	})},
	{"leaves a draft behind", []Row{RowTakenReference}, creating(func(ctx context.Context, d *paperDriver, order fulfillment.Order, reference string) (fulfillment.WarehouseOrder, error) {
		created, err := d.CreateOrder(ctx, order, reference)
		if fulfillment.IsFault(err, fulfillment.FaultDuplicate) {
			_, left := d.ask(ctx, "begin", question{Reference: "draft", Identity: order.ID.String()})
			return created, errors.Join(err, left)
		}
		return created, err
	})},
	{"gives orders an identity that they do not have", []Row{RowEnteredByHand}, reporting(func(o *fulfillment.WarehouseOrder) {
		if o.Identity == "" {
			o.Identity = "1"
		}
	})},
	{"keeps no route", []Row{RowRoute}, creating(func(ctx context.Context, d *paperDriver, order fulfillment.Order, reference string) (fulfillment.WarehouseOrder, error) {
		routed := order.WarehouseID
		order.WarehouseID = 0
		created, err := d.CreateOrder(ctx, order, reference)
		created.RoutedTo = routed
		return created, err
	})},
	{"adopts without a route", []Row{RowRoute}, adopting(func(ctx context.Context, _ *paper, d *paperDriver, id string, order fulfillment.Order) (fulfillment.WarehouseOrder, error) {
		routed := order.WarehouseID
		order.WarehouseID = 0
		adopted, err := d.AdoptOrder(ctx, id, order)
		adopted.RoutedTo = routed
		return adopted, err
	})},
	{"writes over a route", []Row{RowRoute}, adopting(func(ctx context.Context, p *paper, d *paperDriver, id string, order fulfillment.Order) (fulfillment.WarehouseOrder, error) {
		p.change(func() { p.sheet(id).RoutedTo = order.WarehouseID })
		return d.AdoptOrder(ctx, id, order)
	})},
	{"does not read the route", []Row{RowRoute}, reporting(func(o *fulfillment.WarehouseOrder) { o.RoutedTo = 0 })},
	{"delivers what it can of an order", []Row{RowUnknownSKU, RowMoreThanInStock, RowStockUntouched}, creating(lesser)},
	{"finds by the beginning", []Row{RowExactLookups}, func(p *paper, d *paperDriver) fulfillment.Destination {
		return &spoiled{Destination: d, find: func(_ context.Context, lookups []fulfillment.Lookup) (found []fulfillment.WarehouseOrder, _ error) {
			p.change(func() {
				found = p.pick(func(s *sheet) bool {
					return slices.ContainsFunc(lookups, func(l fulfillment.Lookup) bool {
						return l.ID != 0 && s.Identity == l.ID.String() ||
							slices.ContainsFunc(l.References, func(r string) bool { return strings.HasPrefix(s.Reference, r) })
					})
				})
			})
			return found, nil
		}}
	}},
	{"asks without regard to case", []Row{RowExactLookups}, finding(func(lookups []fulfillment.Lookup) []fulfillment.Lookup {
		lookups = slices.Clone(lookups)
		for i := range lookups {
			lookups[i].References = slices.Clone(lookups[i].References)
			for j, reference := range lookups[i].References {
				lookups[i].References[j] = strings.ToUpper(reference)
			}
		}
		return lookups
	}, nil)},
	{"asks for half a page", []Row{RowPageOfLookups}, finding(func(lookups []fulfillment.Lookup) []fulfillment.Lookup {
		return lookups[:min(len(lookups), fulfillment.PageSize/2)]
	}, nil)},
	{"finds an order once for each way to ask", []Row{RowPageOfLookups}, finding(nil, func(found []fulfillment.WarehouseOrder) []fulfillment.WarehouseOrder {
		return append(found, found...)
	})},
	{"does not find what was cancelled", []Row{RowFoundByIDForever, RowShippedOrCancelled}, finding(nil, func(found []fulfillment.WarehouseOrder) []fulfillment.WarehouseOrder {
		return slices.DeleteFunc(found, func(o fulfillment.WarehouseOrder) bool { return o.State == fulfillment.WarehouseCancelled })
	})},
	{"cuts references", []Row{RowReferenceLength}, creating(func(ctx context.Context, d *paperDriver, order fulfillment.Order, reference string) (fulfillment.WarehouseOrder, error) {
		return d.CreateOrder(ctx, order, reference[:min(len(reference), 50)])
	})},
	{"trims references", []Row{RowReferenceShapes}, creating(func(ctx context.Context, d *paperDriver, order fulfillment.Order, reference string) (fulfillment.WarehouseOrder, error) {
		return d.CreateOrder(ctx, order, strings.TrimSpace(reference))
	})},
	{"claims to cancel", []Row{RowCancelProven}, func(_ *paper, d *paperDriver) fulfillment.Destination {
		return &spoiled{Destination: d, cancel: func(_ context.Context, id string) (fulfillment.Cancellation, error) {
			return fulfillment.Cancellation{
				Outcome: fulfillment.CancelDone, Order: fulfillment.WarehouseOrder{ID: id, State: fulfillment.WarehouseCancelled},
			}, nil
		}}
	}},
	{"takes an answer for a proof", []Row{RowCancelPretended, RowCancelLost}, cancels(func(_ string, c *fulfillment.Cancellation, err error) error {
		if err == nil && c.Outcome == fulfillment.CancelUnknown {
			c.Outcome = fulfillment.CancelDone
		}
		return err
	})},
	{"fails on a second cancel", []Row{RowSecondCancel}, cancels(func(_ string, c *fulfillment.Cancellation, err error) error {
		if c.Outcome == fulfillment.CancelAlready {
			return refuse(fulfillment.FaultConflict, "")
		}
		return err
	})},
	{"asks whatever the state", []Row{RowCancelShipped, RowCancelPartShipped, RowSecondCancel}, askingAnyway},
	{"does not tell of work in progress", []Row{RowCancelInProgress}, reporting(func(o *fulfillment.WarehouseOrder) { o.InProgress = "" })},
	{"takes what is missing for cancelled", []Row{RowCancelUnknownOrder}, cancels(func(_ string, c *fulfillment.Cancellation, err error) error {
		if fulfillment.IsFault(err, fulfillment.FaultNotFound) {
			c.Outcome = fulfillment.CancelAlready
			return nil
		}
		return err
	})},
	{"says that references are free", []Row{RowCancelFrees}, func(p *paper, d *paperDriver) fulfillment.Destination {
		p.can.CancelFreesReference = false
		return d
	}},
	{"says that references are unique", []Row{RowTakenReference}, func(p *paper, d *paperDriver) fulfillment.Destination {
		p.can.ReferenceUnique = fulfillment.ReferenceNotEnforced
		return d
	}},
	{"reports cancelled as shipped", []Row{RowShippedOrCancelled, RowFoundByIDForever}, reporting(func(o *fulfillment.WarehouseOrder) {
		if o.State == fulfillment.WarehouseCancelled {
			o.State, o.Identity = fulfillment.WarehouseShipped, o.Identity+" "
		}
	})},
	{"reports shipped as cancelled", []Row{RowShippedOrCancelled}, reporting(func(o *fulfillment.WarehouseOrder) {
		if o.State == fulfillment.WarehouseShipped {
			o.State = fulfillment.WarehouseCancelled
		}
	})},
	{"takes a tracking number for a shipment", []Row{RowPartialShipment}, reporting(func(o *fulfillment.WarehouseOrder) {
		if len(o.Tracking) > 0 {
			o.State = fulfillment.WarehouseShipped
			for i := range o.Lines {
				o.Lines[i].Shipped = o.Lines[i].Ordered
			}
		}
	})},
	{"takes closed for whole", []Row{RowShortShipment}, reporting(func(o *fulfillment.WarehouseOrder) {
		if o.State == fulfillment.WarehouseShipped {
			for i := range o.Lines {
				o.Lines[i].Shipped = o.Lines[i].Ordered
			}
		}
	})},
	{"knows one tracking number", []Row{RowSeveralPackages, RowPartialShipment}, reporting(func(o *fulfillment.WarehouseOrder) {
		o.Tracking = o.Tracking[:min(1, len(o.Tracking))]
	})},
	{"forgets packages", []Row{RowSeveralPackages}, reporting(func(o *fulfillment.WarehouseOrder) {
		o.Packages = o.Packages[:min(2, len(o.Packages))]
	})},
	{"pages by number", []Row{RowChangingSet}, func(p *paper, d *paperDriver) fulfillment.Destination {
		return &spoiled{Destination: d, open: func(_ context.Context, after string) (page []fulfillment.WarehouseOrder, next string, _ error) {
			skip, _ := strconv.Atoi(after)
			p.change(func() { page = p.pick(func(s *sheet) bool { return s.State == fulfillment.WarehouseOpen }) })
			page = page[min(skip, len(page)):]
			if len(page) > paperPage {
				page, next = page[:paperPage], strconv.Itoa(skip+paperPage)
			}
			return page, next, nil
		}}
	}},
	{"walks in circles", []Row{RowChangingSet}, func(_ *paper, d *paperDriver) fulfillment.Destination {
		return &spoiled{Destination: d, open: func(context.Context, string) ([]fulfillment.WarehouseOrder, string, error) { return nil, "1", nil }}
	}},
	{"goes by a date that shipping does not move", []Row{RowClosedSince}, func(p *paper, d *paperDriver) fulfillment.Destination {
		p.shipsUnseen = true
		return d
	}},
	{"does not renew its token", []Row{RowExpiryInWalk, RowExpiryInCalls}, notRenewing},
	{"takes a failed page for the last", []Row{RowBrokenReading, RowExpiryInWalk}, func(p *paper, d *paperDriver) fulfillment.Destination {
		inner := notRenewing(p, d)
		return &spoiled{Destination: inner, open: func(ctx context.Context, after string) ([]fulfillment.WarehouseOrder, string, error) {
			orders, next, err := inner.WarehouseOpenOrders(ctx, after)
			if err != nil {
				return nil, "", nil
			}
			return orders, next, nil
		}}
	}},
	{"counts what is not ours", []Row{RowOwnStock}, counting(func(p *paper, report *fulfillment.StockReport) {
		p.change(func() {
			for sku, onHand := range p.foreign {
				report.Items = append(report.Items, sku)
				report.Rows = append(report.Rows, fulfillment.WarehouseStock{SKU: sku, Available: new(onHand)})
			}
		})
	})},
	{"knows only items with stock", []Row{RowOwnStock}, counting(func(_ *paper, report *fulfillment.StockReport) {
		report.Items = nil
		for _, row := range report.Rows {
			report.Items = append(report.Items, row.SKU)
		}
	})},
	{"is never complete", []Row{RowOwnStock}, counting(func(_ *paper, report *fulfillment.StockReport) { report.Complete = false })},
	{"calls all that is there available", []Row{RowStockHeld}, counting(func(_ *paper, report *fulfillment.StockReport) {
		for i := range report.Rows {
			report.Rows[i].Available = report.Rows[i].OnHand
		}
	})},
	{"rounds", []Row{RowFractions}, counting(func(_ *paper, report *fulfillment.StockReport) {
		for i, row := range report.Rows {
			report.Rows[i].Available = new(fulfillment.Units(row.Available.Floor()))
		}
	})},
	{"says complete when a page failed", []Row{RowBrokenReading}, func(_ *paper, d *paperDriver) fulfillment.Destination {
		return &spoiled{Destination: d, stock: func(ctx context.Context) (fulfillment.StockReport, error) {
			report, err := d.Stock(ctx)
			if err != nil {
				return fulfillment.StockReport{Complete: true}, nil
			}
			return report, nil
		}}
	}},
	{"changes its mind", []Row{RowCapabilities}, func(p *paper, d *paperDriver) fulfillment.Destination {
		return &spoiled{Destination: d, capabilities: func() fulfillment.Capabilities {
			c := d.Capabilities()
			p.change(func() { c.EditOrder = len(p.orders) > 0 })
			return c
		}}
	}},
}, updateDefects...)

// Each defect fails the rows that are about it.
func TestDefectsAreFound(t *testing.T) {
	for _, d := range defects {
		t.Run(d.name, func(t *testing.T) {
			for _, name := range d.rows {
				if got := judged(t, paperSubject(everything, nil, d.spoil), name); !got.Failed() {
					t.Errorf("the row %q passes", name)
				}
			}
		})
	}
}

// A row that no defect fails proves nothing.
func TestEveryRowHasADefect(t *testing.T) {
	found := map[Row]bool{}
	for _, d := range defects {
		for _, name := range d.rows {
			found[name] = true
		}
	}
	seen := map[Row]bool{}
	for _, r := range rows() {
		if !found[r.name] {
			t.Errorf("no defect fails the row %q", r.name)
		}
		if seen[r.name] {
			t.Errorf("two rows are called %q", r.name)
		}
		seen[r.name] = true
	}
	if !maps.Equal(found, seen) {
		t.Error("a defect is about a row that is not there")
	}
}
