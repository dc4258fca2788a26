// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"context"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/assembly"
	"ordersync.dev/operator/internal/fulfillment"
)

// findings are what a look at both systems brought to light.
type findings struct {
	// credentials, source and destination are conditions.
	credentials, source, destination metav1.Condition
	// resolution is nil when the warehouse is not known.
	resolution *assembly.Resolution
	// released says that what the connection claimed is not what it means.
	released bool
	// stalled is the fault that only a person can mend; nil when there is none.
	stalled *fulfillment.Fault
	// after is the pause that a remote system asked for.
	after time.Duration
}

// fit reports whether both systems are as the connection says.
func (f findings) fit() bool {
	return f.credentials.Status == metav1.ConditionTrue && f.source.Status == metav1.ConditionTrue &&
		f.destination.Status == metav1.ConditionTrue
}

// look asks both systems. The error is the API server's.
func look(ctx context.Context, connector Connector, connection *v1alpha1.OrderManagerConnection) (findings, error) {
	found := findings{}
	resolution, sourceFault, err := resolveSource(ctx, connector, connection)
	if err != nil {
		return found, err
	}
	destinationFault, err := checkDestination(ctx, connector, connection)
	if err != nil {
		return found, err
	}
	found.resolution = resolution
	found.source = sideCondition(connection, v1alpha1.ConditionSourceResolved, sourceFault, "the warehouse was found in Order Manager")
	found.destination = sideCondition(connection, v1alpha1.ConditionDestinationResolved, destinationFault, "the customer and the facility were found")
	found.credentials = credentialsCondition(connection, sourceFault, destinationFault)
	found.released = sourceFault != nil && needsPerson(sourceFault) && !aboutCredentials(sourceFault)
	for _, fault := range []*fulfillment.Fault{sourceFault, destinationFault} {
		if fault == nil {
			continue
		}
		found.after = max(found.after, fault.After)
		if found.stalled == nil && needsPerson(fault) {
			found.stalled = fault
		}
	}
	return found, nil
}

func resolveSource(ctx context.Context, connector Connector, connection *v1alpha1.OrderManagerConnection) (*assembly.Resolution, *fulfillment.Fault, error) {
	source, err := connector.Source(ctx, connection)
	if err != nil {
		fault, err := faultOrError(err)
		return nil, fault, err
	}
	resolution, err := source.Resolve(ctx, 0)
	if err != nil {
		fault, err := faultOrError(err)
		return nil, fault, err
	}
	if len(resolution.WarehouseIDs) > maxClaims {
		return nil, misconfigured(fulfillment.ReasonTooManyWarehouses, "the account has more warehouses than one connection can claim; name one in warehouseName"), nil
	}
	return &resolution, nil, nil
}

func checkDestination(ctx context.Context, connector Connector, connection *v1alpha1.OrderManagerConnection) (*fulfillment.Fault, error) {
	destination, err := connector.Destination(ctx, connection)
	if err == nil {
		err = destination.Check(ctx)
	}
	if err == nil {
		return nil, nil
	}
	return faultOrError(err)
}

// faultOrError tells a remote system's fault from any other error.
func faultOrError(err error) (*fulfillment.Fault, error) {
	if fault, ok := fulfillment.AsFault(err); ok {
		return fault, nil
	}
	return nil, err
}

// aboutCredentials reports whether a fault says that credentials are missing,
// unusable or refused.
func aboutCredentials(fault *fulfillment.Fault) bool {
	if fault.Kind == fulfillment.FaultAuthentication || fault.Kind == fulfillment.FaultPermission {
		return true
	}
	return slices.Contains([]string{
		v1alpha1.ReasonSecretNotFound, v1alpha1.ReasonSecretKeyMissing, v1alpha1.ReasonCredentialsAmbiguous,
		v1alpha1.ReasonCredentialsMalformed, v1alpha1.ReasonCredentialsNotForHost,
	}, fault.Reason)
}

// passing reports whether a fault says nothing of the connection: the system
// could not be asked.
func passing(fault *fulfillment.Fault) bool { return !needsPerson(fault) }

// sideCondition says whether one side was found.
func sideCondition(connection *v1alpha1.OrderManagerConnection, conditionType string, fault *fulfillment.Fault, good string) metav1.Condition {
	condition := metav1.Condition{Type: conditionType, ObservedGeneration: connection.Generation}
	switch {
	case fault == nil, passing(fault) && holds(connection, conditionType):
		condition.Status, condition.Reason, condition.Message = metav1.ConditionTrue, v1alpha1.ReasonResolved, good
	case aboutCredentials(fault):
		condition.Status, condition.Reason = metav1.ConditionUnknown, v1alpha1.ReasonNotChecked
		condition.Message = "it cannot be looked for without credentials"
	default:
		condition.Status, condition.Reason, condition.Message = metav1.ConditionFalse, reasonOf(fault), cut(fault.Error(), maxMessage)
	}
	return condition
}

// credentialsCondition says whether both systems took the credentials.
func credentialsCondition(connection *v1alpha1.OrderManagerConnection, faults ...*fulfillment.Fault) metav1.Condition {
	condition := metav1.Condition{
		Type: v1alpha1.ConditionCredentialsAccepted, Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonAccepted,
		Message: "both systems took the credentials", ObservedGeneration: connection.Generation,
	}
	for _, fault := range faults {
		switch {
		case fault == nil:
		case aboutCredentials(fault):
			condition.Status, condition.Reason, condition.Message = metav1.ConditionFalse, reasonOf(fault), cut(fault.Error(), maxMessage)
			return condition
		case proves(fault), holds(connection, condition.Type):
		default:
			condition.Status, condition.Reason = metav1.ConditionUnknown, v1alpha1.ReasonNotChecked
			condition.Message = "one of the systems could not be asked"
		}
	}
	return condition
}

// proves reports whether a fault can only come after the credentials were taken.
func proves(fault *fulfillment.Fault) bool {
	return fault.Kind == fulfillment.FaultNotFound ||
		fault.Kind == fulfillment.FaultMisconfigured && slices.Contains([]string{
			fulfillment.ReasonWarehouseNotFound, fulfillment.ReasonWarehouseAmbiguous, fulfillment.ReasonWarehouseInactive,
			fulfillment.ReasonTooManyWarehouses, fulfillment.ReasonCustomerNotFound, fulfillment.ReasonFacilityNotFound,
		}, fault.Reason)
}

// holds reports whether a condition is True for the present specification: a
// system that cannot be asked for a while does not take back what it said.
func holds(connection *v1alpha1.OrderManagerConnection, conditionType string) bool {
	condition := meta.FindStatusCondition(connection.Status.Conditions, conditionType)
	return condition != nil && condition.Status == metav1.ConditionTrue && condition.ObservedGeneration == connection.Generation
}
