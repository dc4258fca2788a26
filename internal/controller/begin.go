// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/assembly"
	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/routine"
)

// resolutionAge is how long a resolved warehouse is believed: its name changes
// about never, and every run would ask otherwise.
const resolutionAge = 15 * time.Minute

// stalePause is the pause after the cache was found to lag behind.
const stalePause = time.Second

// claimPause is the pause before a run that found its claim in doubt.
const claimPause = 5 * time.Second

// begin starts the run that the cached objects call due, if what is read past
// the cache says so too. Without a run it says when to look again.
func (r *RoutineReconciler) begin(ctx context.Context, key types.NamespacedName, uid types.UID) (*activeRun, outcome, error) {
	if wait := r.Leadership.Wait(); wait > 0 {
		return nil, outcome{step: drop, after: wait}, nil
	}
	fresh := &v1alpha1.OrderManagerConnection{}
	if err := r.Reader.Get(ctx, key, fresh); err != nil {
		if apierrors.IsNotFound(err) {
			return nil, outcome{step: drop}, nil
		}
		return nil, outcome{}, err
	}
	p, err := r.plan(ctx, fresh)
	if err != nil || fresh.UID != uid || !p.due() {
		// The cache will show the same soon.
		return nil, outcome{step: drop, after: stalePause}, err
	}
	others, err := claimants(ctx, r.Client, fresh)
	if err != nil {
		return nil, outcome{}, err
	}
	if judgeClaim(fresh, others, r.Now()).status != metav1.ConditionTrue {
		r.Exchange.doubt(fresh)
		return nil, outcome{step: drop, after: claimPause}, nil
	}
	active := r.newRun(p)
	if err := r.connect(active.demand.With(ctx), fresh, active); err != nil {
		return r.notBegun(ctx, fresh, active, err)
	}
	r.runs.put(key, active)
	return active, outcome{}, nil
}

// newRun returns a run that knows what it was asked for, and not yet how to do it.
func (r *RoutineReconciler) newRun(p plan) *activeRun {
	now := r.Now()
	active := &activeRun{
		subject: p.subject(), plan: p, claims: p.connection.Status.Claims, trigger: v1alpha1.TriggerSchedule,
		tokens: p.run, start: now, slot: p.decision.Slot, progressAt: now,
	}
	if len(p.run) > 0 {
		active.trigger, active.demand = v1alpha1.TriggerToken, assembly.NewDemand()
		// A slot that failed and waits for its next attempt is taken along.
		if entry := entryOf(p.connection, p.name); active.slot.IsZero() && entry != nil && entry.ConsecutiveFailures > 0 && entry.LastRun != nil {
			active.slot = moment(entry.LastRun.Slot)
		}
	} else if retriesToken(entryOf(p.connection, p.name)) {
		active.trigger = v1alpha1.TriggerToken
	}
	return active
}

// retriesToken reports whether the next run is the next attempt of one that a
// token asked for and that failed. It compares everything as that was to do.
// What became of a single order that was asked for is answered already.
func retriesToken(entry *v1alpha1.RoutineStatus) bool {
	return entry != nil && entry.ConsecutiveFailures > 0 && entry.LastRun != nil &&
		entry.LastRun.Result == v1alpha1.RunFailed && entry.LastRun.Trigger == v1alpha1.TriggerToken
}

// connect gives a run its ways to both systems, and a lane before them in which
// its first slice works.
func (r *RoutineReconciler) connect(ctx context.Context, connection *v1alpha1.OrderManagerConnection, active *activeRun) (err error) {
	if active.mappings, err = r.mappings(ctx, connection); err != nil {
		return err
	}
	source, err := r.Connector.Source(ctx, connection)
	if err != nil {
		return err
	}
	destination, err := r.Connector.Destination(ctx, connection)
	if err != nil {
		return err
	}
	active.credentials = source.Version() + "/" + destination.Version()
	active.accounts = accountsOf(source, destination)
	var ok bool
	if active.lane, ok = r.lanes.enter(client.ObjectKeyFromObject(connection), active.accounts); !ok {
		return errNoLane
	}
	defer func() {
		if err != nil {
			active.leaveLane()
		}
	}()
	resolution, err := source.Resolve(ctx, resolutionAge)
	if err != nil {
		return err
	}
	claims := claimsOf(resolution.Host, resolution.WarehouseIDs)
	if !slices.Equal(claims, connection.Status.Claims) {
		return errClaimMoved
	}
	active.scope = digest(append(slices.Clone(claims), destination.Place().Orders, destination.Place().Stock)...)
	env := routine.Env{
		Now: r.Now, Requests: requestsOf(active.tokens), Coordination: r.Exchange.coordinationOf(connection.UID),
		Memory: memoryOf(entryOf(connection, r.Definition.Name), active.scope, r.reset(connection, active)),
		Record: r.recordReports(client.ObjectKeyFromObject(connection), active), LostReportWait: r.LostReportWait,
		Mappings: active.mappings.tables, Began: connection.CreationTimestamp.Time,
	}
	env.Memory.Reporting = reportingOf(connection.Status.ShipmentConfirmation)
	env.Memory.Whole = asksForRun(active.tokens) || retriesToken(entryOf(connection, r.Definition.Name))
	env.Memory.Approved = approvedDigest(active.tokens)
	if stock := connection.Status.Inventory; stock != nil {
		env.Memory.Released = stock.ReleasedFor == releaseKey(active.plan.policy.UID, active.scope)
	}
	if env.Source, err = source.Port(resolution, r.Definition.priority); err != nil {
		return err
	}
	if env.Destination, err = destination.Port(r.Definition.priority); err != nil {
		return err
	}
	env.Destination = active.mappings.tables.Destination(env.Destination)
	others, err := neighboursOf(ctx, r.Client, connection)
	if err != nil {
		return err
	}
	if active.plan.policy.Spec.Mode == v1alpha1.ModePlan {
		active.planned = routine.NewPlan()
		env = active.planned.Env(env)
	}
	active.run, err = r.Definition.start(env, connection, &active.plan.policy.Spec, resolution, others)
	return err
}

// errClaimMoved says that the name means other warehouses than the ones claimed.
var errClaimMoved = errors.New("the warehouse that was claimed is not the one that is meant now")

// reset reports whether everything is to be tried again: a person asked for
// the run, or for the one before it that failed, or somebody changed the connection, its policy or its mappings since
// the last one.
// When an object was last changed stands in its managed fields.
func (r *RoutineReconciler) reset(connection *v1alpha1.OrderManagerConnection, active *activeRun) bool {
	entry := entryOf(connection, r.Definition.Name)
	if asksForRun(active.tokens) || retriesToken(entry) || entry == nil || entry.LastRun == nil {
		return true
	}
	previous := moment(entry.LastRun.StartTime)
	return changedSince(connection.ManagedFields, previous) || changedSince(active.plan.policy.ManagedFields, previous) ||
		active.mappings.changedSince(previous)
}

// changedSince reports whether somebody who owns a part of the specification
// wrote at or after a time. Who only annotates has changed nothing.
func changedSince(fields []metav1.ManagedFieldsEntry, since time.Time) bool {
	return slices.ContainsFunc(fields, func(field metav1.ManagedFieldsEntry) bool {
		specified := field.FieldsV1 == nil || strings.Contains(field.FieldsV1.GetRawString(), `"f:spec"`)
		return field.Subresource == "" && specified && field.Time != nil && !field.Time.Time.Before(since)
	})
}

// notBegun says what follows when a run could not be connected.
func (r *RoutineReconciler) notBegun(ctx context.Context, connection *v1alpha1.OrderManagerConnection, active *activeRun, err error) (*activeRun, outcome, error) {
	if errors.Is(err, errClaimMoved) {
		r.Exchange.doubt(connection)
		return nil, outcome{step: drop, after: claimPause}, nil
	}
	if errors.Is(err, errNoLane) {
		return nil, outcome{step: drop, after: lanePause}, nil
	}
	if _, ok := fulfillment.AsFault(err); !ok || stopping(ctx) {
		// The API server's: nothing is known of the connection.
		return nil, outcome{}, err
	}
	return active, judge(ctx, err), nil
}

// pauseBefore returns how long it takes until a time; the shortest pause when it passed.
func (r *RoutineReconciler) pauseBefore(wake time.Time) time.Duration {
	if wake.IsZero() {
		return 0
	}
	return max(wake.Sub(r.Now()), nextSlice)
}
