// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/simulator/fault"
	"ordersync.dev/operator/internal/simulator/world"
	"ordersync.dev/operator/internal/testing/operator"
)

// Each mistake gives a condition with a one-word reason and a sentence that
// says what to do, loses nothing, and heals by itself once it is mended.
func TestBadInput(t *testing.T) {
	t.Parallel()
	const credentials, source, destination = v1alpha1.ConditionCredentialsAccepted, v1alpha1.ConditionSourceResolved, v1alpha1.ConditionDestinationResolved
	for _, test := range []struct {
		name              string
		spoil, mend       func(m *merchant)
		condition, reason string
		says              string
	}{
		{name: "a wrong access token", condition: credentials, reason: fulfillment.ReasonCredentialsRefused,
			spoil: func(m *merchant) { m.setSecret("order-manager", "accessToken", "wrong") },
			mend: func(m *merchant) {
				m.setSecret("order-manager", "accessToken", m.world.Addresses().OrderManager.AccessToken)
			}},
		{name: "a wrong password", condition: credentials, reason: fulfillment.ReasonCredentialsRefused,
			spoil: func(m *merchant) {
				m.setSecret("order-manager", "accessToken", "")
				m.setSecret("order-manager", "username", m.world.Addresses().OrderManager.Username)
				m.setSecret("order-manager", "password", "wrong")
			},
			mend: func(m *merchant) {
				m.setSecret("order-manager", "password", m.world.Addresses().OrderManager.Password+"\n")
			}},
		{name: "both kinds of credentials", condition: credentials, reason: v1alpha1.ReasonCredentialsAmbiguous,
			spoil: func(m *merchant) {
				m.setSecret("order-manager", "username", "u")
				m.setSecret("order-manager", "password", "p")
			},
			mend: func(m *merchant) {
				m.setSecret("order-manager", "username", "")
				m.setSecret("order-manager", "password", "")
			}},
		{name: "a wrong client secret", condition: credentials, reason: fulfillment.ReasonCredentialsRefused,
			spoil: func(m *merchant) { m.setSecret("warehouse", "clientSecret", "wrong") },
			mend: func(m *merchant) {
				m.setSecret("warehouse", "clientSecret", m.world.Addresses().ThreePL.ClientSecret)
			}},
		{name: "a secret without its key", condition: credentials, reason: v1alpha1.ReasonSecretKeyMissing, says: "clientSecret",
			spoil: func(m *merchant) { m.setSecret("warehouse", "clientSecret", "") },
			mend: func(m *merchant) {
				m.setSecret("warehouse", "clientSecret", m.world.Addresses().ThreePL.ClientSecret)
			}},
		{name: "no secret", condition: credentials, reason: v1alpha1.ReasonSecretNotFound, says: "warehouse",
			spoil: func(m *merchant) {
				m.must(admin.Delete(m.t.Context(), m.secret("warehouse", nil)))
			},
			mend: func(m *merchant) {
				m.create(m.secret("warehouse", map[string]string{"clientID": m.world.Addresses().ThreePL.ClientID,
					"clientSecret": m.world.Addresses().ThreePL.ClientSecret, "hosts": operator.HostOf(m.world.ThreePLURL)}))
			}},
		{name: "a secret for another host", condition: credentials, reason: v1alpha1.ReasonCredentialsNotForHost, says: "hosts",
			spoil: func(m *merchant) { m.setSecret("warehouse", "hosts", "elsewhere.example:443") },
			mend:  func(m *merchant) { m.setSecret("warehouse", "hosts", operator.HostOf(m.world.ThreePLURL)) }},
		{name: "a secret with a control character", condition: credentials, reason: v1alpha1.ReasonCredentialsMalformed, says: "clientSecret",
			spoil: func(m *merchant) { m.setSecret("warehouse", "clientSecret", "a\u0001b") },
			mend: func(m *merchant) {
				m.setSecret("warehouse", "clientSecret", m.world.Addresses().ThreePL.ClientSecret)
			}},
		{name: "an unknown warehouse", condition: source, reason: fulfillment.ReasonWarehouseNotFound, says: "East DC",
			spoil: func(m *merchant) {
				m.edit(func(s *v1alpha1.OrderManagerConnectionSpec) { s.Source.OrderManager.WarehouseName = "Nowhere" })
			},
			mend: func(m *merchant) {
				m.edit(func(s *v1alpha1.OrderManagerConnectionSpec) { s.Source.OrderManager.WarehouseName = "  EAST dc " })
			}},
		{name: "an address where nobody listens", condition: source, reason: fulfillment.ReasonUnreachable,
			spoil: func(m *merchant) {
				m.setSecret("order-manager", "hosts", "127.0.0.1:1 "+operator.HostOf(m.world.OrderManagerURL))
				m.edit(func(s *v1alpha1.OrderManagerConnectionSpec) { s.Source.OrderManager.URL = "http://127.0.0.1:1" })
			},
			mend: func(m *merchant) {
				m.edit(func(s *v1alpha1.OrderManagerConnectionSpec) { s.Source.OrderManager.URL = m.world.OrderManagerURL })
			}},
		{name: "a body that is not JSON", condition: source, reason: fulfillment.ReasonMalformedAnswer,
			spoil: func(m *merchant) {
				m.world.OrderManagerFaults.MustAdd(fault.Rule{Path: "/v1/warehouses", Kind: fault.StatusBefore, Status: 200,
					Header: map[string]string{"Content-Type": "text/html"}, Body: "<html>Welcome, Ada</html>"})
			},
			mend: func(m *merchant) { m.world.OrderManagerFaults.Clear() }},
		{name: "a body without end", condition: source, reason: fulfillment.ReasonAnswerTooLarge,
			spoil: func(m *merchant) {
				m.world.OrderManagerFaults.MustAdd(fault.Rule{Path: "/v1/warehouses", Kind: fault.StatusBefore, Status: 200,
					Body: strings.Repeat("[", 40<<20)})
			},
			mend: func(m *merchant) { m.world.OrderManagerFaults.Clear() }},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			m := newMerchant(t, world.Options{Seed: 71, Orders: 60, SKUs: 50})
			m.start()
			m.wait("the connection to be ready", isReady)
			test.spoil(m)
			m.look()
			c := m.wait(test.reason, func(c *v1alpha1.OrderManagerConnection) bool {
				got := condition(c, test.condition)
				return got.Status != metav1.ConditionTrue && got.Reason == test.reason
			})
			got := condition(c, test.condition)
			if len(got.Message) < 20 || !strings.Contains(got.Message, test.says) || strings.Contains(got.Message, "Ada") {
				t.Errorf("it says %q", got.Message)
			}
			if ready := condition(c, v1alpha1.ConditionReady); ready.Status == metav1.ConditionTrue {
				t.Errorf("Ready says %+v", ready)
			}
			test.mend(m)
			m.look()
			m.wait("the connection to heal", isReady)
			m.runAll()
			m.balanced()
		})
	}
	t.Run("an unknown facility", func(t *testing.T) {
		t.Parallel()
		m := newMerchant(t, world.Options{Seed: 73, Orders: 60, SKUs: 50})
		m.start()
		m.must(admin.DeleteAllOf(t.Context(), &v1alpha1.OrderManagerConnection{}, client.InNamespace(m.key.Namespace)))
		for _, test := range []struct {
			name, reason string
			change       func(*v1alpha1.ThreePLWarehouseManagerDestination)
		}{
			{"facility-id", fulfillment.ReasonFacilityNotFound, func(d *v1alpha1.ThreePLWarehouseManagerDestination) { d.FacilityID = 99 }},
			{"customer-id", fulfillment.ReasonCustomerNotFound, func(d *v1alpha1.ThreePLWarehouseManagerDestination) { d.CustomerID = 99 }},
		} {
			connection := m.connection(test.name)
			test.change(connection.Spec.Destination.ThreePLWarehouseManager)
			m.create(connection)
			c := m.waitFor(client.ObjectKeyFromObject(connection), test.reason, func(c *v1alpha1.OrderManagerConnection) bool {
				return condition(c, destination).Reason == test.reason
			})
			if got := condition(c, destination); got.Status != metav1.ConditionFalse || !strings.Contains(strings.ToLower(got.Message), strings.ReplaceAll(test.name, "-", "")) {
				t.Errorf("%+v", got)
			}
			m.must(admin.Delete(t.Context(), connection))
		}
	})
}

// A manager that was told of no private network calls none: neither system is
// asked anything, and the connection says what the administrator can do.
func TestPrivateAddressesAreNotCalled(t *testing.T) {
	t.Parallel()
	m := newMerchant(t, world.Options{Seed: 75, Orders: 20, SKUs: 10})
	strict := m.start("--allowed-private-cidrs=")
	c := m.wait("the connection to stall", func(c *v1alpha1.OrderManagerConnection) bool {
		return condition(c, v1alpha1.ConditionStalled).Reason == fulfillment.ReasonAddressNotAllowed
	})
	for _, name := range []string{v1alpha1.ConditionSourceResolved, v1alpha1.ConditionDestinationResolved, v1alpha1.ConditionReady} {
		got := condition(c, name)
		if got.Status != metav1.ConditionFalse || got.Reason != fulfillment.ReasonAddressNotAllowed ||
			!strings.Contains(got.Message, "--allowed-private-cidrs") || strings.Contains(got.Message, "127.0.0.1") {
			t.Errorf("%s: %+v", name, got)
		}
	}
	for name, calls := range map[string]int{"Order Manager": len(m.world.OrderManagerFaults.Calls()), "the warehouse": len(m.world.WarehouseFaults.Calls())} {
		if calls != 0 {
			t.Errorf("%s was called %d times", name, calls)
		}
	}
	m.must(strict.Stop())
	m.start()
	m.wait("the connection to heal", isReady)
	m.runAll()
	m.balanced()
}

// setSecret sets a key of a secret; an empty value removes it.
func (m *merchant) setSecret(name, key, value string) {
	m.t.Helper()
	var patch any = map[string]any{"stringData": map[string]string{key: value}}
	if value == "" {
		patch = map[string]any{"data": map[string]any{key: nil}}
	}
	data, err := json.Marshal(patch)
	m.must(err)
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: m.key.Namespace, Name: name}}
	m.must(admin.Patch(m.t.Context(), secret, client.RawPatch("application/merge-patch+json", data)))
}

func (m *merchant) edit(change func(*v1alpha1.OrderManagerConnectionSpec)) {
	m.t.Helper()
	c := &v1alpha1.OrderManagerConnection{}
	m.must(admin.Get(m.t.Context(), m.key, c))
	before := c.DeepCopy()
	change(&c.Spec)
	m.must(admin.Patch(context.WithoutCancel(m.t.Context()), c, client.MergeFrom(before)))
}

// look makes the operator look at the connection now: by a run, which reads the
// secrets anew, and by a new generation, for which everything is asked again.
func (m *merchant) look() {
	m.t.Helper()
	m.asked++
	m.ask(v1alpha1.OrderDownload)
	m.edit(func(s *v1alpha1.OrderManagerConnectionSpec) {
		s.Orders.EarliestOrderDate = fmt.Sprintf("2001-01-%02d", 1+m.asked%28)
	})
}
