// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/source"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/routine"
)

// Options of all controllers.
type Options struct {
	Connector  Connector
	Leadership *Leadership
	Metrics    *Metrics
	// Slice is how long a worker stays with one run.
	Slice time.Duration
	// LostReportWait is how long a shipment is not reported again that may have
	// been; 0 is the routine's own constant.
	LostReportWait time.Duration
	// Workers of each routine; 0 means 16. They wait for remote systems.
	Workers int
	// Coalesce is how long a policy's aggregate waits for more; 0 means 10 seconds.
	Coalesce time.Duration
	// Now is the clock; nil is real time.
	Now func() time.Time
	// SkipNameValidation allows several managers in one process, as tests have them.
	SkipNameValidation bool
}

const (
	defaultWorkers  = 16
	defaultSlice    = time.Minute
	defaultCoalesce = 10 * time.Second
	// recorderName is who events are reported by.
	recorderName = "ordersync"
	// guardRail is how much longer than its slice a reconcile may take before
	// it is cut off: reading stock whole has no pages to stop at.
	guardRail = 30 * time.Minute
	// lookRail cuts off a look at both systems: a handful of requests, each
	// with a limit of its own.
	lookRail = 5 * time.Minute
)

// Setup registers the controllers with a manager.
func Setup(manager ctrl.Manager, options Options) error {
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.Workers == 0 {
		options.Workers = defaultWorkers
	}
	if options.Slice == 0 {
		options.Slice = defaultSlice
	}
	if options.LostReportWait == 0 {
		options.LostReportWait = routine.LostReportWait
	}
	if options.Coalesce == 0 {
		options.Coalesce = defaultCoalesce
	}
	exchange, shelf := NewExchange(), NewMappingShelf(manager.GetAPIReader())
	if err := setupConnection(manager, options, exchange, shelf); err != nil {
		return err
	}
	for _, definition := range Definitions() {
		if err := setupRoutine(manager, options, exchange, shelf, definition); err != nil {
			return err
		}
	}
	return setupPolicy(manager, options)
}

func setupConnection(manager ctrl.Manager, options Options, exchange *Exchange, shelf *MappingShelf) error {
	reconciler := &ConnectionReconciler{
		Client: manager.GetClient(), Reader: manager.GetAPIReader(), Connector: options.Connector,
		Exchange: exchange, Mappings: shelf, Recorder: manager.GetEventRecorder(recorderName), Now: options.Now,
		lanes: newLanes(options.Workers, options.Now, exchange.nudge),
	}
	return ctrl.NewControllerManagedBy(manager).
		Named("connection").
		For(&v1alpha1.OrderManagerConnection{}).
		Watches(&v1alpha1.OrderManagerConnection{}, rivals(manager.GetCache())).
		Watches(&v1alpha1.SyncPolicy{}, connectionsOfNamespace(manager.GetCache()), builder.WithPredicates(specificationPredicate())).
		WatchesMetadata(&corev1.ConfigMap{}, connectionsThatName(manager.GetCache())).
		WatchesRawSource(source.Channel(exchange.nudges, &handler.TypedEnqueueRequestForObject[*v1alpha1.OrderManagerConnection]{})).
		WithOptions(options.controller(lookRail)).
		Complete(reconciler)
}

func setupRoutine(manager ctrl.Manager, options Options, exchange *Exchange, shelf *MappingShelf, definition Definition) error {
	calls := newCalls()
	reconciler := &RoutineReconciler{
		Definition: definition,
		Client:     manager.GetClient(), Reader: manager.GetAPIReader(), Connector: options.Connector,
		Exchange: exchange, Mappings: shelf, Leadership: options.Leadership,
		Recorder: manager.GetEventRecorder(recorderName), Metrics: options.Metrics, Slice: options.Slice, LostReportWait: options.LostReportWait, Now: options.Now,
		lanes:  newLanes(options.Workers, options.Now, calls.send),
		runs:   newActiveRuns(),
		writer: statusWriter{reader: manager.GetAPIReader(), client: manager.GetClient()},
	}
	return ctrl.NewControllerManagedBy(manager).
		Named(strings.ToLower(string(definition.Name))).
		For(&v1alpha1.OrderManagerConnection{}, builder.WithPredicates(routinePredicate(definition.Name))).
		Watches(&v1alpha1.SyncPolicy{}, connectionsOfNamespace(manager.GetCache()), builder.WithPredicates(specificationPredicate())).
		WatchesRawSource(source.Channel(calls, &handler.TypedEnqueueRequestForObject[*v1alpha1.OrderManagerConnection]{})).
		WithOptions(options.controller(options.Slice + guardRail)).
		Complete(reconciler)
}

func setupPolicy(manager ctrl.Manager, options Options) error {
	reconciler := &PolicyReconciler{
		Client: manager.GetClient(), Recorder: manager.GetEventRecorder(recorderName), Now: options.Now,
	}
	return ctrl.NewControllerManagedBy(manager).
		Named("policy").
		For(&v1alpha1.SyncPolicy{}, builder.WithPredicates(predicate.Or(specificationPredicate(), wipedPredicate()))).
		Watches(&v1alpha1.SyncPolicy{}, otherPolicies(manager.GetCache()), builder.WithPredicates(specificationPredicate())).
		Watches(&v1alpha1.OrderManagerConnection{}, policiesOfNamespace(manager.GetCache(), options.Coalesce)).
		WithOptions(options.controller(lookRail)).
		Complete(reconciler)
}

// controller returns what all controllers have in common.
func (o Options) controller(timeout time.Duration) controller.Options {
	return controller.Options{
		MaxConcurrentReconciles: o.Workers,
		ReconciliationTimeout:   timeout,
		SkipNameValidation:      new(o.SkipNameValidation),
	}
}
