// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"ordersync.dev/operator/api/v1alpha1"
)

func TestTwoConnectionsWithOneClaim(t *testing.T) {
	cases := map[string]bool{"in one namespace": false, "in two namespaces": true}
	for name, apart := range cases {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			s.order("SKU-1")
			s.policy("standard")
			namespace := s.namespace
			if apart {
				namespace = plane.Namespace(t)
				s.secrets(namespace)
				s.policy("standard", func(p *v1alpha1.SyncPolicy) { p.Namespace = namespace })
			}
			// Both exist before the manager does, so that they are looked at together.
			elder := s.connection("b-elder", token1(v1alpha1.RunAnnotation, "go"))
			younger := s.connection("c-younger", token1(v1alpha1.RunAnnotation, "go"), func(c *v1alpha1.OrderManagerConnection) { c.Namespace = namespace })
			// Of two that were created in one second the name decides; of two
			// namespaces the namespace does.
			if older(elder, younger) > 0 {
				elder, younger = younger, elder
			}
			s.manage(namespace)
			lost := s.await(key(younger), "the loser to be told", conditionIs(v1alpha1.ConditionSourceClaimed, metav1.ConditionFalse, v1alpha1.ReasonSourceAlreadyClaimed))
			for _, definition := range Definitions() {
				s.await(key(elder), "the owner's run", answered(definition.Name, "go"))
				lost = s.await(key(younger), "the loser's answer", answered(definition.Name, "go"))
				if echo := answer(lost, definition.Name, "go"); echo.Result != v1alpha1.RunRefused || echo.Reason != v1alpha1.ReasonSourceAlreadyClaimed {
					t.Errorf("%s of the loser answered %+v", definition.Name, echo)
				}
				if entry := entryOf(lost, definition.Name); entry.LastRun != nil {
					t.Errorf("the loser ran %s", definition.Name)
				}
			}
			for _, condition := range lost.Status.Conditions {
				if named := strings.Contains(condition.Message, elder.Name); named && apart {
					t.Errorf("%s names a connection of another namespace: %s", condition.Type, condition.Message)
				} else if !named && !apart && condition.Type == v1alpha1.ConditionSourceClaimed {
					t.Errorf("it does not name the owner: %s", condition.Message)
				}
			}
			if created := s.om.CountEffects("Marked"); len(created) > 1 {
				t.Errorf("marked %v", created)
			}

			// The owner goes, and the other takes over by itself.
			s.must(s.api.Delete(s.ctx, elder))
			s.await(key(younger), "the claim", conditionIs(v1alpha1.ConditionSourceClaimed, metav1.ConditionTrue, v1alpha1.ReasonClaimed))
			s.annotate(younger, v1alpha1.RunAnnotation, "again")
			got := s.await(key(younger), "the heir's run", answered(v1alpha1.OrderDownload, "again"))
			if echo := answer(got, v1alpha1.OrderDownload, "again"); echo.Result != v1alpha1.RunSucceeded {
				t.Errorf("the heir answered %+v", echo)
			}
		})
	}
}

func TestAnOlderConnectionTakesItsWarehouseBack(t *testing.T) {
	s := newShop(t)
	s.policy("standard")
	s.manage()
	// The elder means another warehouse until it is changed.
	elder := s.connection("a", func(c *v1alpha1.OrderManagerConnection) { c.Spec.Source.OrderManager.WarehouseName = "West DC" })
	s.await(key(elder), "its claim", conditionIs(v1alpha1.ConditionSourceClaimed, metav1.ConditionTrue, ""))
	younger := s.connection("b", token1(forOrders, "mine"))
	s.await(key(younger), "its run", answered(v1alpha1.OrderDownload, "mine"))
	s.change(elder.Name, func(c *v1alpha1.OrderManagerConnection) { c.Spec.Source.OrderManager.WarehouseName = "East DC" })
	s.await(key(younger), "it to give way", conditionIs(v1alpha1.ConditionSourceClaimed, metav1.ConditionFalse, v1alpha1.ReasonSourceAlreadyClaimed))
	s.await(key(elder), "the elder to own", conditionIs(v1alpha1.ConditionSourceClaimed, metav1.ConditionTrue, ""))
	s.annotate(younger, forOrders, "not-mine")
	got := s.await(key(younger), "the refusal", answered(v1alpha1.OrderDownload, "not-mine"))
	if echo := answer(got, v1alpha1.OrderDownload, "not-mine"); echo.Result != v1alpha1.RunRefused {
		t.Errorf("answered %+v", echo)
	}
}
