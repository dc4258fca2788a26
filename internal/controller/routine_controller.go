// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"context"
	"time"

	"k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/events"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/assembly"
)

// +kubebuilder:rbac:groups=ordersync.dev,resources=ordermanagerconnections,verbs=get;list;watch
// +kubebuilder:rbac:groups=ordersync.dev,resources=ordermanagerconnections/status,verbs=patch
// +kubebuilder:rbac:groups=ordersync.dev,resources=syncpolicies,verbs=get;list;watch
// +kubebuilder:rbac:groups="",resources=secrets,verbs=get
// +kubebuilder:rbac:groups="",resources=configmaps,verbs=get;list;watch;create;patch
// +kubebuilder:rbac:groups=events.k8s.io,resources=events,verbs=create;patch

// Connector is a connection's way to both systems.
type Connector interface {
	// Source reads the secrets and sends no request.
	Source(context.Context, *v1alpha1.OrderManagerConnection) (assembly.Source, error)
	// Destination reads the secrets and sends no request.
	Destination(context.Context, *v1alpha1.OrderManagerConnection) (assembly.Destination, error)
	// Forget drops what is kept for a connection, tokens above all.
	Forget(types.UID)
}

// RoutineReconciler runs one routine for every connection.
type RoutineReconciler struct {
	Definition Definition
	// Client reads from the cache, Reader past it.
	Client    client.Client
	Reader    client.Reader
	Connector Connector
	Exchange  *Exchange
	Mappings  *MappingShelf
	// Leadership is nil without leader election.
	Leadership *Leadership
	Recorder   events.EventRecorder
	Metrics    *Metrics
	// Slice is how long a worker stays with one run.
	Slice time.Duration
	// LostReportWait is how long a shipment is not reported again that may have been.
	LostReportWait time.Duration
	Now            func() time.Time

	lanes  *lanes
	runs   *activeRuns
	writer statusWriter
}

// Reconcile goes on with the run under way, begins one that is due, or brings
// the entry up to date and waits.
func (r *RoutineReconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	key := request.NamespacedName
	connection, err := r.cached(ctx, key)
	if connection == nil || err != nil {
		r.forget(key, err)
		return pause(0), err
	}
	p, err := r.plan(ctx, connection)
	if err != nil {
		return pause(0), err
	}
	r.Metrics.observeEntry(key, p.name, entryOf(connection, p.name))

	active := r.runs.current(key, &p)
	switch {
	case active != nil && active.ended != nil:
		return r.conclude(ctx, key, active)
	case active == nil && !p.due():
		return r.settle(ctx, key, &p)
	case active == nil:
		begun, result, err := r.begin(ctx, key, connection.UID)
		if err != nil || begun == nil {
			return pause(result.after), unlessStopping(ctx, err)
		}
		if begun.run == nil {
			return r.respond(ctx, key, begun, result)
		}
		active = begun
	}
	return r.respond(ctx, key, active, r.work(ctx, key, active))
}

// cached returns the connection as the cache has it; nil when it is gone or going.
func (r *RoutineReconciler) cached(ctx context.Context, key types.NamespacedName) (*v1alpha1.OrderManagerConnection, error) {
	connection := &v1alpha1.OrderManagerConnection{}
	if err := r.Client.Get(ctx, key, connection); err != nil {
		return nil, client.IgnoreNotFound(err)
	}
	if !connection.DeletionTimestamp.IsZero() {
		return nil, nil
	}
	return connection, nil
}

// plan reads who governs the connection and says what follows now.
func (r *RoutineReconciler) plan(ctx context.Context, connection *v1alpha1.OrderManagerConnection) (plan, error) {
	var policies v1alpha1.SyncPolicyList
	if err := r.Client.List(ctx, &policies, client.InNamespace(connection.Namespace)); err != nil {
		return plan{}, err
	}
	return planFor(r.Definition, connection, policies.Items, r.Now()), nil
}

// settle brings the entry up to date while no run is under way.
func (r *RoutineReconciler) settle(ctx context.Context, key types.NamespacedName, p *plan) (ctrl.Result, error) {
	if !p.settled(r.Now()) {
		before, err := r.writer.write(ctx, r.Definition, key, p.connection.UID, func(live *v1alpha1.OrderManagerConnection) (owned, bool) {
			current, err := r.plan(ctx, live)
			if err != nil || current.due() {
				return owned{}, false
			}
			wanted := ownedBy(live, r.Definition.Name)
			wanted.entry = current.entry(wanted.entry, r.Now())
			return wanted, wanted.entry != nil
		})
		if err != nil {
			return pause(0), err
		}
		if before != nil {
			r.announceRefusals(p)
		}
	}
	if p.state != v1alpha1.RoutineScheduled {
		// Whatever opens the way wakes the routine.
		return pause(0), nil
	}
	if gate, _ := gateOf(p.connection); gate != "True" {
		return pause(0), nil
	}
	return pause(r.pauseBefore(p.decision.Wake)), nil
}

// forget drops everything that is kept for a connection that is gone.
func (r *RoutineReconciler) forget(key types.NamespacedName, err error) {
	if err != nil && !errors.IsNotFound(err) {
		return
	}
	r.runs.drop(key)
	r.lanes.forget(key)
	r.Metrics.forgetRoutine(key, r.Definition.Name)
}

// pause is a result that is never left behind: work queued when the process
// began has a low priority, keeps it through every pause, and would starve.
func pause(after time.Duration) ctrl.Result {
	return ctrl.Result{RequeueAfter: after, Priority: new(0)}
}
