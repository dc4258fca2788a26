// SPDX-License-Identifier: Apache-2.0

package assembly

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/remote"
	"ordersync.dev/operator/internal/warehouse/vendure"
)

// vendureDestination is the way to one channel and one stock location.
type vendureDestination struct {
	version string
	place   Place
	options vendure.Options
}

func (b *Builder) vendure(ctx context.Context, connection *v1alpha1.OrderManagerConnection, member *v1alpha1.VendureDestination) (Destination, error) {
	if err := b.requireTLS(vendure.System, "spec.destination.vendure.url", member.URL); err != nil {
		return nil, err
	}
	secret, err := b.credentials(ctx, vendure.System, connection.Namespace, member.SecretRef.Name)
	if err != nil {
		return nil, err
	}
	// Every Vendure is somebody's own: there is no host that is the system's.
	if err := secret.allow(member.URL); err != nil {
		return nil, err
	}
	trusted, err := b.certificates(ctx, vendure.System, connection.Namespace, member.CABundleRef)
	if err != nil {
		return nil, err
	}
	version := fmt.Sprintf("%d %s %s", connection.Generation, secret.version, trusted.version)
	return b.keptDestination(connection.UID, version, func() (Destination, error) {
		transport, err := b.transport(vendure.System, trusted)
		if err != nil {
			return nil, err
		}
		options := vendure.Options{
			Remote: b.remote(connection, member.URL, transport), Channel: member.Channel,
			StockLocation: member.StockLocation, ShippingMethod: member.ShippingMethod, Now: b.options.Now,
		}
		if options.Username, err = secret.value("username"); err != nil {
			return nil, err
		}
		if options.Password, err = secret.value("password"); err != nil {
			return nil, err
		}
		options.Remote.Account = vendureServer(member) + " " + options.Username
		// One login for the drivers of all priorities.
		if options.Sessions, err = vendure.NewSessions(options); err != nil {
			return nil, err
		}
		return &vendureDestination{version: version, options: options, place: vendurePlace(member)}, nil
	})
}

// vendureServer names the server: several may have one host, behind paths of their own.
func vendureServer(member *v1alpha1.VendureDestination) string {
	path := ""
	if parsed, err := url.Parse(member.URL); err == nil {
		path = strings.Trim(parsed.Path, "/")
	}
	if path == "" {
		path = strings.Trim(vendure.AdminPath, "/")
	}
	return hostOf(member.URL) + "/" + path
}

// vendurePlace is a channel for orders, and a location for stock: channels may
// share a location.
func vendurePlace(member *v1alpha1.VendureDestination) Place {
	server := "vendure/" + vendureServer(member)
	return Place{
		Orders: server + "/channel/" + member.Channel,
		Stock:  server + "/location/" + member.StockLocation,
	}
}

// String keeps the credentials out of every kind of printing.
func (*vendureDestination) String() string { return "destination Vendure" }

// GoString keeps the credentials out of every kind of printing.
func (*vendureDestination) GoString() string { return "destination Vendure" }

// Version implements Destination.
func (d *vendureDestination) Version() string { return d.version }

// Account implements Destination.
func (d *vendureDestination) Account() string { return d.options.Remote.Account }

// Place implements Destination.
func (d *vendureDestination) Place() Place { return d.place }

// Check implements Destination.
func (d *vendureDestination) Check(ctx context.Context) error {
	driver, err := d.driver(remote.PriorityOrder)
	if err != nil {
		return err
	}
	return driver.Check(ctx)
}

// Port implements Destination.
func (d *vendureDestination) Port(priority remote.Priority) (fulfillment.Destination, error) {
	return d.driver(priority)
}

func (d *vendureDestination) driver(priority remote.Priority) (*vendure.Driver, error) {
	options := d.options
	options.Remote.Priority = priority
	return vendure.New(options)
}
