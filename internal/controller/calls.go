// SPDX-License-Identifier: Apache-2.0

package controller

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/event"

	"ordersync.dev/operator/api/v1alpha1"
)

// calls wake a controller for single connections.
type calls chan event.TypedGenericEvent[*v1alpha1.OrderManagerConnection]

func newCalls() calls { return make(calls, 1024) }

// send wakes the controller. It waits for nobody: a call that finds no room is
// lost, and who relies on one asks again by itself after a while.
func (c calls) send(key types.NamespacedName) {
	connection := &v1alpha1.OrderManagerConnection{ObjectMeta: metav1.ObjectMeta{Namespace: key.Namespace, Name: key.Name}}
	select {
	case c <- event.TypedGenericEvent[*v1alpha1.OrderManagerConnection]{Object: connection}:
	default:
	}
}
