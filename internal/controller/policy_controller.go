// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/events"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"ordersync.dev/operator/api/v1alpha1"
	applyv1alpha1 "ordersync.dev/operator/api/v1alpha1/applyconfiguration/api/v1alpha1"
)

// +kubebuilder:rbac:groups=ordersync.dev,resources=syncpolicies/status,verbs=patch

// policyManager owns what the policy controller writes. It never changes.
const policyManager = v1alpha1.FieldManagerPrefix + "policy"

// timesInterval is the shortest time between two writes that change nothing
// but times: otherwise every run of every connection would write the policy.
const timesInterval = time.Minute

// PolicyReconciler says of policies how many connections they govern and how
// these fare.
type PolicyReconciler struct {
	// Client reads from the cache.
	Client   client.Client
	Recorder events.EventRecorder
	Now      func() time.Time

	mutex sync.Mutex
	// written is when a policy's status was last written.
	written map[types.NamespacedName]time.Time
}

// Reconcile computes the aggregate and writes it when it changed.
func (r *PolicyReconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	policy := &v1alpha1.SyncPolicy{}
	if err := r.Client.Get(ctx, request.NamespacedName, policy); err != nil {
		if apierrors.IsNotFound(err) {
			r.forget(request.NamespacedName)
			return pause(0), nil
		}
		return pause(0), err
	}
	if !policy.DeletionTimestamp.IsZero() {
		return pause(0), nil
	}
	var policies v1alpha1.SyncPolicyList
	if err := r.Client.List(ctx, &policies, client.InNamespace(policy.Namespace)); err != nil {
		return pause(0), err
	}
	var connections v1alpha1.OrderManagerConnectionList
	if err := r.Client.List(ctx, &connections, client.InNamespace(policy.Namespace)); err != nil {
		return pause(0), err
	}
	slices.SortFunc(connections.Items, func(a, b v1alpha1.OrderManagerConnection) int { return strings.Compare(a.Name, b.Name) })
	now := r.Now()
	wanted := policyStatus(policy, Govern(policies.Items, connections.Items), connections.Items, now)
	if samePolicyStatus(wanted, policy.Status) {
		return pause(0), nil
	}
	if wait := r.lastWrite(request.NamespacedName).Add(timesInterval).Sub(now); wait > 0 && onlyTimesDiffer(wanted, policy.Status) {
		return pause(wait), nil
	}
	return r.apply(ctx, policy, wanted, now)
}

// apply applies the aggregate onto the policy that it was made of, and onto no
// later one: then the aggregate is made again.
func (r *PolicyReconciler) apply(ctx context.Context, policy *v1alpha1.SyncPolicy, wanted v1alpha1.SyncPolicyStatus, now time.Time) (ctrl.Result, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), statusTimeout)
	defer cancel()
	status := applyv1alpha1.SyncPolicyStatus()
	if err := convert(wanted, status); err != nil {
		return pause(0), err
	}
	applied := applyv1alpha1.SyncPolicy(policy.Name, policy.Namespace).
		WithResourceVersion(policy.ResourceVersion).WithStatus(status)
	err := r.Client.Status().Apply(ctx, applied, client.FieldOwner(policyManager), client.ForceOwnership)
	switch {
	case apierrors.IsConflict(err):
		return pause(stalePause), nil
	case err != nil:
		return pause(0), client.IgnoreNotFound(err)
	}
	r.noteWrite(client.ObjectKeyFromObject(policy), now)
	r.announce(policy, wanted.Conditions)
	return pause(0), nil
}

// announce speaks of conditions that turned False, and of Ready turning True.
func (r *PolicyReconciler) announce(policy *v1alpha1.SyncPolicy, after []metav1.Condition) {
	for _, condition := range after {
		old := meta.FindStatusCondition(policy.Status.Conditions, condition.Type)
		changed := old == nil || old.Status != condition.Status || old.Reason != condition.Reason
		switch {
		case !changed:
		case condition.Status == metav1.ConditionFalse && condition.Type != v1alpha1.ConditionReady:
			r.Recorder.Eventf(policy, nil, corev1.EventTypeWarning, condition.Reason, "Check", "%s", condition.Message)
		case condition.Status == metav1.ConditionTrue && condition.Type == v1alpha1.ConditionReady && old != nil:
			r.Recorder.Eventf(policy, nil, corev1.EventTypeNormal, condition.Reason, "Check", "%s", condition.Message)
		}
	}
}

func onlyTimesDiffer(a, b v1alpha1.SyncPolicyStatus) bool {
	a.OldestSuccessTime, a.NextRun = b.OldestSuccessTime, b.NextRun
	return samePolicyStatus(a, b)
}

func samePolicyStatus(a, b v1alpha1.SyncPolicyStatus) bool {
	same := sameConditions(a.Conditions, b.Conditions)
	a.Conditions, b.Conditions = nil, nil
	return same && equality.Semantic.DeepEqual(a, b)
}

func (r *PolicyReconciler) lastWrite(policy types.NamespacedName) time.Time {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.written[policy]
}

func (r *PolicyReconciler) noteWrite(policy types.NamespacedName, now time.Time) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.written == nil {
		r.written = map[types.NamespacedName]time.Time{}
	}
	r.written[policy] = now
}

func (r *PolicyReconciler) forget(policy types.NamespacedName) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	delete(r.written, policy)
}
