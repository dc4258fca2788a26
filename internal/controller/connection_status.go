// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"ordersync.dev/operator/api/v1alpha1"
	applyv1alpha1 "ordersync.dev/operator/api/v1alpha1/applyconfiguration/api/v1alpha1"
)

// write writes the summary when status does not say it already.
func (r *ConnectionReconciler) write(ctx context.Context, v view) error {
	if sameSummary(v.summary(), ownedSummary(v.connection)) {
		return nil
	}
	return r.apply(ctx, v.connection, func(live *v1alpha1.OrderManagerConnection, _ time.Time) v1alpha1.OrderManagerConnectionStatus {
		v.connection = live
		return v.summary()
	})
}

// apply applies a summary made of what is read past the cache, onto that and
// nothing later. It gives up when the connection is gone, was re-created or has
// a new generation: then another reconcile is on its way.
func (r *ConnectionReconciler) apply(ctx context.Context, seen *v1alpha1.OrderManagerConnection, summarise func(*v1alpha1.OrderManagerConnection, time.Time) v1alpha1.OrderManagerConnectionStatus) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), statusTimeout)
	defer cancel()
	var err error
	for range statusAttempts {
		live := &v1alpha1.OrderManagerConnection{}
		if err := r.Reader.Get(ctx, client.ObjectKeyFromObject(seen), live); err != nil {
			return client.IgnoreNotFound(err)
		}
		if live.UID != seen.UID || live.Generation != seen.Generation {
			return nil
		}
		wanted := summarise(live, r.Now())
		if sameSummary(wanted, ownedSummary(live)) {
			return nil
		}
		status := applyv1alpha1.OrderManagerConnectionStatus()
		if err := convert(wanted, status); err != nil {
			return err
		}
		applied := applyv1alpha1.OrderManagerConnection(live.Name, live.Namespace).
			WithResourceVersion(live.ResourceVersion).WithStatus(status)
		err = r.Client.Status().Apply(ctx, applied, client.FieldOwner(connectionManager), client.ForceOwnership)
		if err == nil {
			r.announce(live, wanted.Conditions)
			r.announceSoleWriter(live, wanted.Conditions)
			return nil
		}
		if !apierrors.IsConflict(err) {
			return client.IgnoreNotFound(err)
		}
	}
	return err
}

// sameSummary compares what the connection controller owns.
func sameSummary(a, b v1alpha1.OrderManagerConnectionStatus) bool {
	same := sameConditions(a.Conditions, b.Conditions)
	a.Conditions, b.Conditions = nil, nil
	return same && equality.Semantic.DeepEqual(a, b)
}

// sameConditions compares conditions in whatever order they stand.
func sameConditions(a, b []metav1.Condition) bool {
	if len(a) != len(b) {
		return false
	}
	for _, condition := range a {
		other := meta.FindStatusCondition(b, condition.Type)
		if other == nil || !equality.Semantic.DeepEqual(condition, *other) {
			return false
		}
	}
	return true
}

// announceSoleWriter speaks of a second writer when one turns up, and when none
// was seen any more.
func (r *ConnectionReconciler) announceSoleWriter(before *v1alpha1.OrderManagerConnection, after []metav1.Condition) {
	sole := meta.FindStatusCondition(after, v1alpha1.ConditionSoleWriter)
	was := meta.IsStatusConditionFalse(before.Status.Conditions, v1alpha1.ConditionSoleWriter)
	switch {
	case sole == nil || was == (sole.Status == metav1.ConditionFalse):
	case was:
		r.Recorder.Eventf(before, nil, corev1.EventTypeNormal, sole.Reason, "Check", "%s", sole.Message)
	default:
		r.Recorder.Eventf(before, nil, corev1.EventTypeWarning, sole.Reason, "Check", "%s", sole.Message)
	}
}

// announce speaks of Ready when it changed.
func (r *ConnectionReconciler) announce(before *v1alpha1.OrderManagerConnection, after []metav1.Condition) {
	ready := meta.FindStatusCondition(after, v1alpha1.ConditionReady)
	old := meta.FindStatusCondition(before.Status.Conditions, v1alpha1.ConditionReady)
	if ready == nil || ready.Status == metav1.ConditionUnknown || old != nil && old.Status == ready.Status && old.Reason == ready.Reason {
		return
	}
	kind := corev1.EventTypeNormal
	if ready.Status == metav1.ConditionFalse {
		kind = corev1.EventTypeWarning
	}
	r.Recorder.Eventf(before, nil, kind, ready.Reason, "Check", "%s", ready.Message)
}
