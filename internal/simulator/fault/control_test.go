// SPDX-License-Identifier: Apache-2.0

package fault_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ordersync.dev/operator/internal/simulator/fault"
)

func TestCallsAreCountedByTemplate(t *testing.T) {
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	s := newStand(t, fault.Options{
		Templates: []string{"/v1/orders/sendtofulfillment", "/v1/orders/{orderId}"},
		LogSize:   2,
		Now:       func() time.Time { return now },
	})
	dropped := s.MustAdd(fault.Rule{Method: http.MethodPut, Kind: fault.StatusBefore, Status: 500})
	s.do(t, http.MethodGet, "/v1/orders/77")
	s.do(t, http.MethodGet, "/v1/orders/alpha")
	s.do(t, http.MethodPost, "/v1/orders/sendtofulfillment?orderId=1")
	s.do(t, http.MethodGet, "/v1/stock/12/parts/x9?page=2")
	s.do(t, http.MethodPut, "/v1/stock/12")
	want := map[string]int{
		"GET /v1/orders/{orderId}":          2,
		"POST /v1/orders/sendtofulfillment": 1,
		"GET /v1/stock/{id}/parts/x9":       1,
		"PUT /v1/stock/{id}":                1,
	}
	if diff := cmp.Diff(want, s.Calls()); diff != "" {
		t.Error(diff)
	}
	wantLog := []fault.Request{
		{Number: 4, Time: now, Method: "GET", Path: "/v1/stock/12/parts/x9", Template: "/v1/stock/{id}/parts/x9", Query: "page=2", UserAgent: "Go-http-client/1.1"},
		{Number: 5, Time: now, Method: "PUT", Path: "/v1/stock/12", Template: "/v1/stock/{id}", UserAgent: "Go-http-client/1.1", Rules: []string{dropped}},
	}
	if diff := cmp.Diff(wantLog, s.Log()); diff != "" {
		t.Error(diff)
	}
	s.ResetCalls()
	if len(s.Calls()) != 0 || len(s.Log()) != 0 {
		t.Error("something is left after the reset")
	}
}

func TestCallsOfAClientGoneWildAreBounded(t *testing.T) {
	i := fault.New(fault.Options{})
	handler := i.Wrap(http.NotFoundHandler())
	for n := range 1200 {
		handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, fmt.Sprintf("/x%d", n), nil))
	}
	calls := i.Calls()
	if len(calls) != 1001 || calls[fault.OtherCalls] != 200 {
		t.Errorf("%d keys, %d others", len(calls), calls[fault.OtherCalls])
	}
	if len(i.Log()) != 0 {
		t.Error("logged without being asked to")
	}
}

func TestRuleSurvivesJSON(t *testing.T) {
	rule := fault.Rule{
		Method: "PUT", Path: "/a/{b}", Query: map[string]string{"page": "2"}, Every: 3, Times: 4,
		Latency: 20 * time.Millisecond, Kind: fault.StatusAfter, Status: 503,
		Header: map[string]string{"Retry-After": "3"}, Body: "x", ChunkPause: time.Second,
	}
	data, err := json.Marshal(rule)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(data), `"latency":"20ms"`) {
		t.Errorf("durations should read well: %s", data)
	}
	var back fault.Rule
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(rule, back); diff != "" {
		t.Error(diff)
	}
}

// control is a control API over HTTP, as the runnable simulator has it.
type control struct {
	url string
}

func newControl(t *testing.T, i *fault.Injector) control {
	t.Helper()
	server := httptest.NewServer(i.ControlHandler())
	t.Cleanup(server.Close)
	return control{url: server.URL + fault.ControlPath}
}

func (c control) do(t *testing.T, method, path, body string, wantStatus int) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, c.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != wantStatus {
		t.Fatalf("%s %s: %d %s, want %d", method, path, response.StatusCode, data, wantStatus)
	}
	return string(data)
}

func decode[T any](t *testing.T, text string) T {
	t.Helper()
	var value T
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return value
}

func TestControlHoldsAndReleases(t *testing.T) {
	s := newStand(t, fault.Options{LogSize: 5})
	c := newControl(t, s.Injector)
	id := decode[map[string]string](t, c.do(t, "POST", "faults", `{"method":"POST","kind":"HoldAfter","nth":1}`, 201))["id"]

	if state := decode[fault.HoldState](t, c.do(t, "GET", "faults/"+id+"/hold?wait=1ms", "", 200)); state.Reached {
		t.Errorf("reached by nobody: %+v", state)
	}
	answered := make(chan reply, 1)
	go func() { answered <- s.doContext(t.Context(), http.MethodPost, "/a", "") }()
	state := decode[fault.HoldState](t, c.do(t, "GET", "faults/"+id+"/hold?wait=10m", "", 200))
	if !state.Reached || state.Waiting != 1 || state.Released {
		t.Errorf("state %+v", state)
	}
	listed := decode[[]fault.Armed](t, c.do(t, "GET", "faults", "", 200))
	if len(listed) != 1 || listed[0].Fired != 1 || listed[0].Matched != 1 || listed[0].Hold == nil || listed[0].Rule.Kind != fault.HoldAfter {
		t.Errorf("listed %+v", listed)
	}
	if state := decode[fault.HoldState](t, c.do(t, "POST", "faults/"+id+"/release", "", 200)); !state.Released {
		t.Errorf("state %+v", state)
	}
	wantWhole(t, <-answered)

	calls := decode[map[string]int](t, c.do(t, "GET", "calls", "", 200))
	if diff := cmp.Diff(map[string]int{"POST /a": 1}, calls); diff != "" {
		t.Error(diff)
	}
	if log := decode[[]fault.Request](t, c.do(t, "GET", "requests", "", 200)); len(log) != 1 || log[0].Path != "/a" {
		t.Errorf("log %+v", log)
	}
	c.do(t, "DELETE", "calls", "", 204)
	if got := c.do(t, "GET", "calls", "", 200); strings.TrimSpace(got) != "{}" {
		t.Errorf("calls after the reset: %s", got)
	}
}

func TestControlAddsAndClears(t *testing.T) {
	s := newStand(t, fault.Options{})
	c := newControl(t, s.Injector)
	first := decode[map[string]string](t, c.do(t, "POST", "faults", `{"kind":"StatusBefore","status":500,"latency":"20ms"}`, 201))["id"]
	second := decode[map[string]string](t, c.do(t, "POST", "faults", `{"kind":"DropBefore"}`, 201))["id"]
	if first == second {
		t.Fatalf("both are %s", first)
	}
	if r := s.do(t, http.MethodGet, "/a"); r.status != 500 || s.slept.all()[0] != 20*time.Millisecond {
		t.Errorf("status %d", r.status)
	}
	c.do(t, "DELETE", "faults/"+first, "", 204)
	if r := s.do(t, http.MethodGet, "/a"); r.err == nil {
		t.Error("the second rule should drop")
	}
	c.do(t, "DELETE", "faults", "", 204)
	wantWhole(t, s.do(t, http.MethodGet, "/a"))
	if got := c.do(t, "GET", "faults", "", 200); strings.TrimSpace(got) != "[]" {
		t.Errorf("rules after clearing: %s", got)
	}
}

func TestControlRefuses(t *testing.T) {
	s := newStand(t, fault.Options{})
	c := newControl(t, s.Injector)
	plain := s.MustAdd(fault.Rule{Kind: fault.Slow})
	hold := s.HoldAfter(fault.Rule{Path: "/never"})
	for _, r := range []struct {
		method, path, body string
		status             int
	}{
		{"POST", "faults", `{"knd":"DropAfter"}`, 400},
		{"POST", "faults", `{"kind":"Explode"}`, 400},
		{"POST", "faults", `{"latency":"soon"}`, 400},
		{"POST", "faults", `{"nth":1,"every":1}`, 400},
		{"POST", "faults", `{"nth":"1"}`, 400},
		{"POST", "faults", ``, 400},
		{"DELETE", "faults/rule-99", "", 404},
		{"GET", "faults/rule-99/hold", "", 404},
		{"GET", "faults/" + plain + "/hold", "", 404},
		{"POST", "faults/" + plain + "/release", "", 404},
		{"GET", "faults/" + hold.ID + "/hold?wait=11m", "", 400},
		{"GET", "faults/" + hold.ID + "/hold?wait=later", "", 400},
		{"PUT", "faults", "{}", 405},
		{"GET", "weather", "", 404},
	} {
		c.do(t, r.method, r.path, r.body, r.status)
	}
	if n := len(s.Rules()); n != 2 {
		t.Errorf("%d rules, want the two from before", n)
	}
}
