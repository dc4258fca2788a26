// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"context"
	"maps"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"ordersync.dev/operator/api/v1alpha1"
)

// queue is what event handlers write to.
type queue = workqueue.TypedRateLimitingInterface[reconcile.Request]

// routinePredicate lets through what may change what a routine does: a new
// specification, other labels (another policy may govern), a token, a
// connection that became fit or unfit, and an entry that somebody removed. Its
// own writes of status do not wake it.
func routinePredicate(name v1alpha1.RoutineName) predicate.Predicate {
	return predicate.Funcs{UpdateFunc: func(e event.UpdateEvent) bool {
		before, ok := e.ObjectOld.(*v1alpha1.OrderManagerConnection)
		after, isConnection := e.ObjectNew.(*v1alpha1.OrderManagerConnection)
		if !ok || !isConnection {
			return false
		}
		gateBefore, _ := gateOf(before)
		gateAfter, _ := gateOf(after)
		return before.UID != after.UID || before.Generation != after.Generation ||
			!before.DeletionTimestamp.Equal(after.DeletionTimestamp) ||
			!maps.Equal(before.Annotations, after.Annotations) || !maps.Equal(before.Labels, after.Labels) ||
			gateBefore != gateAfter || !slices.Equal(before.Status.Claims, after.Status.Claims) ||
			entryOf(before, name) != nil && entryOf(after, name) == nil
	}}
}

// specificationPredicate lets through what a person may have changed of a policy.
func specificationPredicate() predicate.Predicate {
	return predicate.Funcs{UpdateFunc: func(e event.UpdateEvent) bool {
		return e.ObjectOld.GetUID() != e.ObjectNew.GetUID() || e.ObjectOld.GetGeneration() != e.ObjectNew.GetGeneration() ||
			!e.ObjectOld.GetDeletionTimestamp().Equal(e.ObjectNew.GetDeletionTimestamp())
	}}
}

// wipedPredicate lets through a policy whose status somebody removed.
func wipedPredicate() predicate.Predicate {
	return predicate.Funcs{UpdateFunc: func(e event.UpdateEvent) bool {
		policy, ok := e.ObjectNew.(*v1alpha1.SyncPolicy)
		return ok && len(policy.Status.Conditions) == 0
	}}
}

// connectionsOfNamespace wakes every connection in the namespace of a policy:
// a policy that changed may govern others than before, and so may the rest.
func connectionsOfNamespace(reader client.Reader) handler.EventHandler {
	return handler.EnqueueRequestsFromMapFunc(func(ctx context.Context, policy client.Object) []reconcile.Request {
		var connections v1alpha1.OrderManagerConnectionList
		if err := reader.List(ctx, &connections, client.InNamespace(policy.GetNamespace())); err != nil {
			return nil
		}
		requests := make([]reconcile.Request, len(connections.Items))
		for i := range connections.Items {
			requests[i].NamespacedName = client.ObjectKeyFromObject(&connections.Items[i])
		}
		return requests
	})
}

// rivals wakes the connections that a connection's claim may have to do with,
// when it claimed, gave way, was looked at, or went.
func rivals(reader client.Reader) handler.EventHandler {
	wake := func(ctx context.Context, q queue, connections ...client.Object) {
		keys := map[types.NamespacedName]bool{}
		for _, object := range connections {
			connection, ok := object.(*v1alpha1.OrderManagerConnection)
			if !ok {
				continue
			}
			for _, other := range rivalsOf(ctx, reader, connection) {
				keys[other] = true
			}
		}
		for key := range keys {
			q.Add(reconcile.Request{NamespacedName: key})
		}
	}
	return handler.Funcs{
		UpdateFunc: func(ctx context.Context, e event.UpdateEvent, q queue) {
			before, ok := e.ObjectOld.(*v1alpha1.OrderManagerConnection)
			after, isConnection := e.ObjectNew.(*v1alpha1.OrderManagerConnection)
			if ok && isConnection && (before.UID != after.UID || !slices.Equal(before.Status.Claims, after.Status.Claims) ||
				claimedStatus(before) != claimedStatus(after) || lookedAt(before) != lookedAt(after) ||
				!before.DeletionTimestamp.Equal(after.DeletionTimestamp)) {
				wake(ctx, q, before, after)
			}
		},
		DeleteFunc: func(ctx context.Context, e event.DeleteEvent, q queue) { wake(ctx, q, e.Object) },
	}
}

// rivalsOf returns the connections that claim one of the same warehouses, and
// those to the same host whose claim is not settled.
func rivalsOf(ctx context.Context, reader client.Reader, connection *v1alpha1.OrderManagerConnection) []types.NamespacedName {
	var keys []types.NamespacedName
	for _, claim := range connection.Status.Claims {
		var list v1alpha1.OrderManagerConnectionList
		if reader.List(ctx, &list, client.MatchingFields{claimIndex: claim}) != nil {
			continue
		}
		for i := range list.Items {
			if list.Items[i].UID != connection.UID {
				keys = append(keys, client.ObjectKeyFromObject(&list.Items[i]))
			}
		}
	}
	for _, other := range sameHost(ctx, reader, connection) {
		if other.UID != connection.UID && claimedStatus(&other) == metav1.ConditionUnknown {
			keys = append(keys, client.ObjectKeyFromObject(&other))
		}
	}
	return keys
}

func claimedStatus(connection *v1alpha1.OrderManagerConnection) metav1.ConditionStatus {
	if condition := meta.FindStatusCondition(connection.Status.Conditions, v1alpha1.ConditionSourceClaimed); condition != nil {
		return condition.Status
	}
	return metav1.ConditionUnknown
}

// policiesOfNamespace wakes every policy in the namespace of a connection, a
// little later: three hundred connections that finish their runs are one
// aggregate.
func policiesOfNamespace(reader client.Reader, coalesce time.Duration) handler.EventHandler {
	wake := func(ctx context.Context, object client.Object, q queue) {
		var policies v1alpha1.SyncPolicyList
		if err := reader.List(ctx, &policies, client.InNamespace(object.GetNamespace())); err != nil {
			return
		}
		for i := range policies.Items {
			q.AddAfter(reconcile.Request{NamespacedName: client.ObjectKeyFromObject(&policies.Items[i])}, coalesce)
		}
	}
	return handler.Funcs{
		CreateFunc: func(ctx context.Context, e event.CreateEvent, q queue) { wake(ctx, e.Object, q) },
		UpdateFunc: func(ctx context.Context, e event.UpdateEvent, q queue) {
			before, ok := e.ObjectOld.(*v1alpha1.OrderManagerConnection)
			after, isConnection := e.ObjectNew.(*v1alpha1.OrderManagerConnection)
			if ok && isConnection && (!maps.Equal(before.Labels, after.Labels) || !equality.Semantic.DeepEqual(before.Status, after.Status)) {
				wake(ctx, e.ObjectNew, q)
			}
		},
		DeleteFunc: func(ctx context.Context, e event.DeleteEvent, q queue) { wake(ctx, e.Object, q) },
	}
}

// otherPolicies wakes the policies beside one that changed: they may govern
// what it let go of.
func otherPolicies(reader client.Reader) handler.EventHandler {
	return handler.EnqueueRequestsFromMapFunc(func(ctx context.Context, policy client.Object) []reconcile.Request {
		var policies v1alpha1.SyncPolicyList
		if err := reader.List(ctx, &policies, client.InNamespace(policy.GetNamespace())); err != nil {
			return nil
		}
		var requests []reconcile.Request
		for i := range policies.Items {
			if policies.Items[i].Name != policy.GetName() {
				requests = append(requests, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(&policies.Items[i])})
			}
		}
		return requests
	})
}
