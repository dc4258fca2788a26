// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"net/http"
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
)

// A cancellation names its one order, tells the sales channel nothing, and is
// proven by reading alone.
func TestACancellationNamesOneOrderAndIsReadBack(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status int
		body   string
		shown  string
		want   bool
		fails  bool
	}{
		"cancelled":              {200, `{"id":5,"message":"1 cancelled"}`, "CANCELLED", true, false},
		"said and not done":      {200, `{"id":5,"message":"1 cancelled"}`, "PENDING_FULFILLMENT", false, false},
		"done and not said":      {500, ``, "CANCELLED", true, false},
		"neither":                {500, ``, "PENDING_FULFILLMENT", false, false},
		"refused":                {422, ``, "PENDING_FULFILLMENT", false, true},
		"an answer of any other": {200, `<html>`, "CANCELLED", true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var asked []string
			s := newStub(t, func(r *http.Request, _ string) (int, string) {
				if r.Method == http.MethodPost {
					asked = append(asked, r.URL.RequestURI())
					return test.status, test.body
				}
				return 200, `[{"orderId":5,"orderStatus":"` + test.shown + `"}]`
			})
			done, err := s.source().CancelOrder(t.Context(), fulfillment.Order{ID: 5, ChannelID: 3})
			if done != test.want || (err != nil) != test.fails {
				t.Errorf("%t, %v", done, err)
			}
			const want = "/v1/orders/cancel?orderId=5&salesChannelId=3&cancelReasonType=OTHER&cancelReason=Cancelled+by+the+warehouse&updateSalesChannels=false&refundOrdersOnChannels=false&sendEmailNotificationToChannel=false"
			if len(asked) != 1 || asked[0] != want {
				t.Errorf("asked %v", asked)
			}
		})
	}
	for _, order := range []fulfillment.Order{{ID: 5}, {ChannelID: 3}} {
		s := newStub(t, func(*http.Request, string) (int, string) { return 200, `{}` })
		if _, err := s.source().CancelOrder(t.Context(), order); !fulfillment.IsFault(err, fulfillment.FaultInvalid) || len(s.requests()) != 0 {
			t.Errorf("%+v: %v after %v", order, err, s.requests())
		}
	}
}
