// SPDX-License-Identifier: Apache-2.0

// Package assembly builds the ways to both systems from a connection and its
// secrets. It holds the only switch over the unions of the API, and one file
// for each of their members.
package assembly

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/remote"
)

// Priority of requests in the budget of an account.
type Priority = remote.Priority

// Priorities, the most urgent first.
const (
	PriorityCancellation = remote.PriorityCancellation
	PriorityOrder        = remote.PriorityOrder
	PriorityShipment     = remote.PriorityShipment
	PriorityStock        = remote.PriorityStock
)

// Demand lets the requests of a run on demand ask each system that rests once
// before its time.
type Demand = remote.Demand

// NewDemand returns a Demand that is not used up.
func NewDemand() *Demand { return remote.NewDemand() }

// Source is the way to one order source.
type Source interface {
	// Resolve asks the source which warehouses the connection means. An answer
	// younger than maxAge is given again without asking.
	Resolve(ctx context.Context, maxAge time.Duration) (Resolution, error)
	// Port returns the source bound to what Resolve found. Its requests have
	// this priority in the account's budget.
	Port(resolution Resolution, priority Priority) (fulfillment.Source, error)
	// Version changes when the credentials or the way to the source change.
	Version() string
	// Account is what the source counts requests by, and what rests when it is
	// down. It holds no secret and is not to be shown.
	Account() string
}

// Resolution is what a connection means at its source.
type Resolution struct {
	// Host that the warehouses belong to, without the scheme's own port.
	Host string
	// WarehouseIDs are the warehouses of the claim.
	WarehouseIDs []int64
	// WarehouseID is the one warehouse; 0 when All.
	WarehouseID int64
	// All says that every warehouse of the account is meant.
	All bool

	native any
}

// Destination is the way to one order destination.
type Destination interface {
	// Check proves that the credentials are taken and that customer and
	// facility exist. It never writes.
	Check(ctx context.Context) error
	// Port returns the destination; its requests have this priority.
	Port(priority Priority) (fulfillment.Destination, error)
	// Place is what is at the other end, the one that PlaceOf tells.
	Place() Place
	// Version changes when the credentials or the way to the destination change.
	Version() string
	// Account is that of the destination, in the manner of Source.
	Account() string
}

// Bundle is what a Secret or a ConfigMap holds.
type Bundle struct {
	Data map[string][]byte
	// Version changes whenever the object does.
	Version string
}

// Reader reads the objects that a connection names, fresh each time.
type Reader interface {
	// Secret returns false when there is no such Secret.
	Secret(ctx context.Context, namespace, name string) (Bundle, bool, error)
	// ConfigMap returns false when there is no such ConfigMap.
	ConfigMap(ctx context.Context, namespace, name string) (Bundle, bool, error)
}

// Options of a Builder.
type Options struct {
	Reader Reader
	// Budgets are shared by all connections; nil is unlimited.
	Budgets *remote.Budgets
	// Breakers are shared by all connections; nil lets all requests through.
	Breakers *remote.Breakers
	Metrics  *remote.Metrics
	// WriteGate is asked before each request that writes.
	WriteGate func(context.Context) error
	// AllowInsecureHTTP takes addresses without TLS, for demonstrations and tests.
	AllowInsecureHTTP bool
	// Reach says which addresses connections may lead to.
	Reach     remote.Reach
	UserAgent string
	// Now is the clock; nil is real time.
	Now func() time.Time
}

// Builder builds the ways and keeps them while nothing they were built from
// changes, so that a run does not begin with fetching tokens.
type Builder struct {
	options Options

	mutex        sync.Mutex
	sources      map[types.UID]Source
	destinations map[types.UID]Destination
	// bodies is the memory of all large answers.
	bodies *remote.Bodies
	// plain is the transport of every connection without a bundle of its own.
	plain http.RoundTripper
}

// NewBuilder returns a Builder.
func NewBuilder(options Options) (*Builder, error) {
	if options.Now == nil {
		options.Now = time.Now
	}
	plain, err := remote.NewTransport(nil, options.Reach)
	if err != nil {
		return nil, err
	}
	return &Builder{
		options: options, plain: plain, bodies: remote.NewBodies(0),
		sources: map[types.UID]Source{}, destinations: map[types.UID]Destination{},
	}, nil
}

// Source returns the way to the connection's source. It reads the secrets and
// sends no request. A *fulfillment.Fault of kind Misconfigured says what a
// person has to mend; any other error is the API server's.
func (b *Builder) Source(ctx context.Context, connection *v1alpha1.OrderManagerConnection) (Source, error) {
	if member := connection.Spec.Source.OrderManager; member != nil {
		return b.orderManager(ctx, connection, member)
	}
	return nil, misconfigured("source", v1alpha1.ReasonUnsupportedSource,
		"this version of the operator does not know the source in spec.source; upgrade the operator")
}

// Destination returns the way to the connection's destination, in the manner of Source.
func (b *Builder) Destination(ctx context.Context, connection *v1alpha1.OrderManagerConnection) (Destination, error) {
	if member := connection.Spec.Destination.ThreePLWarehouseManager; member != nil {
		return b.threePLWarehouseManager(ctx, connection, member)
	}
	if member := connection.Spec.Destination.Vendure; member != nil {
		return b.vendure(ctx, connection, member)
	}
	return nil, misconfigured("destination", v1alpha1.ReasonUnsupportedDestination,
		"this version of the operator does not know the destination in spec.destination; upgrade the operator")
}

// Forget drops what is kept for a connection: it is gone, or its credentials
// were refused and tokens made of them are worth nothing.
func (b *Builder) Forget(connection types.UID) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	delete(b.sources, connection)
	delete(b.destinations, connection)
}

// keptSource returns the kept source of this version, or makes and keeps one.
func (b *Builder) keptSource(connection types.UID, version string, build func() (Source, error)) (Source, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if kept, ok := b.sources[connection]; ok && kept.Version() == version {
		return kept, nil
	}
	made, err := build()
	if err != nil {
		delete(b.sources, connection)
		return nil, err
	}
	b.sources[connection] = made
	return made, nil
}

// keptDestination returns the kept destination of this version, or makes and keeps one.
func (b *Builder) keptDestination(connection types.UID, version string, build func() (Destination, error)) (Destination, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if kept, ok := b.destinations[connection]; ok && kept.Version() == version {
		return kept, nil
	}
	made, err := build()
	if err != nil {
		delete(b.destinations, connection)
		return nil, err
	}
	b.destinations[connection] = made
	return made, nil
}

// remote returns the part of a client's options that is the same for all.
func (b *Builder) remote(connection *v1alpha1.OrderManagerConnection, url string, transport http.RoundTripper) remote.Options {
	return remote.Options{
		BaseURL: url, Transport: transport, Budgets: b.options.Budgets, Breakers: b.options.Breakers, Tenant: string(connection.UID),
		WriteGate: b.options.WriteGate, UserAgent: b.options.UserAgent, Bodies: b.bodies,
		Now: b.options.Now, Metrics: b.options.Metrics,
	}
}

// misconfigured is a fault that a person has to mend.
func misconfigured(system, reason, format string, args ...any) *fulfillment.Fault {
	return &fulfillment.Fault{
		Kind: fulfillment.FaultMisconfigured, System: system, Operation: "set up",
		Reason: reason, Hint: fmt.Sprintf(format, args...),
	}
}
