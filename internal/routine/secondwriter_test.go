// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ordersync.dev/operator/internal/fulfillment"
)

func TestWhoseAnOrderUnderOurNumberIs(t *testing.T) {
	began := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	order := fulfillment.Order{ID: 7, Number: "SO-1"}
	foreign := fulfillment.WarehouseOrder{Reference: "SO-1", State: fulfillment.WarehouseOpen, CreatedAt: began}
	for name, test := range map[string]struct {
		change func(*fulfillment.WarehouseOrder)
		want   int64
	}{
		"no identity":                {func(*fulfillment.WarehouseOrder) {}, 1},
		"another system's identity":  {func(o *fulfillment.WarehouseOrder) { o.Identity = "cart-7" }, 1},
		"shipped":                    {func(o *fulfillment.WarehouseOrder) { o.State = fulfillment.WarehouseShipped }, 1},
		"our other reference":        {func(o *fulfillment.WarehouseOrder) { o.Reference = "so-1.7" }, 1},
		"our identity":               {func(o *fulfillment.WarehouseOrder) { o.Identity = "7" }, 0},
		"another order of ours":      {func(o *fulfillment.WarehouseOrder) { o.Identity = "8" }, 0},
		"cancelled":                  {func(o *fulfillment.WarehouseOrder) { o.State = fulfillment.WarehouseCancelled }, 0},
		"older than the connection":  {func(o *fulfillment.WarehouseOrder) { o.CreatedAt = began.Add(-time.Second) }, 0},
		"of nobody knows when":       {func(o *fulfillment.WarehouseOrder) { o.CreatedAt = time.Time{} }, 0},
		"under a number of its own":  {func(o *fulfillment.WarehouseOrder) { o.Reference = "B2B-1" }, 0},
		"under a longer number":      {func(o *fulfillment.WarehouseOrder) { o.Reference = "SO-1-1" }, 0},
		"under another order's long": {func(o *fulfillment.WarehouseOrder) { o.Reference = "SO-1.8" }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			o, s := foreign, newSightings(began)
			test.change(&o)
			for range 2 {
				if got := s.order(order, []fulfillment.WarehouseOrder{o}); (got != nil) != (test.want > 0) {
					t.Errorf("%+v", got)
				}
			}
			var got int64
			if seen := s.report(); seen != nil {
				got = seen.Orders
			}
			if got != test.want {
				t.Errorf("%d seen, want %d", got, test.want)
			}
		})
	}
}

func TestWhoseTrackingItIs(t *testing.T) {
	began := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	open, shipped := fulfillment.WarehouseOrder{State: fulfillment.WarehouseOpen}, fulfillment.WarehouseOrder{State: fulfillment.WarehouseShipped}
	for name, test := range map[string]struct {
		change func(*fulfillment.Order)
		parts  []fulfillment.WarehouseOrder
		seen   bool
	}{
		"open there":                 {nil, []fulfillment.WarehouseOrder{open}, true},
		"open there in two parts":    {nil, []fulfillment.WarehouseOrder{open, open}, true},
		"not there":                  {nil, nil, false},
		"a part has left":            {nil, []fulfillment.WarehouseOrder{open, shipped}, false},
		"the warehouse knows it":     {nil, []fulfillment.WarehouseOrder{{State: fulfillment.WarehouseOpen, Tracking: []string{"1z"}}}, false},
		"no tracking":                {func(o *fulfillment.Order) { o.Tracking = nil }, []fulfillment.WarehouseOrder{open}, false},
		"another part was split off": {func(o *fulfillment.Order) { o.Related = []fulfillment.OrderID{9} }, []fulfillment.WarehouseOrder{open}, false},
		"older than the connection":  {func(o *fulfillment.Order) { o.ModifiedDate = began.Add(-time.Second) }, []fulfillment.WarehouseOrder{open}, false},
	} {
		t.Run(name, func(t *testing.T) {
			order, s := fulfillment.Order{ID: 7, Tracking: []string{"1Z"}, ModifiedDate: began}, newSightings(began)
			if test.change != nil {
				test.change(&order)
			}
			s.open(order, test.parts)
			if seen := s.report(); (seen != nil) != test.seen {
				t.Errorf("%+v", seen)
			}
		})
	}
}

func TestSightingsAreBoundedAndTheSameEachTime(t *testing.T) {
	s := newSightings(time.Time{})
	for i := 9; i >= 0; i-- {
		number := fmt.Sprintf("SO-%d", i)
		s.order(fulfillment.Order{ID: 1, Number: number}, []fulfillment.WarehouseOrder{{Reference: number, CreatedAt: time.Unix(1, 0)}})
	}
	if diff := cmp.Diff(&SecondWriter{Orders: 10, References: []string{"SO-0", "SO-1", "SO-2"}}, s.report()); diff != "" {
		t.Error(diff)
	}
}
