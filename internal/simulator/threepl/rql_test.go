// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// escaped is a value as the vendor's page says: escaped once on its own, and
// then with the whole parameter.
func escaped(value string) string { return strings.ReplaceAll(url.QueryEscape(value), "+", "%20") }

func TestFilters(t *testing.T) {
	b := start(t, Options{})
	for _, reference := range []string{"SO-1", "SO-10", "SO-2", "XO-3"} {
		b.create(reference, map[string]any{"poNum": map[string]string{"SO-10": "PO"}[reference]})
		b.clock.advance(time.Hour)
	}
	shipped := b.ByReference("SO-2")[0]
	if err := b.Ship(shipped.ID, Shipment{}); err != nil {
		t.Fatal(err)
	}
	cancelled := b.ByReference("XO-3")[0]
	b.want(b.cancel(cancelled.ID, cancelled.ETag), 204, "cancel")
	renamed := "XO-3-CANCELED-" + idText(cancelled.ID)
	for _, test := range []struct{ filter, want string }{
		{"referenceNum==SO-1", "SO-1"},
		{"REFERENCENUM==so-1", "SO-1"},
		{"referenceNum!=SO-1", "SO-10 SO-2 " + renamed},
		{"referenceNum==SO*", "SO-1 SO-10 SO-2"},
		{"referenceNum==*0", "SO-10"},
		{"referenceNum==*O-1*", "SO-1 SO-10"},
		{"referenceNum!=SO*", renamed},
		{"referenceNum==XO-3", ""},
		{"referenceNum=in=(SO-1,XO-3,SO-10)", "SO-1 SO-10"},
		{"referenceNum=out=(SO-1,SO-10)", "SO-2 " + renamed},
		{"externalId=in=(ext-SO-2,ext-XO-3)", "SO-2 " + renamed},
		{"externalId==ext-XO-3;readonly.isclosed==true", renamed},
		{"poNum=hv=true", "SO-10"},
		{"poNum=hv=false;referenceNum==SO*", "SO-1 SO-2"},
		{"poNum==;referenceNum==SO*", "SO-1 SO-2"},
		{"readonly.isclosed==false", "SO-1 SO-10"},
		{"readonly.isclosed==true", "SO-2 " + renamed},
		{"readonly.isclosed!=true", "SO-1 SO-10"},
		{"referenceNum==SO-1,referenceNum==SO-2;readonly.isclosed==false", "SO-1"},
		{"(referenceNum==SO-1,referenceNum==SO-2);readonly.isclosed==true", "SO-2"},
		{"readonly.isclosed==true;(referenceNum==SO-2)", "SO-2"},
		{"readonly.customeridentifier.id==17;readonly.facilityidentifier.id==3;referenceNum==SO-1", "SO-1"},
		{"readonly.customeridentifier.id==18", ""},
		{"readonly.orderid==" + idText(shipped.ID), "SO-2"},
		{"readonly.orderid=gt=" + idText(shipped.ID), renamed},
		{"readonly.orderid=le=" + idText(shipped.ID) + ";readonly.orderid=ge=" + idText(shipped.ID), "SO-2"},
		{"readonly.orderid=lt=" + idText(shipped.ID), "SO-1 SO-10"},
		// The wall clock in the building is eight hours behind the server's.
		{"readonly.creationdate=lt=2026-11-23T05:00:00", "SO-1"},
		{"readonly.creationdate=ge=2026-11-23T05:00:00;readonly.creationdate=le=2026-11-23T06:00:00", "SO-10 SO-2"},
		{"readonly.creationdate=gt=2026-11-24", ""},
		{"readonly.processdate=hv=true;readonly.status!=2", "SO-2"},
		{"readonly.status==2", renamed},
		{"readonly.status!=2", "SO-1 SO-10 SO-2"},
		// A filter on any other status is not reliable.
		{"readonly.status==0", "SO-1 SO-10 SO-2"},
		{"readonly.status==1", "SO-1 SO-10 SO-2"},
	} {
		got := b.references("sort=readonly.orderid&" + rql(test.filter))
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s: %v, want %s", test.filter, got, test.want)
		}
	}
}

// The indexes leave nothing out: every filter finds the same with and without them.
func TestIndexesAgreeWithAWholeScan(t *testing.T) {
	b := start(t, Options{})
	for n := range 40 {
		id, etag := b.create(fmt.Sprintf("R-%d", n), map[string]any{"externalId": fmt.Sprint(n % 7)})
		switch n % 4 {
		case 1:
			if err := b.Ship(id, Shipment{}); err != nil {
				t.Fatal(err)
			}
		case 2:
			b.want(b.cancel(id, etag), 204, "cancel")
		case 3:
			if err := b.EditOrder(id, func(doc *OrderDocument) { doc.ReferenceNum += "x"; doc.ExternalID = "e" }); err != nil {
				t.Fatal(err)
			}
		}
	}
	terms := []string{"externalId==3", "externalId=in=(e,2,2)", "referenceNum=in=(R-3,r-3X,R-8,none)", "referenceNum==R-1*", "readonly.isclosed==false",
		"readonly.isclosed==true", "readonly.orderid=in=(100001,100004,7)", "referenceNum!=R-4", "externalId==", "readonly.status==2"}
	var filters []string
	for _, one := range terms {
		for _, two := range terms {
			filters = append(filters, one+","+two, one+";"+two, "("+one+","+two+");readonly.orderid=lt=100020")
		}
	}
	for _, filter := range filters {
		parsed, fault := b.parseFilter(filter)
		if fault != nil {
			t.Fatal(filter, fault.Hint)
		}
		fits, fault := orderSchema.compile(parsed, true)
		if fault != nil {
			t.Fatal(filter, fault.Hint)
		}
		want := map[int64]bool{}
		for _, o := range b.orders.ordered {
			if fits(o) {
				want[o.id] = true
			}
		}
		found, fault := b.selectOrders(filter)
		if fault != nil || len(found) != len(want) {
			t.Errorf("%s finds %d of %d", filter, len(found), len(want))
		}
		for _, o := range found {
			if !want[o.id] {
				t.Errorf("%s finds %d", filter, o.id)
			}
		}
	}
}

func TestFiltersThatCannotBeRead(t *testing.T) {
	b := start(t, Options{UnfilterableProperties: []string{"externalId"}})
	for _, filter := range []string{
		"referenceNum", "==SO-1", "referenceNum=SO-1", "referenceNum=eq=SO-1", "referenceNum=gt=",
		"(referenceNum==SO-1", "referenceNum==SO-1)", "referenceNum==SO-1;", ";referenceNum==SO-1", "referenceNum==A=B",
		"referenceNum==A!B", "referenceNum==A(B", "referenceNum==A*B", "referenceNum==A**", "referenceNum=gt=A*",
		"referenceNum=in=A", "referenceNum=in=()", "referenceNum=in=(A", "referenceNum=in=(A,)", "referenceNum=in=(A*)",
		"referenceNum==100%", "reference num==A", "poNum=hv=yes", "readonly.orderid==abc", "readonly.orderid==1*",
		"readonly.isclosed==1", "readonly.isclosed=gt=true", "readonly.creationdate==yesterday", "orderItems.sku==A",
		"externalId==1", "referenceNum==A;externalId==1",
	} {
		b.wantFault(b.get("/orders?"+rql(filter)), 400, "QueryParameterException", "NotParsable")
	}
}

// The value of the parameter is decoded twice: what was escaped once only is
// read as the language's own characters.
func TestValuesAreDecodedTwice(t *testing.T) {
	b := start(t, Options{})
	references := []string{"A,B", "A;B", "A=B", "A!B", "A(B)", "A*B", "100%", "A+B", "A B", "50%25", "ÄB"}
	for _, reference := range references {
		b.create(reference, nil)
	}
	for _, reference := range references {
		if got := b.references(rql("referenceNum==" + escaped(reference))); !slices.Equal(got, []string{reference}) {
			t.Errorf("%q escaped twice finds %v", reference, got)
		}
		if got := b.references(rql("referenceNum=in=(" + escaped(reference) + ",other)")); !slices.Equal(got, []string{reference}) {
			t.Errorf("%q escaped twice in a list finds %v", reference, got)
		}
	}
	// Escaped once: a comma becomes "or", an asterisk a wildcard, a plus a space.
	b.wantFault(b.get("/orders?"+rql("referenceNum==A,B")), 400, "QueryParameterException", "NotParsable")
	if got := b.references(rql("referenceNum==A*")); len(got) < 5 {
		t.Errorf("a wildcard finds %v", got)
	}
	if got := b.references(rql("referenceNum==A+B")); !slices.Equal(got, []string{"A B"}) {
		t.Errorf("a plus finds %v", got)
	}
	kept := start(t, Options{PlusStaysPlus: true})
	kept.create("A+B", nil)
	if got := kept.references(rql("referenceNum==A+B")); !slices.Equal(got, []string{"A+B"}) {
		t.Errorf("a plus that stays finds %v", got)
	}
	// A semicolon need not be escaped in the query string itself.
	if got := b.references("rql=referenceNum==" + url.QueryEscape(escaped("A B")) + ";readonly.isclosed==false"); !slices.Equal(got, []string{"A B"}) {
		t.Errorf("a raw semicolon finds %v", got)
	}
}

func TestCase(t *testing.T) {
	b := start(t, Options{CaseSensitive: true})
	b.create("so-1", nil)
	b.create("SO-1", nil)
	if got := b.references(rql("referenceNum==SO-1")); !slices.Equal(got, []string{"SO-1"}) {
		t.Errorf("found %v", got)
	}
	folding := start(t, Options{})
	folding.create("so-1", nil)
	folding.wantFault(folding.send("POST", "/orders", orderBody("SO-1", nil), nil), 400, "ModelValidationException", "Duplicate")
}

func TestFiltersOfOtherCollections(t *testing.T) {
	b := start(t, Options{})
	for _, test := range []struct {
		path string
		want int
	}{
		{"/inventory/stocksummaries?pgsiz=500&" + rql("facilityId==3"), 33},
		{"/inventory/stocksummaries?pgsiz=500&" + rql("facilityId==4"), 3},
		{"/inventory/stocksummaries?pgsiz=500&" + rql("facilityId=in=(3,4)"), 36},
		{"/inventory/stocksummaries?pgsiz=500&" + rql("facilityId==99"), 0},
		{"/inventory/stocksummaries?pgsiz=500&" + rql("itemIdentifier.sku==SKU-10"), 3},
		{"/inventory/stockdetails?customerid=17&facilityid=3&pgsiz=500", 30},
		{"/inventory/stockdetails?customerid=17&facilityid=4", 3},
		{"/inventory/stockdetails?customerid=18&facilityid=3", 3},
		{"/inventory/stockdetails?customerid=17&facilityid=3&sort=-itemIdentifier.sku&" + rql("qualifier=hv=false;isonhold==false"), 30},
		{"/customers/17/items?" + rql("sku=in=(SKU-1,SKU-2)"), 2},
		{"/customers/17/items?" + rql("readonly.deactivated==false") + "&sort=-sku", 30},
		{"/customers?" + rql("readonly.customerid==17"), 1},
		{"/customers?facilityid=3", 2},
		{"/customers?facilityid=9", 0},
		{"/properties/facilities?" + rql("name==East*"), 1},
		{"/properties/facilities?customerid=17", 2},
		{"/properties/facilities?customerid=99", 0},
	} {
		got := b.get(test.path)
		b.want(got, 200, test.path)
		if total := got.body["totalResults"]; total != jsonInt(test.want) {
			t.Errorf("%s: %v, want %d", test.path, total, test.want)
		}
	}
	// A stock summary has no customer.
	for _, property := range []string{"customerIdentifier.id", "readonly.customerIdentifier.id", "customerId"} {
		b.wantFault(b.get("/inventory/stocksummaries?"+rql(property+"==17")), 400, "QueryParameterException", "NotParsable")
	}
}

func TestSKUParameters(t *testing.T) {
	b := start(t, Options{})
	b.create("A", nil)
	b.create("B", map[string]any{"orderItems": []any{map[string]any{"itemIdentifier": map[string]any{"sku": SeedSKU(2)}, "qty": 1}}})
	for query, want := range map[string]string{"skulist=sku-2": "B", "skulist=SKU-1,SKU-2": "A B", "skucontains=u-1": "A", "skulist=SKU-9": ""} {
		if got := b.references("sort=referenceNum&" + query); strings.Join(got, " ") != want {
			t.Errorf("%s: %v, want %s", query, got, want)
		}
	}
}
