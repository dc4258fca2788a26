// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"ordersync.dev/operator/internal/fulfillment"
)

// Rows about look-ups and references.
const (
	RowExactLookups     Row = "exact look-ups"
	RowPageOfLookups    Row = "a page of look-ups at once"
	RowReferenceLength  Row = "length of references"
	RowReferenceShapes  Row = "forbidden shapes of references"
	RowFoundByIDForever Row = "found by identity in every state"
)

func lookupRows() []row {
	return []row{
		{name: RowExactLookups, check: checkExactLookups},
		{name: RowPageOfLookups, check: checkPageOfLookups},
		{name: RowFoundByIDForever, check: checkFoundInEveryState},
		{name: RowReferenceLength, check: checkReferenceLength},
		{name: RowReferenceShapes, check: checkReferenceShapes},
	}
}

// usable reports whether references of this shape are declared to be taken.
func usable(t testing.TB, c fulfillment.Capabilities, reference string) bool {
	t.Helper()
	if reference == "" || c.ReferenceMaxLength > 0 && utf8.RuneCountInString(reference) > c.ReferenceMaxLength {
		return false
	}
	matched, err := regexp.MatchString(c.ReferencePattern, reference)
	if err != nil {
		t.Fatalf("ReferencePattern: %v", err)
	}
	return matched
}

// meanings are endings that some query language gives a meaning.
var meanings = []string{
	"", "-1", "-10", "*", "%", "_", "?", ",X", ";X", "(X)", "'X'", `"X"`, `\X`, " X", "+X", "%2A", "&X=1", "#X", "/X",
	"==X", "!X", "|X", "{X}", "[X]", "$X", "@X", ".X", "~X", "Ü-日本", "é",
}

// checkExactLookups: a reference finds its own order and no other, whatever
// its characters mean to the system; an identity likewise.
func checkExactLookups(t testing.TB, s scene) {
	c := s.destination.Capabilities()
	sku := s.sku(t, 10_000)
	base := fmt.Sprintf("CF%d", nextID())
	ids := map[string]string{}
	var all []fulfillment.Lookup
	for _, meaning := range meanings {
		reference := base + meaning
		if !usable(t, c, reference) {
			continue
		}
		ids[reference] = s.createUnder(t, order(item{sku, 1}), reference).ID
		all = append(all, fulfillment.Lookup{References: []string{reference}})
	}
	for _, plain := range []string{base, base + "-1", base + "-10"} {
		if ids[plain] == "" {
			t.Errorf("the capabilities forbid %q, and order numbers look like that", plain)
		}
	}
	for reference, id := range ids {
		found := s.find(t, fulfillment.Lookup{References: []string{reference}})
		if len(found) != 1 || found[0].ID != id || found[0].Reference != reference {
			t.Errorf("%q finds %s, want its own order alone", reference, references(found))
		}
	}
	if found := s.find(t, all...); len(found) != len(ids) {
		t.Errorf("all %d together find %d: %s", len(ids), len(found), references(found))
	}
	for _, near := range []string{
		base[:len(base)-1], base + "-", "*" + base, base[:3] + "*", "%" + base, base + "-1%",
		base + "," + base + "-1", base + " ", " " + base, base + "-100", "*", "%", "_",
	} {
		if ids[near] != "" {
			continue
		}
		if found := s.find(t, fulfillment.Lookup{References: []string{near}}); len(found) > 0 {
			t.Errorf("%q, which no order has, finds %s", near, references(found))
		}
	}
	checkCase(t, s, base, sku)
	checkExactIdentity(t, s, sku)
}

// checkCase: what a look-up shows under a reference in another case is what a
// creation under it meets. A system that refuses the one beside the other and
// shows nothing would leave an order that nobody can deliver or find.
func checkCase(t testing.TB, s scene, reference, sku string) {
	t.Helper()
	if s.destination.Capabilities().ReferenceUnique != fulfillment.ReferenceEnforced {
		return
	}
	other := strings.ToLower(reference)
	shown := len(s.find(t, fulfillment.Lookup{References: []string{other}})) > 0
	_, err := s.destination.CreateOrder(t.Context(), order(item{sku, 1}), other)
	if refused := fulfillment.IsFault(err, fulfillment.FaultDuplicate); refused != shown {
		t.Errorf("%q beside %q: a look-up shows one is %v, and a creation is refused as a duplicate is %v", other, reference, shown, refused)
	}
}

func checkExactIdentity(t testing.TB, s scene, sku string) {
	t.Helper()
	short, long := order(item{sku, 1}), order(item{sku, 1})
	long.ID = short.ID*10 + 1
	s.create(t, short)
	s.create(t, long)
	for _, o := range []fulfillment.Order{short, long} {
		if found := s.find(t, fulfillment.Lookup{ID: o.ID}); len(found) != 1 || found[0].Identity != o.ID.String() {
			t.Errorf("the identity %s finds %s, want its own order alone", o.ID, references(found))
		}
	}
	if found := s.find(t, fulfillment.Lookup{ID: short.ID / 10}); len(found) > 0 {
		t.Errorf("the beginning of an identity finds %s", references(found))
	}
}

func references(orders []fulfillment.WarehouseOrder) string {
	list := make([]string, len(orders))
	for i, o := range orders {
		list[i] = fmt.Sprintf("%q", o.Reference)
	}
	return "[" + strings.Join(list, " ") + "]"
}

// checkPageOfLookups: as many look-ups as the port allows, each with an
// identity and two references, find every order, and each of them once.
func checkPageOfLookups(t testing.TB, s scene) {
	sku := s.sku(t, 10_000)
	lookups := make([]fulfillment.Lookup, fulfillment.PageSize)
	want := map[string]bool{}
	for i := range lookups {
		o := order(item{sku, 1})
		lookups[i] = lookup(o, o.Number+"."+o.ID.String())
		if i%25 == 0 || i == len(lookups)-1 {
			want[s.create(t, o).ID] = true
		}
	}
	found := s.find(t, lookups...)
	for _, o := range found {
		if !want[o.ID] {
			t.Errorf("order %s is found twice, or was not asked for", o.ID)
		}
		delete(want, o.ID)
	}
	if len(want) > 0 {
		t.Errorf("%d orders are not found", len(want))
	}
}

// checkFoundInEveryState: an order that shipped or was cancelled is found by
// its identity as long as the warehouse has it, with the reference it had.
func checkFoundInEveryState(t testing.TB, s scene) {
	sku := s.sku(t, 100)
	shipped, cancelled := order(item{sku, 1}), order(item{sku, 1})
	ids := map[fulfillment.OrderID]string{shipped.ID: s.create(t, shipped).ID, cancelled.ID: s.create(t, cancelled).ID}
	s.warehouse.Ship(t, ids[shipped.ID], parcel(shipped, tracking()))
	s.warehouse.Cancel(t, ids[cancelled.ID])
	for _, o := range []fulfillment.Order{shipped, cancelled} {
		found := s.find(t, fulfillment.Lookup{ID: o.ID})
		if len(found) != 1 || found[0].ID != ids[o.ID] {
			t.Errorf("the identity of a closed order finds %d orders, want its own", len(found))
			continue
		}
		if found[0].Reference != o.Number || found[0].Identity != o.ID.String() {
			t.Errorf("a closed order is found with reference %q and identity %q, want %q and %s",
				found[0].Reference, found[0].Identity, o.Number, o.ID)
		}
	}
}

// checkReferenceLength: references up to the declared length are kept whole,
// longer ones refused and never cut.
func checkReferenceLength(t testing.TB, s scene) {
	limit := s.destination.Capabilities().ReferenceMaxLength
	sku := s.sku(t, 100)
	if limit == 0 {
		s.keptOrRefused(t, sku, padded(64), true)
		s.keptOrRefused(t, sku, padded(1000), false)
		return
	}
	s.keptOrRefused(t, sku, padded(limit), true)
	before := s.ids(t)
	o := order(item{sku, 1})
	_, err := s.destination.CreateOrder(t.Context(), o, padded(limit+1))
	if err == nil {
		t.Fatalf("a reference of %d characters is taken, %d are declared", limit+1, limit)
	}
	wantFault(t, "a reference that is too long", err, fulfillment.FaultInvalid)
	s.leftNothing(t, before)
}

// padded returns a reference of this many characters that no order has.
func padded(length int) string {
	text := fmt.Sprintf("%d", nextID())
	return strings.Repeat("9", max(length-len(text), 0)) + text
}

// keptOrRefused creates an order under a reference and fails unless it is
// found under the very same; it may be refused unless it must be kept.
func (s scene) keptOrRefused(t testing.TB, sku, reference string, must bool) {
	t.Helper()
	shown := reference[:min(len(reference), 40)]
	before := s.ids(t)
	o := order(item{sku, 1})
	created, err := s.destination.CreateOrder(t.Context(), o, reference)
	if err != nil {
		if must {
			t.Errorf("the reference %q of %d characters is refused: %v", shown, utf8.RuneCountInString(reference), err)
			return
		}
		wantFault(t, "a refused reference", err, fulfillment.FaultInvalid)
		s.leftNothing(t, before)
		return
	}
	found := s.find(t, fulfillment.Lookup{References: []string{reference}})
	if len(found) != 1 || found[0].ID != created.ID || found[0].Reference != reference || created.Reference != reference {
		t.Errorf("the reference %q of %d characters is taken and then not found as it is", shown, utf8.RuneCountInString(reference))
	}
}

// checkReferenceShapes: what the declared pattern allows is kept as it is,
// what it forbids is refused with nothing left behind.
func checkReferenceShapes(t testing.TB, s scene) {
	c := s.destination.Capabilities()
	sku := s.sku(t, 10_000)
	for _, shape := range []string{"%s", " %s", "%s ", "%s\t", "%[1]s\t%[1]s", "%[1]s\n%[1]s", "%s\x00", "%s\x7f", "%[1]s %[1]s", "\u200b%s", "%s日本"} {
		reference := fmt.Sprintf(shape, fmt.Sprint(nextID()))
		if usable(t, c, reference) {
			s.keptOrRefused(t, sku, reference, true)
			continue
		}
		s.refused(t, sku, reference)
	}
	for _, blank := range []string{"", " ", "\t\n"} {
		if !usable(t, c, blank) {
			s.refused(t, sku, blank)
		}
	}
}

func (s scene) refused(t testing.TB, sku, reference string) {
	t.Helper()
	before := s.ids(t)
	_, err := s.destination.CreateOrder(t.Context(), order(item{sku, 1}), reference)
	if err == nil {
		t.Errorf("the reference %q is taken, and the capabilities forbid it", reference)
		return
	}
	refusal := fault(t, fmt.Sprintf("the reference %q", reference), err, fulfillment.FaultInvalid)
	if refusal.Reason != fulfillment.ReasonReferenceUnusable {
		t.Errorf("the reference %q is refused with the reason %q, want %s", reference, refusal.Reason, fulfillment.ReasonReferenceUnusable)
	}
	s.leftNothing(t, before)
}
