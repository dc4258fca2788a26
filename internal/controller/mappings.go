// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/mapping"
)

// CacheByObject returns how the cache holds what the controllers watch.
func CacheByObject() map[client.Object]cache.ByObject {
	return map[client.Object]cache.ByObject{
		// Who changed a connection when is read past the cache before each run;
		// of policies the cache keeps it, because the runs ask.
		&v1alpha1.OrderManagerConnection{}: {Transform: cache.TransformStripManagedFields()},
		// Of ConfigMaps those that hold mappings, and of them what they are and
		// not what they hold.
		&corev1.ConfigMap{}: {
			Label:     labels.SelectorFromSet(labels.Set{v1alpha1.MappingLabel: "true"}),
			Transform: cache.TransformStripManagedFields(),
		},
	}
}

// connectionsThatName wakes the connections whose mappings a ConfigMap holds.
func connectionsThatName(reader client.Reader) handler.EventHandler {
	return handler.EnqueueRequestsFromMapFunc(func(ctx context.Context, object client.Object) []reconcile.Request {
		var connections v1alpha1.OrderManagerConnectionList
		if err := reader.List(ctx, &connections, client.InNamespace(object.GetNamespace())); err != nil {
			return nil
		}
		var requests []reconcile.Request
		for i := range connections.Items {
			spec := connections.Items[i].Spec.Mappings
			if spec != nil && slices.Contains(spec.ConfigMapRefs, v1alpha1.ConfigMapReference{Name: object.GetName()}) {
				requests = append(requests, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(&connections.Items[i])})
			}
		}
		return requests
	})
}

// mappings returns the tables that a run works with, as they are now and not as
// the cache has them. What one that cannot be read may speak of is undecided in
// them, and waits.
func (r *RoutineReconciler) mappings(ctx context.Context, connection *v1alpha1.OrderManagerConnection) (mappings, error) {
	return r.Mappings.of(ctx, r.Reader, connection)
}

// mappings returns what is to be said of the connection's mappings, nil when it
// has none, and when to look again: a ConfigMap without the label sends no event.
func (r *ConnectionReconciler) mappings(ctx context.Context, connection *v1alpha1.OrderManagerConnection) (*metav1.Condition, time.Duration, error) {
	found, err := r.Mappings.of(ctx, r.Client, connection)
	if err != nil || found.tables == nil {
		return nil, 0, err
	}
	condition := mappingsCondition(found.tables)
	if condition.Reason == fulfillment.ReasonMappingUnreadable {
		return &condition, lookAgain, nil
	}
	return &condition, 0, nil
}

// problemsShown bounds how many rows a condition names.
const problemsShown = 3

// mappingsCondition says whether every row works, and names the first that do not.
func mappingsCondition(tables *mapping.Tables) metav1.Condition {
	condition := metav1.Condition{Type: v1alpha1.ConditionMappingsAccepted, Status: metav1.ConditionFalse}
	refused, problems := tables.Problems()
	switch unreadable := tables.Unreadable(); {
	case len(unreadable) > 0:
		condition.Reason = fulfillment.ReasonMappingUnreadable
		condition.Message = "what may stand there waits: orders, shipments and stock of which no other row decides; " + inWords(unreadable)
	case refused > 0:
		condition.Reason = fulfillment.ReasonMappingRefused
		condition.Message = fmt.Sprintf("%d problems in %d rows, the other rows work: %s", refused, tables.Rows(), inWords(problems))
	default:
		condition.Status, condition.Reason = metav1.ConditionTrue, v1alpha1.ReasonAccepted
		condition.Message = fmt.Sprintf("%d rows", tables.Rows())
	}
	condition.Message = cut(condition.Message, maxConditionMessage)
	return condition
}

// maxConditionMessage bounds a message that names places.
const maxConditionMessage = 1024

func inWords(problems []mapping.Problem) string {
	var words []string
	for _, problem := range problems[:min(len(problems), problemsShown)] {
		words = append(words, problem.String())
	}
	return strings.Join(words, "; ")
}

// holdsUnmappedCarrier reports whether a shipment of an unknown carrier waits.
func holdsUnmappedCarrier(connection *v1alpha1.OrderManagerConnection) bool {
	spec := connection.Spec.Mappings
	return spec != nil && spec.Carriers.UnmappedCarrier == v1alpha1.UnmappedCarrierHold
}

// rejectsUnmapped reports whether an order of an unmapped ship method waits.
func rejectsUnmapped(connection *v1alpha1.OrderManagerConnection) bool {
	spec := connection.Spec.Mappings
	return spec != nil && spec.ShipMethods.Unmapped == v1alpha1.UnmappedReject
}
