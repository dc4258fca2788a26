// SPDX-License-Identifier: Apache-2.0

package vendure

import (
	"net/url"
	"strings"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/remote"
)

// System is the system's name in faults, metrics and status.
const System = "Vendure"

// AdminPath is where the admin API is, unless the URL has a path of its own.
const AdminPath = "/admin-api"

// The order's custom fields that hold what is ours.
const (
	referenceField = "externalRef"
	identityField  = "externalId"
	routeField     = "externalWarehouse"
)

// Options of a Driver.
type Options struct {
	// Remote says where the service is and how it is spoken to. System and
	// Authorizer are filled in. A BaseURL without a path means AdminPath.
	Remote remote.Options
	// Username and Password are an administrator's credentials.
	Username, Password string
	// Channel is the token of the merchant's channel; empty is the default channel.
	Channel string
	// StockLocation is the name of the building whose stock is reported.
	StockLocation string
	// ShippingMethod is the code of the shipping method of every order; empty
	// is the first that is eligible for the order.
	ShippingMethod string
	// PageSize is the most orders and products asked for at once; 0 is fulfillment.PageSize.
	PageSize int
	// Sessions are shared by the drivers of one connection; nil makes new ones.
	Sessions *Sessions
	// Now is the clock that sessions are renewed by; nil is Remote's.
	Now func() time.Time
}

// String keeps the credentials out of every kind of printing.
func (Options) String() string { return "vendure.Options" }

// GoString keeps the credentials out of every kind of printing.
func (Options) GoString() string { return "vendure.Options" }

// Driver is a fulfillment.Destination. It is safe for concurrent use.
type Driver struct {
	client         *remote.Client
	sessions       *Sessions
	path           string
	channel        string
	location       string
	shippingMethod string
	pageSize       int
}

var _ fulfillment.Destination = (*Driver)(nil)

// New returns a driver. It sends no request; a *fulfillment.Fault of kind
// Misconfigured says which option cannot be used.
func New(options Options) (*Driver, error) {
	switch {
	case options.Remote.BaseURL == "":
		return nil, misconfigured("", "the url is not set")
	case options.StockLocation == "":
		return nil, misconfigured(fulfillment.ReasonFacilityNotFound, "the stock location is not set")
	}
	sessions := options.Sessions
	if sessions == nil {
		var err error
		if sessions, err = NewSessions(options); err != nil {
			return nil, err
		}
	}
	settings := options.remote()
	settings.Authorizer = sessions
	client, err := remote.New(settings)
	if err != nil {
		return nil, misconfigured("", err.Error())
	}
	d := &Driver{
		client:         client,
		sessions:       sessions,
		path:           options.path(),
		channel:        options.Channel,
		location:       options.StockLocation,
		shippingMethod: options.ShippingMethod,
		pageSize:       options.PageSize,
	}
	if d.pageSize <= 0 {
		d.pageSize = fulfillment.PageSize
	}
	return d, nil
}

// remote returns the options of a client without credentials.
func (o Options) remote() remote.Options {
	settings := o.Remote
	settings.System = System
	settings.Authorizer = nil
	return settings
}

// path is the path below the base URL.
func (o Options) path() string {
	base, err := url.Parse(o.Remote.BaseURL)
	if err != nil || strings.Trim(base.Path, "/") != "" {
		return ""
	}
	return AdminPath
}

func misconfigured(reason, hint string) *fulfillment.Fault {
	return &fulfillment.Fault{
		Kind: fulfillment.FaultMisconfigured, System: System, Operation: "set up", Reason: reason, Hint: hint,
	}
}

// maxReference is the length of a custom field of type string, unless a
// merchant's own configuration says otherwise.
const maxReference = 255

// Capabilities are those of a Vendure with the custom fields.
//
// IncrementalShipments is false because an order's updatedAt stays where it is
// when its goods ship, so that a poll by date would miss shipments. The
// reference of a cancelled order stays taken: the unique field knows no states.
//
// Orders are not edited. Vendure changes a placed order only through the state
// Modifying, with a payment or a refund for the difference, and an order has no
// version to write against: what somebody else changes at the same moment would
// be lost.
func (d *Driver) Capabilities() fulfillment.Capabilities {
	return fulfillment.Capabilities{
		FindOrder:          true,
		ReferenceUnique:    fulfillment.ReferenceEnforced,
		CancelOrder:        true,
		PartialShipments:   true,
		IntegerQuantities:  true,
		ReferenceMaxLength: maxReference,
		ReferencePattern:   referencePattern,
	}
}
