// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"ordersync.dev/operator/internal/simulator/fault"
)

func TestControl(t *testing.T) {
	s := New(Options{})
	listener := httptest.NewServer(s.ControlHandler())
	t.Cleanup(listener.Close)
	post := func(path, body string, status int) map[string]any {
		t.Helper()
		response, err := http.Post(listener.URL+path, "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		read, _ := io.ReadAll(response.Body)
		if response.StatusCode != status {
			t.Fatalf("%s: %d, want %d: %s", path, response.StatusCode, status, read)
		}
		var answer map[string]any
		_ = json.Unmarshal(read, &answer)
		return answer
	}
	post("/_control/seed", `{"random":7,"skus":20,"foreignOrders":6}`, 204)
	post("/_control/seed", `{"skus":20}`, 409)
	post("/_control/seed", `{"sku":20}`, 400)
	post("/_control/stock", `{"customerId":17,"facilityId":3,"sku":"SKU-1","onHand":500,"onHold":1.5}`, 204)
	post("/_control/stock", `{"customerId":17,"facilityId":3,"sku":"NOPE","onHand":5}`, 409)
	open := s.Orders()
	id := func(n int) string { return idText(open[n].ID) }
	if got := post("/_control/ship", `{"limit":2}`, 200); fmt.Sprint(got["orderIds"]) != fmt.Sprintf("[%s %s]", id(0), id(1)) {
		t.Errorf("shipped %v", got)
	}
	post("/_control/ship", `{"orderIds":[`+id(2)+`],"shipment":{"packages":[{"tracking":"T1"}]}}`, 200)
	post("/_control/ship", `{"orderIds":[`+id(2)+`]}`, 409)
	post("/_control/cancel", `{"orderIds":[`+id(3)+`],"reason":"x"}`, 204)
	post("/_control/batch", `{"orderIds":[`+id(4)+`],"name":"wave"}`, 204)
	post("/_control/pick", `{"orderIds":[`+id(4)+`]}`, 204)
	post("/_control/pack", `{"orderIds":[`+id(4)+`]}`, 204)
	post("/_control/packages", `{"orderId":`+id(4)+`,"packages":[{"tracking":"T2"}]}`, 204)
	post("/_control/allocate", ``, 204)
	post("/_control/allocate", `{"orderIds":[`+id(4)+`]}`, 204)
	post("/_control/short", `{"orderId":`+id(5)+`,"short":{"shipped":{}}}`, 204)
	post("/_control/tokens/revoke", ``, 204)
	document, _ := json.Marshal(seedForeignOrder(Seed{CustomerID: 17, FacilityID: 3, SKUs: 20}, 50))
	post("/_control/orders", strings.Replace(string(document), `"qty":1.0`, `"qty":3`, 1), 200)
	split := s.ByReference("PHONE-00050")[0]
	post("/_control/split", fmt.Sprintf(`{"orderId":%d,"move":{%q:1}}`, split.ID, split.Lines[0].SKU), 200)
	post("/_control/faults", `{"path":"/orders","kind":"StatusBefore","status":500}`, 201)

	var snapshot Snapshot
	decode(t, listener.URL+"/_control/snapshot", &snapshot)
	own, _ := json.Marshal(s.Snapshot().Orders)
	if seen, _ := json.Marshal(snapshot.Orders); !bytes.Equal(own, seen) || len(snapshot.Stock) == 0 || len(snapshot.Items) == 0 {
		t.Errorf("the snapshot over HTTP is not the server's:\n%s\n%s", seen, own)
	}
	var effects []Effect
	decode(t, listener.URL+"/_control/effects", &effects)
	if len(effects) != len(s.Effects()) || len(effects) == 0 {
		t.Errorf("%d effects, want %d", len(effects), len(s.Effects()))
	}
}

func decode(t *testing.T, url string, into any) {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(into); err != nil {
		t.Fatal(err)
	}
}

// An answer that is held back has taken effect; one that is refused before has not.
func TestFaultsStandBeforeTheServer(t *testing.T) {
	b := start(t, Options{})
	hold := b.Faults().HoldAfter(fault.Rule{Method: "POST", Path: "/orders"})
	answered := make(chan reply)
	go func() { answered <- b.send("POST", "/orders", orderBody("A", nil), nil) }()
	<-hold.Reached()
	if len(b.ByReference("A")) != 1 {
		t.Error("the held write did not take effect")
	}
	hold.Release()
	b.want(<-answered, 201, "released")
	b.Faults().MustAdd(fault.Rule{Path: "/orders", Kind: fault.StatusBefore, Status: 500, Body: "oops", Header: map[string]string{"Content-Type": "text/plain"}, Times: 1})
	if got := b.send("POST", "/orders", orderBody("B", nil), nil); got.status != 500 || got.text != "oops" || len(b.ByReference("B")) != 0 {
		t.Errorf("500 before the effect: %+v", got)
	}
	if calls := b.Faults().Calls(); calls["POST /orders"] != 2 {
		t.Errorf("calls %v", calls)
	}
}

func TestSeedIsDeterministic(t *testing.T) {
	one, two := New(Options{Now: (&testClock{noon}).now}), New(Options{Now: (&testClock{noon}).now})
	for _, s := range []*Server{one, two} {
		if err := s.Seed(Seed{Random: 3, SKUs: 500, ForeignOrders: 50}); err != nil {
			t.Fatal(err)
		}
	}
	a, _ := json.Marshal(one.Snapshot())
	b, _ := json.Marshal(two.Snapshot())
	if !bytes.Equal(a, b) {
		t.Error("the same seed made two warehouses")
	}
	other := New(Options{Now: (&testClock{noon}).now})
	if err := other.Seed(Seed{Random: 4, SKUs: 500, ForeignOrders: 50}); err != nil {
		t.Fatal(err)
	}
	if c, _ := json.Marshal(other.Snapshot()); bytes.Equal(a, c) {
		t.Error("another seed made the same warehouse")
	}
}
