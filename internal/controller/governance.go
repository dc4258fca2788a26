// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"cmp"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"ordersync.dev/operator/api/v1alpha1"
)

// Governance says which policy governs which connection of one namespace.
type Governance struct {
	// Governs holds the governing policy of each governed connection, by the connection's name.
	Governs map[string]*v1alpha1.SyncPolicy
	// Selections holds what each policy asks for, by the policy's name.
	Selections map[string]Selection
}

// Selection is what one policy asks for and what it gets.
type Selection struct {
	// Governed are the connections that the policy governs, sorted.
	Governed []string
	// Contested are the connections that it selects and another policy governs, sorted.
	Contested []string
	// Missing are the connections that it names and that do not exist, sorted.
	Missing []string
	// Err says that its selector cannot be read.
	Err error
}

// Govern decides who governs what among the policies and connections of one
// namespace. A policy that names a connection comes before one that selects it
// by label, then the older, then the name. A policy that is suspended or
// invalid still governs: otherwise a typing error would hand its connections to
// a policy that nobody meant for them.
func Govern(policies []v1alpha1.SyncPolicy, connections []v1alpha1.OrderManagerConnection) Governance {
	result := Governance{Governs: map[string]*v1alpha1.SyncPolicy{}, Selections: map[string]Selection{}}
	candidates := make([]candidate, 0, len(policies))
	for i := range policies {
		if policies[i].DeletionTimestamp.IsZero() {
			candidates = append(candidates, newCandidate(&policies[i]))
		}
	}
	slices.SortFunc(candidates, func(a, b candidate) int { return older(a.policy, b.policy) })

	for i := range connections {
		connection := &connections[i]
		governing := -1
		var selecting []int
		for j := range candidates {
			if !candidates[j].selects(connection) {
				continue
			}
			selecting = append(selecting, j)
			if governing < 0 || candidates[j].byName && !candidates[governing].byName {
				governing = j
			}
		}
		for _, j := range selecting {
			if j == governing {
				candidates[j].selection.Governed = append(candidates[j].selection.Governed, connection.Name)
				result.Governs[connection.Name] = candidates[j].policy
			} else {
				candidates[j].selection.Contested = append(candidates[j].selection.Contested, connection.Name)
			}
		}
	}

	for i := range candidates {
		candidates[i].nameMissing(connections)
		result.Selections[candidates[i].policy.Name] = candidates[i].selection
	}
	return result
}

// candidate is one policy that may govern.
type candidate struct {
	policy    *v1alpha1.SyncPolicy
	byName    bool
	names     map[string]bool
	selector  labels.Selector
	selection Selection
}

func newCandidate(policy *v1alpha1.SyncPolicy) candidate {
	c := candidate{policy: policy}
	if selector := policy.Spec.Connections.Selector; selector != nil {
		c.selector, c.selection.Err = metav1.LabelSelectorAsSelector(selector)
		return c
	}
	c.byName = true
	c.names = make(map[string]bool, len(policy.Spec.Connections.Names))
	for _, name := range policy.Spec.Connections.Names {
		c.names[name] = true
	}
	return c
}

func (c *candidate) selects(connection *v1alpha1.OrderManagerConnection) bool {
	if c.byName {
		return c.names[connection.Name]
	}
	return c.selector != nil && c.selector.Matches(labels.Set(connection.Labels))
}

func (c *candidate) nameMissing(connections []v1alpha1.OrderManagerConnection) {
	slices.Sort(c.selection.Governed)
	slices.Sort(c.selection.Contested)
	if !c.byName {
		return
	}
	missing := make(map[string]bool, len(c.names))
	for name := range c.names {
		missing[name] = true
	}
	for i := range connections {
		delete(missing, connections[i].Name)
	}
	for name := range missing {
		c.selection.Missing = append(c.selection.Missing, name)
	}
	slices.Sort(c.selection.Missing)
}

// older orders objects by age and then by namespace and name, so that the
// order is the same for everybody who looks.
func older(a, b metav1.Object) int {
	if order := a.GetCreationTimestamp().Compare(b.GetCreationTimestamp().Time); order != 0 {
		return order
	}
	if order := cmp.Compare(a.GetNamespace(), b.GetNamespace()); order != 0 {
		return order
	}
	return cmp.Compare(a.GetName(), b.GetName())
}
