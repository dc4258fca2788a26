// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	applycorev1 "k8s.io/client-go/applyconfigurations/core/v1"
	applymetav1 "k8s.io/client-go/applyconfigurations/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/routine"
)

const (
	// planSuffix ends the name of the ConfigMap that a plan is written to.
	planSuffix = "-plan"
	// planFile and planSummary are its keys.
	planFile    = "plan.csv"
	planSummary = "summary"
)

// planName is the name of the ConfigMap with the plan of one routine.
func planName(connection string, name v1alpha1.RoutineName) string {
	suffix := "-" + strings.ToLower(string(name)) + planSuffix
	if room := 253 - len(suffix); len(connection) > room {
		// Two long names may begin alike.
		connection = connection[:room-17] + "-" + digest(connection)
	}
	return connection + suffix
}

// publishPlan writes what a run would do into a ConfigMap beside the
// connection, which owns it. Status tells of the run only after that: whoever
// waits for its token finds the list.
func (r *RoutineReconciler) publishPlan(ctx context.Context, key types.NamespacedName, active *activeRun) error {
	ended := active.ended
	if active.planned == nil || ended.result != v1alpha1.RunPlanned {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), statusTimeout)
	defer cancel()
	name := planName(key.Name, r.Definition.Name)
	there := &corev1.ConfigMap{}
	err := r.Reader.Get(ctx, types.NamespacedName{Namespace: key.Namespace, Name: name}, there)
	if err != nil && !apierrors.IsNotFound(err) {
		return err
	}
	if err == nil && !ownedByConnection(there.OwnerReferences, active.subject.connection) {
		ended.result, ended.reason = v1alpha1.RunFailed, v1alpha1.ReasonPlanNameTaken
		ended.message = fmt.Sprintf("the ConfigMap %s is not this connection's; delete or rename it, the plan is written there", name)
		return nil
	}
	steps, total := active.planned.Steps()
	table, err := planTable(steps)
	if err != nil {
		return err
	}
	applied := applycorev1.ConfigMap(name, key.Namespace).
		WithLabels(map[string]string{"app.kubernetes.io/managed-by": "ordersync", v1alpha1.ConnectionLabel: labelValue(key.Name)}).
		WithOwnerReferences(applymetav1.OwnerReference().WithAPIVersion(v1alpha1.GroupVersion.String()).
			WithKind("OrderManagerConnection").WithName(key.Name).WithUID(active.subject.connection)).
		WithData(map[string]string{planSummary: planWords(r.Definition.Name, ended, len(steps), total), planFile: table})
	err = r.Client.Apply(ctx, applied, client.FieldOwner(r.Definition.fieldManager()), client.ForceOwnership)
	if apierrors.IsNotFound(err) {
		return nil // the namespace is gone, and the connection with it
	}
	return err
}

func ownedByConnection(references []metav1.OwnerReference, connection types.UID) bool {
	return slices.ContainsFunc(references, func(o metav1.OwnerReference) bool { return o.UID == connection })
}

// labelValue is a name as a label can hold it.
func labelValue(name string) string {
	if len(name) <= 63 {
		return name
	}
	return strings.TrimRight(name[:46], "-.") + "-" + digest(name)
}

// planWords says what the table holds.
func planWords(name v1alpha1.RoutineName, ended *ending, listed int, total int64) string {
	text := fmt.Sprintf("%s at %s would take %d steps.", name, ended.end.UTC().Format(time.RFC3339), total)
	if int64(listed) < total {
		text += fmt.Sprintf(" The first %d are listed.", listed)
	}
	return text + "\n"
}

// planTable writes the steps as CSV.
func planTable(steps []routine.PlannedStep) (string, error) {
	var table bytes.Buffer
	writer := csv.NewWriter(&table)
	rows := [][]string{{"action", "orderID", "reference", "sku", "quantity", "before"}}
	for _, step := range steps {
		row := []string{string(step.Action), "", step.Reference, step.SKU, "", ""}
		if step.OrderID != 0 {
			row[1] = step.OrderID.String()
		}
		if step.SKU != "" {
			row[4] = strconv.FormatInt(step.Quantity, 10)
		}
		if step.Action == routine.PlannedSetStock {
			row[5] = strconv.FormatInt(step.Before, 10)
		}
		rows = append(rows, row)
	}
	err := writer.WriteAll(rows)
	return table.String(), err
}
