// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ordersync.dev/operator/internal/fulfillment"
)

func warehouse(id int, name string, active bool) string {
	return fmt.Sprintf(`{"warehouseId":%d,"name":%q,"active":%v,"type":"THIRD_PARTY_LOGISTICS","address":{"country":"USA"},"contactEmail":"secret@mail.example"}`, id, name, active)
}

func TestResolve(t *testing.T) {
	t.Parallel()
	account := []string{warehouse(9, "West", true), warehouse(7, " East DC ", true), warehouse(8, "East DC 2", true), warehouse(6, "Old", false)}
	many := make([]string, MaxWarehouses+1)
	for i := range many {
		many[i] = warehouse(i+1, fmt.Sprintf("W%03d", i), true)
	}
	one := Resolution{WarehouseIDs: []int64{7}, WarehouseID: 7, Type: "THIRD_PARTY_LOGISTICS"}
	for name, test := range map[string]struct {
		name       string
		warehouses []string
		want       Resolution
		reason     string
		hint       string
	}{
		"exact":               {"East DC", account, one, "", ""},
		"case and space":      {"  eAST dc\t", account, one, "", ""},
		"a beginning is none": {"East", account, Resolution{}, fulfillment.ReasonWarehouseNotFound, `one of "East DC", "East DC 2", "West"`},
		"an inactive one":     {"old", account, Resolution{}, fulfillment.ReasonWarehouseInactive, "activate it"},
		"two": {"East DC", append([]string{warehouse(70, "EAST DC", true)}, account...), Resolution{},
			fulfillment.ReasonWarehouseAmbiguous, "2 active warehouses"},
		"two, one of them inactive": {"East DC", append([]string{warehouse(70, "EAST DC", false)}, account...), one, "", ""},
		"no warehouse at all":       {"East DC", nil, Resolution{}, fulfillment.ReasonWarehouseNotFound, "the account has none"},
		"five names at most":        {"nowhere", many, Resolution{}, fulfillment.ReasonWarehouseNotFound, `"W004" and 196 more`},
		"every":                     {"*", account, Resolution{WarehouseIDs: []int64{6, 7, 8, 9}, All: true}, "", ""},
		"every, with space":         {" * ", account, Resolution{WarehouseIDs: []int64{6, 7, 8, 9}, All: true}, "", ""},
		"every of none":             {"*", nil, Resolution{}, fulfillment.ReasonWarehouseNotFound, "no warehouse"},
		"every of too many":         {"*", many, Resolution{}, fulfillment.ReasonTooManyWarehouses, "201 warehouses"},
		"a name that is a pattern":  {"East*", account, Resolution{}, fulfillment.ReasonWarehouseNotFound, "set warehouseName"},
		"names are made fit": {"nowhere", []string{warehouse(1, "a\nb\x1b[31m"+strings.Repeat("x", 100), true)}, Resolution{},
			fulfillment.ReasonWarehouseNotFound, `one of "ab[31m` + strings.Repeat("x", 34) + `…"`},
		"active is absent": {"East DC", []string{`{"warehouseId":7,"name":"East DC","type":"THIRD_PARTY_LOGISTICS"}`}, one, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStub(t, always(200, strings.ReplaceAll(list(test.warehouses...), `\x1b`, `\u001b`)))
			got, err := s.client(func(o *Options) { o.WarehouseName = test.name }).Resolve(t.Context())
			equal(t, "requests", s.requests(), []string{"GET /v1/warehouses"})
			if test.reason == "" {
				if diff := cmp.Diff(test.want, got); err != nil || diff != "" {
					t.Errorf("%v, -want +got:\n%s", err, diff)
				}
				return
			}
			fault := faultOf(t, err)
			if fault.Kind != fulfillment.FaultMisconfigured || fault.Reason != test.reason || !strings.Contains(fault.Hint, test.hint) {
				t.Errorf("%+v, want %s with a hint about %q", fault, test.reason, test.hint)
			}
		})
	}
}

func TestResolveOfAnotherAPI(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status int
		answer string
		kind   fulfillment.FaultKind
		hint   string
	}{
		"not found":       {404, "secret", fulfillment.FaultNotFound, "check the url"},
		"a web page":      {200, "<html>secret", fulfillment.FaultMalformed, "check the url"},
		"no id":           {200, `[{"name":"East DC"}]`, fulfillment.FaultMalformed, "no id"},
		"null":            {200, `null`, fulfillment.FaultMalformed, ""},
		"wrong token":     {401, `secret`, fulfillment.FaultAuthentication, ""},
		"missing a scope": {403, `secret`, fulfillment.FaultPermission, ""},
	} {
		_, err := newStub(t, always(test.status, test.answer)).client(nil).Resolve(t.Context())
		if fault := faultOf(t, err); fault.Kind != test.kind || !strings.Contains(fault.Hint, test.hint) {
			t.Errorf("%s: %+v", name, fault)
		}
	}
}
