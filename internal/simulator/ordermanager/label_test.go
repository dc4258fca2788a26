// SPDX-License-Identifier: Apache-2.0

package ordermanager_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	om "ordersync.dev/operator/internal/simulator/ordermanager"
)

func labelNames(labels []om.Label) []string {
	names := []string{}
	for _, l := range labels {
		names = append(names, l.Name)
	}
	return names
}

func TestLabels(t *testing.T) {
	s := newStand(t, om.Options{})
	id := s.add(om.StatusAwaiting3PLExport)
	made := decode[[]om.Label](t, s.call(http.MethodPut, "/v1/labels", `[{"name":"sent","hexColor":"#00ff00"},{"name":"sent","hexColor":"00FF00"}]`, 200))
	if len(made) != 2 || made[0].LabelID == made[1].LabelID {
		t.Fatalf("two labels of one name are possible: %+v", made)
	}
	onOrder := fmt.Sprintf("/v1/orders/%d/labels?labelId=%d&labelId=%d", id, made[0].LabelID, made[0].LabelID)
	s.call(http.MethodPost, onOrder, "", 200)
	s.call(http.MethodPost, onOrder, "", 200)
	read := fmt.Sprintf("/v1/order/%d/labels", id) // singular
	if got := labelNames(decode[[]om.Label](t, s.get(read))); !cmp.Equal(got, []string{"sent"}) {
		t.Errorf("labels %v", got)
	}
	if n := len(s.effects(om.Labelled)); n != 1 {
		t.Errorf("%d labellings", n)
	}
	if got := decode[[]om.Order](t, s.get("/v1.1/orders"))[0]; len(got.Labels) != 1 {
		t.Errorf("the order shows %+v", got.Labels)
	}
	s.call(http.MethodDelete, onOrder, "", 200)
	if got := strings.TrimSpace(s.get(read)); got != "[]" {
		t.Errorf("labels %s", got)
	}
	s.call(http.MethodPost, onOrder, "", 200)
	s.call(http.MethodDelete, fmt.Sprintf("/v1/labels/%d", made[0].LabelID), "", 200)
	if got := strings.TrimSpace(s.get(read)); got != "[]" {
		t.Errorf("a deleted label is still on the order: %s", got)
	}
	if got := decode[[]om.Label](t, s.get("/v1/labels")); len(got) != 1 {
		t.Errorf("left %+v", got)
	}
}

func TestLabelsByIDIgnorePaging(t *testing.T) {
	s := newStand(t, om.Options{})
	query := ""
	for n := range 60 {
		query += fmt.Sprintf("&labelIds=%d", s.AddLabel(fmt.Sprintf("L%d", n)).LabelID)
	}
	if got := decode[[]om.Label](t, s.get("/v1/labels?page=3&limit=10"+query)); len(got) != 60 {
		t.Errorf("%d labels", len(got))
	}
	if got := decode[[]om.Label](t, s.get("/v1/labels?page=2")); len(got) != 10 {
		t.Errorf("%d labels on page 2", len(got))
	}
	for n := range 41 {
		query += fmt.Sprintf("&labelIds=%d", n)
	}
	s.call(http.MethodGet, "/v1/labels?"+query[1:], "", 422)
}

func TestLabelRefusals(t *testing.T) {
	s := newStand(t, om.Options{})
	id, label := s.add(om.StatusAwaiting3PLExport), s.AddLabel("L").LabelID
	for _, c := range []struct {
		method, path, body string
		want               int
	}{
		{"PUT", "/v1/labels", `[]`, 400},
		{"PUT", "/v1/labels", `[{"name":"x"}]`, 400},
		{"PUT", "/v1/labels", `[{"name":"","hexColor":"#000000"}]`, 400},
		{"PUT", "/v1/labels", `[{"name":"x","hexColor":"green"}]`, 400},
		{"PUT", "/v1/labels", `[{"name":1,"hexColor":"#000000"}]`, 400},
		{"POST", fmt.Sprintf("/v1/orders/%d/labels?labelId=1", id), "", 422},
		{"POST", fmt.Sprintf("/v1/orders/%d/labels", id), "", 422},
		{"POST", fmt.Sprintf("/v1/orders/42/labels?labelId=%d", label), "", 404},
		{"POST", fmt.Sprintf("/v1/order/%d/labels?labelId=%d", id, label), "", 405}, // plural to write
		{"GET", fmt.Sprintf("/v1/orders/%d/labels", id), "", 405},                   // singular to read
		{"DELETE", fmt.Sprintf("/v1/orders/42/labels?labelId=%d", label), "", 404},
		{"GET", "/v1/order/42/labels", "", 404},
		{"DELETE", "/v1/labels/42", "", 404},
	} {
		s.call(c.method, c.path, c.body, c.want)
	}
	if len(s.Effects()) != 0 {
		t.Errorf("%+v", s.Effects())
	}
}

func TestLabelMovesModifiedDateUnlessSwitchedOff(t *testing.T) {
	for _, keeps := range []bool{false, true} {
		s := newStand(t, om.Options{LabelsKeepModifiedDate: keeps})
		id, label := s.add(om.StatusAwaiting3PLExport), s.AddLabel("L").LabelID
		before, _ := s.Order(id)
		s.clock.advance(time.Hour)
		s.call(http.MethodPost, fmt.Sprintf("/v1/orders/%d/labels?labelId=%d", id, label), "", 200)
		after, _ := s.Order(id)
		if moved := after.ModifiedDate != before.ModifiedDate; moved == keeps {
			t.Errorf("keeps %v, moved %v", keeps, moved)
		}
	}
}
