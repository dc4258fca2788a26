// SPDX-License-Identifier: Apache-2.0

package assembly

import (
	"context"
	"fmt"
	"time"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/remote"
	"ordersync.dev/operator/internal/warehouse/threepl"
)

// threePLDestination is the way to one customer at one facility.
type threePLDestination struct {
	version string
	place   Place
	options threepl.Options
}

func (b *Builder) threePLWarehouseManager(ctx context.Context, connection *v1alpha1.OrderManagerConnection, member *v1alpha1.ThreePLWarehouseManagerDestination) (Destination, error) {
	address := threePLAddress(member)
	if err := b.requireTLS(threepl.System, "spec.destination.threePLWarehouseManager.url", address); err != nil {
		return nil, err
	}
	secret, err := b.credentials(ctx, threepl.System, connection.Namespace, member.SecretRef.Name)
	if err != nil {
		return nil, err
	}
	if err := secret.allow(address, threepl.DefaultURL); err != nil {
		return nil, err
	}
	trusted, err := b.certificates(ctx, threepl.System, connection.Namespace, member.CABundleRef)
	if err != nil {
		return nil, err
	}
	version := fmt.Sprintf("%d %s %s", connection.Generation, secret.version, trusted.version)
	return b.keptDestination(connection.UID, version, func() (Destination, error) {
		transport, err := b.transport(threepl.System, trusted)
		if err != nil {
			return nil, err
		}
		options := threepl.Options{
			Remote: b.remote(connection, address, transport), UserLogin: member.UserLogin, TPL: member.TPL,
			CustomerID: member.CustomerID, FacilityID: member.FacilityID, Now: b.options.Now,
			SumQualifiers: connection.Spec.Inventory.Qualifiers == v1alpha1.QualifiersSum,
		}
		zone := member.TimeZone
		if zone == "" {
			zone = "UTC"
		}
		if options.Location, err = time.LoadLocation(zone); err != nil {
			return nil, misconfigured(threepl.System, "", "the time zone %q is not known", zone)
		}
		if options.ClientID, err = secret.value("clientID"); err != nil {
			return nil, err
		}
		if options.ClientSecret, err = secret.value("clientSecret"); err != nil {
			return nil, err
		}
		host := hostOf(address)
		options.Remote.Account = host + "/" + options.ClientID
		// One source of tokens for the drivers of all priorities.
		if options.Tokens, err = threepl.NewTokenSource(options); err != nil {
			return nil, err
		}
		return &threePLDestination{
			version: version, options: options, place: threePLPlace(member),
		}, nil
	})
}

func threePLAddress(member *v1alpha1.ThreePLWarehouseManagerDestination) string {
	if member.URL == "" {
		return threepl.DefaultURL
	}
	return member.URL
}

// threePLPlace is one customer at one facility, for orders and stock alike.
func threePLPlace(member *v1alpha1.ThreePLWarehouseManagerDestination) Place {
	key := fmt.Sprintf("threePLWarehouseManager/%s/%d/%d", hostOf(threePLAddress(member)), member.CustomerID, member.FacilityID)
	return Place{Orders: key, Stock: key}
}

// String keeps the credentials out of every kind of printing.
func (*threePLDestination) String() string { return "destination 3PL Warehouse Manager" }

// GoString keeps the credentials out of every kind of printing.
func (*threePLDestination) GoString() string { return "destination 3PL Warehouse Manager" }

// Version implements Destination.
func (d *threePLDestination) Version() string { return d.version }

// Account implements Destination.
func (d *threePLDestination) Account() string { return d.options.Remote.Account }

// Place implements Destination.
func (d *threePLDestination) Place() Place { return d.place }

// Check implements Destination.
func (d *threePLDestination) Check(ctx context.Context) error {
	driver, err := d.driver(remote.PriorityOrder)
	if err != nil {
		return err
	}
	return driver.Check(ctx)
}

// Port implements Destination.
func (d *threePLDestination) Port(priority remote.Priority) (fulfillment.Destination, error) {
	return d.driver(priority)
}

func (d *threePLDestination) driver(priority remote.Priority) (*threepl.Driver, error) {
	options := d.options
	options.Remote.Priority = priority
	return threepl.New(options)
}
