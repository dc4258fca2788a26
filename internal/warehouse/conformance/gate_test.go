// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"context"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// behindGate starts a server behind a gate, to which everything but GET writes.
// seen are the bodies that came through.
func behindGate(t *testing.T) (gate *Gate, post func(method, body string) (status int, answer string), seen *[]string) {
	t.Helper()
	seen = &[]string{}
	gate = NewGate(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		*seen = append(*seen, string(body))
		_, _ = io.WriteString(w, "done")
	}), func(r *http.Request, _ []byte) bool { return r.Method != http.MethodGet })
	server := httptest.NewUnstartedServer(gate)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Start()
	t.Cleanup(server.Close)
	return gate, func(method, body string) (int, string) {
		request, err := http.NewRequestWithContext(context.Background(), method, server.URL, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		response, err := server.Client().Do(request)
		if err != nil {
			return 0, ""
		}
		defer response.Body.Close()
		answer, err := io.ReadAll(response.Body)
		if err != nil {
			return 0, ""
		}
		return response.StatusCode, string(answer)
	}, seen
}

func TestGateLosesTheAnswerThatItIsToldTo(t *testing.T) {
	for moment, reaches := range map[Moment]bool{BeforeEffect: false, AfterEffect: true} {
		t.Run(string(moment), func(t *testing.T) {
			gate, send, seen := behindGate(t)
			stop := gate.Lose(2, moment)
			for _, step := range []struct {
				method, body string
				status       int
			}{{"POST", "first", 200}, {"GET", "", 200}, {"PUT", "second", 0}, {"POST", "third", 200}} {
				if status, _ := send(step.method, step.body); status != step.status {
					t.Errorf("%s %q: status %d, want %d", step.method, step.body, status, step.status)
				}
			}
			if got := strings.Contains(strings.Join(*seen, " "), "second"); got != reaches {
				t.Errorf("the request reached the server: %t, want %t", got, reaches)
			}
			if !stop() || gate.Writes() != 3 {
				t.Errorf("lost %t, %d writes; want true and 3", stop(), gate.Writes())
			}
		})
	}
}

func TestGateThatWasStoppedLosesNothing(t *testing.T) {
	gate, send, _ := behindGate(t)
	stop := gate.Lose(1, BeforeEffect)
	if stop() {
		t.Error("says that it lost what was never sent")
	}
	if status, answer := send("POST", "x"); status != http.StatusOK || answer != "done" {
		t.Errorf("status %d, %q", status, answer)
	}
}

func TestGateBreaksAfterSoManyRequests(t *testing.T) {
	gate, send, seen := behindGate(t)
	send("GET", "")
	stop := gate.BreakAfter(1)
	for _, want := range []int{http.StatusOK, http.StatusServiceUnavailable, http.StatusServiceUnavailable} {
		if status, _ := send("GET", ""); status != want {
			t.Errorf("status %d, want %d", status, want)
		}
	}
	if !stop() || len(*seen) != 2 {
		t.Errorf("broke %t, %d requests reached the server", stop(), len(*seen))
	}
	if status, _ := send("GET", ""); status != http.StatusOK {
		t.Errorf("status %d after it was mended", status)
	}
}

func TestGatePretendsOnce(t *testing.T) {
	gate, send, seen := behindGate(t)
	gate.Pretend(func(_ *http.Request, body []byte) bool { return string(body) == "cancel" }, http.StatusOK, `{"ok":true}`)
	for _, step := range []struct{ body, answer string }{{"create", "done"}, {"cancel", `{"ok":true}`}, {"cancel", "done"}} {
		if _, answer := send("POST", step.body); answer != step.answer {
			t.Errorf("%s: %q, want %q", step.body, answer, step.answer)
		}
	}
	if got := strings.Join(*seen, " "); got != "create cancel" {
		t.Errorf("%q reached the server", got)
	}
}
