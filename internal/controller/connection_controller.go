// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/events"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/assembly"
)

// connectionManager owns what the connection controller writes. It never changes.
const connectionManager = v1alpha1.FieldManagerPrefix + "connection"

// ConnectionReconciler finds out whether connections are fit to run, and
// computes Ready. It alone writes both.
type ConnectionReconciler struct {
	// Client reads from the cache, Reader past it.
	Client    client.Client
	Reader    client.Reader
	Connector Connector
	Exchange  *Exchange
	Mappings  *MappingShelf
	Recorder  events.EventRecorder
	Now       func() time.Time

	lanes *lanes
	mutex sync.Mutex
	// known are the connections that were seen, by their present UID.
	known map[types.NamespacedName]types.UID
	// looks are the last looks of this process, for connections that are not fit.
	looks map[types.UID]lastLook
}

// Reconcile looks at both systems when there is reason to, settles the claim,
// and writes the summary when it changed.
func (r *ConnectionReconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	connection := &v1alpha1.OrderManagerConnection{}
	if err := r.Client.Get(ctx, request.NamespacedName, connection); err != nil {
		if client.IgnoreNotFound(err) == nil {
			r.forget(request.NamespacedName, "")
			return pause(0), nil
		}
		return pause(0), err
	}
	if !connection.DeletionTimestamp.IsZero() {
		return pause(0), nil
	}
	r.forget(request.NamespacedName, connection.UID)

	v := view{connection: connection, now: r.Now()}
	var err error
	if v.policy, err = r.governing(ctx, connection); err != nil {
		return pause(0), err
	}
	found, again, err := r.findings(ctx, connection)
	if errors.Is(err, errNoLane) {
		return pause(lanePause), nil
	}
	if err != nil {
		return pause(0), unlessStopping(ctx, err)
	}
	v.now = r.Now()
	claimAgain, err := r.fill(ctx, &v, found)
	if err != nil {
		return pause(0), err
	}
	var mappingsAgain time.Duration
	if v.mappings, mappingsAgain, err = r.mappings(ctx, connection); err != nil {
		return pause(0), unlessStopping(ctx, err)
	}
	if err := r.write(ctx, v); err != nil {
		return pause(0), err
	}
	return pause(earliest(again, claimAgain, mappingsAgain, untilTime(v.wake(), v.now))), nil
}

// governing returns the policy that governs the connection; nil when none does.
func (r *ConnectionReconciler) governing(ctx context.Context, connection *v1alpha1.OrderManagerConnection) (*v1alpha1.SyncPolicy, error) {
	var policies v1alpha1.SyncPolicyList
	if err := r.Client.List(ctx, &policies, client.InNamespace(connection.Namespace)); err != nil {
		return nil, err
	}
	return Govern(policies.Items, []v1alpha1.OrderManagerConnection{*connection}).Governs[connection.Name], nil
}

// findings looks at both systems when there is reason to: a new generation, a
// run that found the connection unfit, or an unfit connection whose time has
// come or that somebody did something about. It returns nil for a connection
// that status calls fit, and when to look again; a restart asks nobody.
func (r *ConnectionReconciler) findings(ctx context.Context, connection *v1alpha1.OrderManagerConnection) (*findings, time.Duration, error) {
	doubted := r.Exchange.doubted(connection.UID)
	r.mutex.Lock()
	last, looked := r.looks[connection.UID]
	r.mutex.Unlock()
	looked = looked && last.generation == connection.Generation
	if !doubted && fitByStatus(connection) && (!looked || last.found.fit()) {
		return nil, 0, nil
	}
	next, err := r.nextLook(ctx, connection)
	if err != nil {
		return nil, 0, r.stillDoubted(connection, doubted, err)
	}
	same := looked && last.sameAs(next)
	if same && !doubted && r.Now().Before(last.again) {
		return &last.found, min(last.again.Sub(r.Now()), lookAgain), nil
	}
	leave, ok := r.lanes.enter(client.ObjectKeyFromObject(connection), next.accounts)
	if !ok {
		return nil, 0, r.stillDoubted(connection, doubted, errNoLane)
	}
	defer leave()
	if !lookedAt(connection) {
		if err := r.apply(ctx, connection, inProgress); err != nil {
			return nil, 0, r.stillDoubted(connection, doubted, err)
		}
	}
	if !same && !doubted {
		// Somebody changed something: a system that rests is asked once.
		ctx = assembly.NewDemand().With(ctx)
	}
	if next.found, err = look(ctx, r.Connector, connection); err != nil {
		return nil, 0, r.stillDoubted(connection, doubted, err)
	}
	if next.found.fit() {
		r.keep(connection.UID, next)
		return &next.found, 0, nil
	}
	// Tokens made of credentials that may be changed by the next look.
	r.Connector.Forget(connection.UID)
	if same {
		next.unfit = last.unfit
	}
	next.unfit++
	next.again = r.Now().Add(max(next.gap(connection.UID), next.found.after))
	r.keep(connection.UID, next)
	return &next.found, min(next.again.Sub(r.Now()), lookAgain), nil
}

// stillDoubted keeps a doubt that this reconcile could not settle.
func (r *ConnectionReconciler) stillDoubted(connection *v1alpha1.OrderManagerConnection, doubted bool, err error) error {
	if doubted {
		r.Exchange.doubt(connection)
	}
	return err
}

func (r *ConnectionReconciler) keep(connection types.UID, look lastLook) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.looks[connection] = look
}

// fitByStatus reports whether status calls both systems fit for the present
// specification, and knows what is claimed.
func fitByStatus(connection *v1alpha1.OrderManagerConnection) bool {
	return lookedAt(connection) && len(connection.Status.Claims) > 0 &&
		holds(connection, v1alpha1.ConditionCredentialsAccepted) &&
		holds(connection, v1alpha1.ConditionSourceResolved) &&
		holds(connection, v1alpha1.ConditionDestinationResolved)
}

// fill puts findings, or what status says already, into the view, and judges
// the claim. It returns when to judge again.
func (r *ConnectionReconciler) fill(ctx context.Context, v *view, found *findings) (time.Duration, error) {
	connection := v.connection
	v.claims, v.warehouseID = connection.Status.Claims, connection.Status.WarehouseID
	if found == nil {
		for _, condition := range ownedSummary(connection).Conditions {
			if slices.Contains(gates[:3], condition.Type) {
				v.gates = append(v.gates, condition)
			}
		}
	} else {
		v.gates = []metav1.Condition{found.credentials, found.source, found.destination}
		v.stalled = found.stalled
		switch {
		case found.resolution != nil:
			v.claims, v.warehouseID = claimsOf(found.resolution.Host, found.resolution.WarehouseIDs), nil
			if !found.resolution.All {
				v.warehouseID = new(found.resolution.WarehouseID)
			}
		case found.released:
			v.claims, v.warehouseID = nil, nil
		}
	}
	claimed, again, err := r.claim(ctx, connection, v.claims)
	v.gates = append(v.gates, claimed)
	return again, err
}

// claimLook is the longest time between two looks at a claim that is not
// settled; changes of the other connection come as events.
const claimLook = 5 * time.Second

// claim judges what the connection claims. Only a claim that the cache shows in
// status is judged: then every claim written before it is in the cache too.
func (r *ConnectionReconciler) claim(ctx context.Context, connection *v1alpha1.OrderManagerConnection, claims []string) (metav1.Condition, time.Duration, error) {
	undecided := metav1.Condition{
		Type: v1alpha1.ConditionSourceClaimed, Status: metav1.ConditionUnknown, Reason: v1alpha1.ReasonNotChecked,
		Message: "the warehouse is not known yet", ObservedGeneration: connection.Generation,
	}
	if len(claims) == 0 {
		return undecided, 0, nil
	}
	if !slices.Equal(claims, connection.Status.Claims) {
		undecided.Message = "the claim was written just now; other connections are looked at next"
		return undecided, claimLook, nil
	}
	others, err := claimants(ctx, r.Client, connection)
	if err != nil {
		return undecided, 0, err
	}
	verdict := judgeClaim(connection, others, r.Now())
	if verdict.status == metav1.ConditionUnknown {
		return claimCondition(connection, verdict), claimLook, nil
	}
	return claimCondition(connection, verdict), 0, nil
}

// forget drops what is kept for the connection that had this name before.
func (r *ConnectionReconciler) forget(key types.NamespacedName, present types.UID) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.known == nil {
		r.known, r.looks = map[types.NamespacedName]types.UID{}, map[types.UID]lastLook{}
	}
	former, ok := r.known[key]
	if ok && former != present {
		delete(r.looks, former)
		r.Connector.Forget(former)
		r.Exchange.forget(former)
		r.Mappings.forget(former)
	}
	if present == "" {
		delete(r.known, key)
		return
	}
	r.known[key] = present
}

// earliest returns the shortest pause; 0 when there is none.
func earliest(pauses ...time.Duration) time.Duration {
	result := time.Duration(0)
	for _, pause := range pauses {
		if pause > 0 && (result == 0 || pause < result) {
			result = pause
		}
	}
	return result
}

// untilTime returns the pause until a time, and a little more so that it has
// passed; 0 for the zero time.
func untilTime(at, now time.Time) time.Duration {
	if at.IsZero() {
		return 0
	}
	return max(at.Sub(now), 0) + time.Second
}
