// SPDX-License-Identifier: Apache-2.0

package operator

import (
	"context"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"ordersync.dev/operator/api/v1alpha1"
)

// Ask writes a run token on a connection: for one routine, or for all of them
// when routine is empty.
func Ask(ctx context.Context, c client.Client, connection client.ObjectKey, routine v1alpha1.RoutineName, token string) error {
	annotation := v1alpha1.RunAnnotation
	if routine != "" {
		annotation = v1alpha1.RunAnnotationPrefix + string(routine)
	}
	object := &v1alpha1.OrderManagerConnection{ObjectMeta: metav1.ObjectMeta{Namespace: connection.Namespace, Name: connection.Name}}
	patch := fmt.Appendf(nil, `{"metadata":{"annotations":{%q:%q}}}`, annotation, token)
	return c.Patch(ctx, object, client.RawPatch("application/merge-patch+json", patch))
}

// Answer returns the echo of a token in a routine's entry, or nil.
func Answer(connection *v1alpha1.OrderManagerConnection, routine v1alpha1.RoutineName, token string) *v1alpha1.HandledToken {
	entry := Entry(connection, routine)
	if entry == nil {
		return nil
	}
	for i := range entry.HandledTokens {
		if entry.HandledTokens[i].Token == token {
			return &entry.HandledTokens[i]
		}
	}
	return nil
}

// Entry returns a routine's entry in a connection's status, or nil.
func Entry(connection *v1alpha1.OrderManagerConnection, routine v1alpha1.RoutineName) *v1alpha1.RoutineStatus {
	for i := range connection.Status.Routines {
		if connection.Status.Routines[i].Name == routine {
			return &connection.Status.Routines[i]
		}
	}
	return nil
}

// Watch shows every state of a connection to until, beginning with the present
// one, and returns the first that until accepts.
func Watch(ctx context.Context, c client.WithWatch, key client.ObjectKey, until func(*v1alpha1.OrderManagerConnection) bool) (*v1alpha1.OrderManagerConnection, error) {
	for {
		connection, err := watchOnce(ctx, c, key, until)
		if connection != nil || err != nil {
			return connection, err
		}
	}
}

// watchOnce watches until the API server ends the watch, as it does now and then.
func watchOnce(ctx context.Context, c client.WithWatch, key client.ObjectKey, until func(*v1alpha1.OrderManagerConnection) bool) (*v1alpha1.OrderManagerConnection, error) {
	events, err := c.Watch(ctx, &v1alpha1.OrderManagerConnectionList{}, client.InNamespace(key.Namespace),
		client.MatchingFieldsSelector{Selector: fields.OneTermEqualSelector("metadata.name", key.Name)})
	if err != nil {
		return nil, err
	}
	defer events.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case event, open := <-events.ResultChan():
			if !open || event.Type == watch.Error {
				return nil, nil
			}
			connection, ok := event.Object.(*v1alpha1.OrderManagerConnection)
			if ok && event.Type != watch.Deleted && until(connection) {
				return connection, nil
			}
		}
	}
}
