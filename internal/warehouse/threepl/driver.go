// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"context"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/remote"
)

// System is the system's name in faults, metrics and status.
const System = "3PL Warehouse Manager"

// DefaultURL is the base URL of the hosted service.
const DefaultURL = "https://secure-wms.com"

// Options of a Driver.
type Options struct {
	// Remote says where the service is and how it is spoken to. System and
	// Authorizer are filled in.
	Remote remote.Options
	// ClientID and ClientSecret are the API client's credentials.
	ClientID, ClientSecret string
	// UserLogin is the login that the client acts as, or its numeric user id.
	UserLogin string
	// TPL is the 3PL key; empty unless the credentials are bound to one tenant.
	TPL string
	// Tokens are shared by the drivers of one connection; nil makes new ones.
	Tokens *TokenSource
	// CustomerID and FacilityID are the merchant and the building.
	CustomerID, FacilityID int64
	// Location is the facility's clock: the service's dates carry no offset, so
	// there is no default for it.
	Location *time.Location
	// SumQualifiers adds stock under a qualifier to the stock without one;
	// otherwise it is left out.
	SumQualifiers bool
	// Now is the clock that tokens are renewed by; nil is Remote's.
	Now func() time.Time
}

// String keeps the credentials out of every kind of printing.
func (Options) String() string { return "threepl.Options" }

// GoString keeps the credentials out of every kind of printing.
func (Options) GoString() string { return "threepl.Options" }

// Driver is a fulfillment.Destination. It is safe for concurrent use.
type Driver struct {
	client   *remote.Client
	customer int64
	facility int64
	clock    clock
	// sumQualifiers is Options.SumQualifiers.
	sumQualifiers bool
	// queryLimit is the longest query that is sent, in bytes: maxQuery until
	// the service has refused a shorter one.
	queryLimit atomic.Int64
	// pageLimit is the most orders asked for at once: ordersPage until an
	// answer was larger than is accepted.
	pageLimit atomic.Int64
}

var _ fulfillment.Destination = (*Driver)(nil)

// New returns a driver. It sends no request; a *fulfillment.Fault of kind
// Misconfigured says which option cannot be used.
func New(options Options) (*Driver, error) {
	switch {
	case options.CustomerID <= 0:
		return nil, misconfigured(fulfillment.ReasonCustomerNotFound, "customerID must be a positive number")
	case options.FacilityID <= 0:
		return nil, misconfigured(fulfillment.ReasonFacilityNotFound, "facilityID must be a positive number")
	case options.Location == nil:
		return nil, misconfigured("", "the facility's time zone is not set")
	}
	tokens := options.Tokens
	if tokens == nil {
		var err error
		if tokens, err = NewTokenSource(options); err != nil {
			return nil, err
		}
	}
	settings := options.remote()
	settings.Authorizer = tokens
	client, err := remote.New(settings)
	if err != nil {
		return nil, misconfigured("", err.Error())
	}
	d := &Driver{
		client:   client,
		customer: options.CustomerID,
		facility: options.FacilityID,
		clock:    clock{options.Location},

		sumQualifiers: options.SumQualifiers,
	}
	d.queryLimit.Store(maxQuery)
	d.pageLimit.Store(ordersPage)
	return d, nil
}

// remote returns the options of a client without credentials.
func (o Options) remote() remote.Options {
	settings := o.Remote
	settings.System = System
	settings.Authorizer = nil
	if settings.BaseURL == "" {
		settings.BaseURL = DefaultURL
	}
	return settings
}

func misconfigured(reason, hint string) *fulfillment.Fault {
	return &fulfillment.Fault{
		Kind: fulfillment.FaultMisconfigured, System: System, Operation: "set up", Reason: reason, Hint: hint,
	}
}

// Capabilities are those that the vendor documents.
//
// Two facts are not documented. The length of a reference has no known limit,
// so none is given and the warehouse's own refusal is reported. A cancelled
// order is renamed, which should free its reference, but nobody says that it
// does: it counts as taken, which is right under both readings.
func (d *Driver) Capabilities() fulfillment.Capabilities {
	return fulfillment.Capabilities{
		FindOrder:            true,
		ReferenceUnique:      fulfillment.ReferenceEnforced,
		CancelOrder:          true,
		IncrementalShipments: true,
		PartialShipments:     true,
		EditOrder:            true,
		ReferencePattern:     referencePattern,
	}
}

// mediaType asks for, and announces, the shape that this package reads and
// writes: with any other the service answers in another one.
const mediaType = "application/hal+json"

// get sends a request that reads.
func (d *Driver) get(ctx context.Context, operation, endpoint, path, query string) (remote.Request, remote.Response, error) {
	request := remote.Request{
		Operation: operation,
		Endpoint:  endpoint,
		Method:    http.MethodGet,
		Path:      path,
		Query:     query,
		Header:    http.Header{"Accept": {mediaType}},
	}
	response, err := d.client.Do(ctx, request)
	return request, response, lacking(refinedReading(err, response), roles[endpoint])
}

// roles are what the credentials need for the endpoints that are read.
var roles = map[string]string{
	ordersEndpoint:     "OrderView",
	orderEndpoint:      "OrderView",
	itemsEndpoint:      "ItemView",
	summariesEndpoint:  "InventoryDetailView",
	customersEndpoint:  "CustomerView",
	facilitiesEndpoint: "FacilityView",
}

// writingRoles are what they need to create and to cancel orders.
const writingRoles = "OrderWrite and OrderEdit"

// post sends a request that writes.
func (d *Driver) post(ctx context.Context, request remote.Request) (remote.Response, error) {
	return d.send(ctx, http.MethodPost, request)
}

func (d *Driver) send(ctx context.Context, method string, request remote.Request) (remote.Response, error) {
	request.Method = method
	request.ContentType = mediaType + "; charset=utf-8"
	if request.Header == nil {
		request.Header = http.Header{}
	}
	request.Header.Set("Accept", mediaType)
	return d.client.Do(ctx, request)
}

// malformed is the fault of an answer that is not what is documented.
func (d *Driver) malformed(request remote.Request, response remote.Response, hint string) *fulfillment.Fault {
	fault := d.client.Fault(request, response, fulfillment.FaultMalformed)
	fault.Hint = hint
	return fault
}

func decimal(id int64) string { return strconv.FormatInt(id, 10) }
