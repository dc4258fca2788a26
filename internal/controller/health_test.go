// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/fulfillment"
	omsim "ordersync.dev/operator/internal/simulator/ordermanager"
)

// What is wrong with a connection or its secrets is said in one word, stops
// everything, and heals when it is mended.
func TestUnfitConnections(t *testing.T) {
	secret := func(name string, change func(*corev1.Secret)) func(*shop) {
		return func(s *shop) {
			live := &corev1.Secret{}
			s.must(s.api.Get(s.ctx, types.NamespacedName{Namespace: s.namespace, Name: name}, live))
			change(live)
			s.must(s.api.Update(s.ctx, live))
		}
	}
	mend := func(change func(*v1alpha1.OrderManagerConnection)) func(*shop) {
		return func(s *shop) {
			s.change("acme", change)
		}
	}
	goodToken := []byte(omsim.DefaultAccessToken)
	cases := map[string]struct {
		connection        func(*v1alpha1.OrderManagerConnection)
		before            func(*shop)
		condition, reason string
		// silent says that Order Manager must not be asked at all.
		silent bool
		mend   func(*shop)
	}{
		"wrong access token": {
			before:    secret("order-manager", func(s *corev1.Secret) { s.Data["accessToken"] = []byte("wrong") }),
			condition: v1alpha1.ConditionCredentialsAccepted, reason: fulfillment.ReasonCredentialsRefused,
			mend: secret("order-manager", func(s *corev1.Secret) { s.Data["accessToken"] = goodToken }),
		},
		"wrong client secret": {
			before:    secret("warehouse", func(s *corev1.Secret) { s.Data["clientSecret"] = []byte("wrong") }),
			condition: v1alpha1.ConditionCredentialsAccepted, reason: fulfillment.ReasonCredentialsRefused,
			mend: secret("warehouse", func(s *corev1.Secret) { s.Data["clientSecret"] = []byte("3pl-secret") }),
		},
		"two kinds of credentials": {
			before:    secret("order-manager", func(s *corev1.Secret) { s.Data["username"] = []byte("somebody") }),
			condition: v1alpha1.ConditionCredentialsAccepted, reason: v1alpha1.ReasonCredentialsAmbiguous, silent: true,
			mend: secret("order-manager", func(s *corev1.Secret) { delete(s.Data, "username") }),
		},
		"a key is missing": {
			before:    secret("order-manager", func(s *corev1.Secret) { delete(s.Data, "accessToken") }),
			condition: v1alpha1.ConditionCredentialsAccepted, reason: v1alpha1.ReasonSecretKeyMissing, silent: true,
			mend: secret("order-manager", func(s *corev1.Secret) { s.Data = map[string][]byte{"accessToken": goodToken, "hosts": s.Data["hosts"]} }),
		},
		"a line break inside": {
			before:    secret("order-manager", func(s *corev1.Secret) { s.Data["accessToken"] = []byte("one\ntwo") }),
			condition: v1alpha1.ConditionCredentialsAccepted, reason: v1alpha1.ReasonCredentialsMalformed, silent: true,
			mend: secret("order-manager", func(s *corev1.Secret) { s.Data["accessToken"] = goodToken }),
		},
		"a secret for another host": {
			before: secret("order-manager", func(s *corev1.Secret) {
				s.Annotations = map[string]string{"hosts": string(s.Data["hosts"])}
				s.Data["hosts"] = []byte("api.elsewhere.example")
			}),
			condition: v1alpha1.ConditionCredentialsAccepted, reason: v1alpha1.ReasonCredentialsNotForHost, silent: true,
			mend: secret("order-manager", func(s *corev1.Secret) { s.Data["hosts"] = []byte("api.elsewhere.example\n" + s.Annotations["hosts"]) }),
		},
		"no secret": {
			connection: func(c *v1alpha1.OrderManagerConnection) { c.Spec.Source.OrderManager.SecretRef.Name = "absent" },
			condition:  v1alpha1.ConditionCredentialsAccepted, reason: v1alpha1.ReasonSecretNotFound, silent: true,
			mend: mend(func(c *v1alpha1.OrderManagerConnection) { c.Spec.Source.OrderManager.SecretRef.Name = "order-manager" }),
		},
		"unknown warehouse": {
			connection: func(c *v1alpha1.OrderManagerConnection) { c.Spec.Source.OrderManager.WarehouseName = "North DC" },
			condition:  v1alpha1.ConditionSourceResolved, reason: fulfillment.ReasonWarehouseNotFound,
			mend: mend(func(c *v1alpha1.OrderManagerConnection) { c.Spec.Source.OrderManager.WarehouseName = "East DC" }),
		},
		"unreachable": {
			connection: func(c *v1alpha1.OrderManagerConnection) { c.Spec.Source.OrderManager.URL = "http://127.0.0.1:1" },
			before:     secret("order-manager", func(s *corev1.Secret) { s.Data["hosts"] = append(s.Data["hosts"], "\n127.0.0.1:1"...) }),
			condition:  v1alpha1.ConditionSourceResolved, reason: fulfillment.ReasonUnreachable, silent: true,
			mend: func(s *shop) {
				mend(func(c *v1alpha1.OrderManagerConnection) { c.Spec.Source.OrderManager.URL = s.omURL })(s)
			},
		},
		"no certificates": {
			connection: func(c *v1alpha1.OrderManagerConnection) {
				c.Spec.Source.OrderManager.CABundleRef = &v1alpha1.CABundleReference{Name: "absent"}
			},
			condition: v1alpha1.ConditionSourceResolved, reason: v1alpha1.ReasonCABundleNotFound, silent: true,
			mend: mend(func(c *v1alpha1.OrderManagerConnection) { c.Spec.Source.OrderManager.CABundleRef = nil }),
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			if c.before != nil {
				c.before(s)
			}
			s.policy("standard")
			s.manage()
			change := func(*v1alpha1.OrderManagerConnection) {}
			if c.connection != nil {
				change = c.connection
			}
			connection := s.connection("acme", change, token1(forOrders, "go"))
			got := s.await(key(connection), c.reason, conditionIs(c.condition, metav1.ConditionFalse, c.reason))
			ready := meta.FindStatusCondition(got.Status.Conditions, v1alpha1.ConditionReady)
			if ready == nil || ready.Status != metav1.ConditionFalse || ready.Reason != c.reason || ready.Message == "" {
				t.Errorf("Ready is %s", describe(ready))
			}
			stalled := meta.IsStatusConditionTrue(got.Status.Conditions, v1alpha1.ConditionStalled)
			if want := c.reason != fulfillment.ReasonUnreachable; stalled != want {
				t.Errorf("Stalled is %v, want %v", stalled, want)
			}
			if entry := entryOf(got, v1alpha1.OrderDownload); entry != nil && entry.LastRun != nil {
				t.Errorf("it ran: %s", describe(entry.LastRun))
			}
			if calls := s.omCalls.Calls(); c.silent && len(calls) > 0 {
				t.Errorf("Order Manager was asked: %v", calls)
			}
			c.mend(s)
			// A mended Secret sends no event: the connection looks again when
			// its minute is over. The clock is moved on and the object touched.
			s.clock.pass(2 * time.Minute)
			s.annotate(connection, "example.com/touched", "true")
			done := s.await(key(connection), "the run", answered(v1alpha1.OrderDownload, "go"))
			if echo := answer(done, v1alpha1.OrderDownload, "go"); echo.Result != v1alpha1.RunSucceeded {
				t.Errorf("after it was mended: %s", describe(entryOf(done, v1alpha1.OrderDownload)))
			}
			healed := s.await(key(connection), "readiness", conditionIs(v1alpha1.ConditionReady, metav1.ConditionTrue, v1alpha1.ReasonReady))
			if meta.FindStatusCondition(healed.Status.Conditions, v1alpha1.ConditionStalled) != nil {
				t.Error("it is still stalled")
			}
		})
	}
}

// Credentials that are refused in a run close the gate, and a Secret that is
// changed opens it again.
func TestCredentialsRefusedInARun(t *testing.T) {
	s := newShop(t)
	s.policy("standard")
	s.manage()
	connection := s.connection("acme")
	s.await(key(connection), "readiness", conditionIs(v1alpha1.ConditionReady, metav1.ConditionTrue, v1alpha1.ReasonReady))
	s.om.RevokeTokens()
	s.annotate(connection, forOrders, "refused")
	got := s.await(key(connection), "the failed run", answered(v1alpha1.OrderDownload, "refused"))
	if echo := answer(got, v1alpha1.OrderDownload, "refused"); echo.Result != v1alpha1.RunFailed || echo.Reason != fulfillment.ReasonCredentialsRefused {
		t.Errorf("answered %+v", echo)
	}
	s.await(key(connection), "the closed gate", conditionIs(v1alpha1.ConditionCredentialsAccepted, metav1.ConditionFalse, fulfillment.ReasonCredentialsRefused))
	s.om.AcceptToken("renewed")
	patch := []byte(`{"stringData":{"accessToken":"renewed"}}`)
	s.must(s.api.Patch(s.ctx, &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: "order-manager"}}, client.RawPatch(types.MergePatchType, patch)))
	s.clock.pass(2 * time.Minute)
	s.annotate(connection, forOrders, "accepted")
	done := s.await(key(connection), "the run", answered(v1alpha1.OrderDownload, "accepted"))
	if echo := answer(done, v1alpha1.OrderDownload, "accepted"); echo.Result != v1alpha1.RunSucceeded {
		t.Errorf("answered %+v", echo)
	}
}
