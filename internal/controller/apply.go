// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"ordersync.dev/operator/api/v1alpha1"
	applyv1alpha1 "ordersync.dev/operator/api/v1alpha1/applyconfiguration/api/v1alpha1"
)

const (
	// statusTimeout bounds a write of status, which outlives the run it tells of.
	statusTimeout = 10 * time.Second
	// statusAttempts bounds how often a write gives way to other writers.
	statusAttempts = 10
)

// owned is all that a routine's field manager owns of a connection's status. It
// is applied whole every time: what is left out of an apply is removed.
type owned struct {
	entry      *v1alpha1.RoutineStatus
	inventory  *v1alpha1.InventoryStatus
	shipments  *v1alpha1.ShipmentConfirmationStatus
	conditions []metav1.Condition
}

// ownedBy returns what the routine owns as it stands.
func ownedBy(connection *v1alpha1.OrderManagerConnection, name v1alpha1.RoutineName) owned {
	o := owned{entry: entryOf(connection, name)}
	if name == v1alpha1.InventorySync {
		o.inventory = connection.Status.Inventory
		o.keep(connection, v1alpha1.ConditionStockRuleVerified)
		o.keep(connection, v1alpha1.ConditionStockReleased)
		o.keep(connection, v1alpha1.ConditionStockRuleFits)
	}
	if name == v1alpha1.ShipmentConfirmation {
		o.shipments = connection.Status.ShipmentConfirmation
	}
	if name == v1alpha1.OrderCancelDownload {
		o.keep(connection, v1alpha1.ConditionCancellationsSettled)
	}
	return o
}

func (o *owned) keep(connection *v1alpha1.OrderManagerConnection, conditionType string) {
	if condition := meta.FindStatusCondition(connection.Status.Conditions, conditionType); condition != nil {
		o.conditions = append(o.conditions, *condition)
	}
}

// set puts a condition in the place of the one of its type.
func (o *owned) set(condition metav1.Condition) {
	conditions := []metav1.Condition{condition}
	for _, old := range o.conditions {
		if old.Type != condition.Type {
			conditions = append(conditions, old)
		}
	}
	o.conditions = conditions
}

func (o owned) equal(other owned) bool {
	return equality.Semantic.DeepEqual(o.entry, other.entry) &&
		equality.Semantic.DeepEqual(o.inventory, other.inventory) &&
		equality.Semantic.DeepEqual(o.shipments, other.shipments) &&
		equality.Semantic.DeepEqual(o.conditions, other.conditions)
}

// apply returns the apply configuration for what is owned.
func (o *owned) apply() (*applyv1alpha1.OrderManagerConnectionStatusApplyConfiguration, error) {
	status := v1alpha1.OrderManagerConnectionStatus{Inventory: o.inventory, ShipmentConfirmation: o.shipments, Conditions: o.conditions}
	if o.entry != nil {
		status.Routines = []v1alpha1.RoutineStatus{*o.entry}
	}
	applied := applyv1alpha1.OrderManagerConnectionStatus()
	if err := convert(status, applied); err != nil {
		return nil, err
	}
	// These have no omitempty and belong to the connection controller.
	applied.Failing, applied.Drift = nil, nil
	return applied, nil
}

// convert turns an object of the API into its apply configuration: both have
// one form in JSON.
func convert(from, to any) error {
	encoded, err := json.Marshal(from)
	if err != nil {
		return err
	}
	return json.Unmarshal(encoded, to)
}

// statusWriter writes what routines own.
type statusWriter struct {
	// reader reads past the cache: a cached object may not show the run just finished.
	reader client.Reader
	client client.Client
}

// change says what a routine's part of status is to become; false leaves it.
type change func(live *v1alpha1.OrderManagerConnection) (owned, bool)

// write changes a routine's part of the status of the connection with this UID.
// The change is made on what is read past the cache, and applied only onto
// that: whoever wrote in between is read again. It gives up silently when the
// connection is gone or was re-created, whose status is not ours to write. It
// returns the connection as it was before, or nil when nothing was written.
func (w statusWriter) write(ctx context.Context, definition Definition, key types.NamespacedName, uid types.UID, change change) (*v1alpha1.OrderManagerConnection, error) {
	// The run is over and done: its result is written even while the process stops.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), statusTimeout)
	defer cancel()
	var conflict error
	for range statusAttempts {
		live := &v1alpha1.OrderManagerConnection{}
		if err := w.reader.Get(ctx, key, live); err != nil {
			return nil, client.IgnoreNotFound(err)
		}
		if live.UID != uid {
			return nil, nil
		}
		wanted, ok := change(live)
		wanted.entry = bounded(wanted.entry)
		if !ok || wanted.equal(ownedBy(live, definition.Name)) {
			return nil, nil
		}
		status, err := wanted.apply()
		if err != nil {
			return nil, err
		}
		applied := applyv1alpha1.OrderManagerConnection(key.Name, key.Namespace).
			WithResourceVersion(live.ResourceVersion).WithStatus(status)
		err = w.client.Status().Apply(ctx, applied, client.FieldOwner(definition.fieldManager()), client.ForceOwnership)
		switch {
		case err == nil:
			return live, nil
		case apierrors.IsNotFound(err):
			return nil, nil
		case !apierrors.IsConflict(err):
			return nil, err
		}
		conflict = err
	}
	return nil, fmt.Errorf("status was written by others %d times in a row: %w", statusAttempts, conflict)
}
