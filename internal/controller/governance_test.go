// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"ordersync.dev/operator/api/v1alpha1"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// policyOf makes a policy of some age in minutes.
func policyOf(name string, age int, selection v1alpha1.ConnectionSelection, change ...func(*v1alpha1.SyncPolicy)) v1alpha1.SyncPolicy {
	policy := v1alpha1.SyncPolicy{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "acme", CreationTimestamp: metav1.NewTime(noon.Add(-time.Duration(age) * time.Minute))},
		Spec:       v1alpha1.SyncPolicySpec{Connections: selection},
	}
	for _, c := range change {
		c(&policy)
	}
	return policy
}

func named(names ...string) v1alpha1.ConnectionSelection {
	return v1alpha1.ConnectionSelection{Names: names}
}

func labelled(labels map[string]string) v1alpha1.ConnectionSelection {
	return v1alpha1.ConnectionSelection{Selector: &metav1.LabelSelector{MatchLabels: labels}}
}

func connectionOf(name string, labels map[string]string) v1alpha1.OrderManagerConnection {
	return v1alpha1.OrderManagerConnection{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "acme", Labels: labels}}
}

func TestGovern(t *testing.T) {
	gold := map[string]string{"tier": "gold"}
	connections := []v1alpha1.OrderManagerConnection{connectionOf("a", gold), connectionOf("b", gold), connectionOf("c", nil)}
	cases := map[string]struct {
		policies   []v1alpha1.SyncPolicy
		governs    map[string]string
		selections map[string]Selection
	}{
		"nobody": {nil, map[string]string{}, map[string]Selection{}},
		"an empty selector is everything": {
			[]v1alpha1.SyncPolicy{policyOf("all", 1, labelled(nil))},
			map[string]string{"a": "all", "b": "all", "c": "all"},
			map[string]Selection{"all": {Governed: []string{"a", "b", "c"}}},
		},
		"a name comes before an older label": {
			[]v1alpha1.SyncPolicy{policyOf("all", 9, labelled(nil)), policyOf("one", 1, named("b"))},
			map[string]string{"a": "all", "b": "one", "c": "all"},
			map[string]Selection{
				"all": {Governed: []string{"a", "c"}, Contested: []string{"b"}}, "one": {Governed: []string{"b"}},
			},
		},
		"of two names the older": {
			[]v1alpha1.SyncPolicy{policyOf("young", 1, named("a")), policyOf("old", 2, named("a", "c"))},
			map[string]string{"a": "old", "c": "old"},
			map[string]Selection{"young": {Contested: []string{"a"}}, "old": {Governed: []string{"a", "c"}}},
		},
		"of two labels the older": {
			[]v1alpha1.SyncPolicy{policyOf("young", 1, labelled(nil)), policyOf("old", 2, labelled(gold))},
			map[string]string{"a": "old", "b": "old", "c": "young"},
			map[string]Selection{"young": {Governed: []string{"c"}, Contested: []string{"a", "b"}}, "old": {Governed: []string{"a", "b"}}},
		},
		"of two of one age the name": {
			[]v1alpha1.SyncPolicy{policyOf("z", 1, named("a")), policyOf("y", 1, named("a"))},
			map[string]string{"a": "y"},
			map[string]Selection{"y": {Governed: []string{"a"}}, "z": {Contested: []string{"a"}}},
		},
		"a suspended policy still governs": {
			[]v1alpha1.SyncPolicy{
				policyOf("old", 2, named("a"), func(p *v1alpha1.SyncPolicy) { p.Spec.Suspend = true }), policyOf("young", 1, named("a")),
			},
			map[string]string{"a": "old"},
			map[string]Selection{"old": {Governed: []string{"a"}}, "young": {Contested: []string{"a"}}},
		},
		"an invalid schedule still governs": {
			[]v1alpha1.SyncPolicy{
				policyOf("old", 2, named("a"), func(p *v1alpha1.SyncPolicy) {
					p.Spec.OrderDownload = &v1alpha1.OrderDownloadPolicy{Schedule: v1alpha1.Schedule{Cron: "0 0 31 2 *"}}
				}),
				policyOf("young", 1, named("a")),
			},
			map[string]string{"a": "old"},
			map[string]Selection{"old": {Governed: []string{"a"}}, "young": {Contested: []string{"a"}}},
		},
		"a policy that is being deleted does not": {
			[]v1alpha1.SyncPolicy{
				policyOf("old", 2, named("a"), func(p *v1alpha1.SyncPolicy) { p.DeletionTimestamp = new(metav1.NewTime(noon)) }),
				policyOf("young", 1, named("a")),
			},
			map[string]string{"a": "young"},
			map[string]Selection{"young": {Governed: []string{"a"}}},
		},
		"names that do not exist": {
			[]v1alpha1.SyncPolicy{policyOf("some", 1, named("x", "a", "w"))},
			map[string]string{"a": "some"},
			map[string]Selection{"some": {Governed: []string{"a"}, Missing: []string{"w", "x"}}},
		},
		"a selector that cannot be read": {
			[]v1alpha1.SyncPolicy{
				policyOf("bad", 2, v1alpha1.ConnectionSelection{Selector: &metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{
					{Key: "tier", Operator: "Near", Values: []string{"gold"}},
				}}}),
				policyOf("good", 1, labelled(gold)),
			},
			map[string]string{"a": "good", "b": "good"},
			map[string]Selection{"bad": {Err: cmpopts.AnyError}, "good": {Governed: []string{"a", "b"}}},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got := Govern(c.policies, connections)
			governs := map[string]string{}
			for connection, policy := range got.Governs {
				governs[connection] = policy.Name
			}
			if diff := cmp.Diff(c.governs, governs); diff != "" {
				t.Errorf("governs (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.selections, got.Selections, cmpopts.EquateErrors(), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("selections (-want +got):\n%s", diff)
			}
			// The order in which they are listed decides nothing.
			for i, j := 0, len(c.policies)-1; i < j; i, j = i+1, j-1 {
				c.policies[i], c.policies[j] = c.policies[j], c.policies[i]
			}
			for connection, policy := range Govern(c.policies, connections).Governs {
				if policy.Name != c.governs[connection] {
					t.Errorf("listed the other way round, %s is governed by %s", connection, policy.Name)
				}
			}
		})
	}
}
