// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/remote"
)

const (
	// System is the name of Order Manager in faults and metrics.
	System = "Order Manager"
	// DefaultURL is the production API.
	DefaultURL = "https://api.skubana.com"
	// EveryWarehouse as a name claims all warehouses of the account.
	EveryWarehouse = "*"
)

// Options of a Client.
type Options struct {
	// Remote is how requests are sent. System is set by New; an empty BaseURL
	// is DefaultURL; an empty Account is made of the credentials. An Authorizer
	// given here is used instead of Credentials, so that the clients of one
	// connection share one token.
	Remote      remote.Options
	Credentials Credentials
	// TokenURL is where user name and password are exchanged; empty is
	// DefaultTokenURL of the base URL.
	TokenURL string
	// WarehouseName is compared whole and without regard to case and to space
	// around it; EveryWarehouse is every warehouse of the account.
	WarehouseName string
	// PickupStatuses are the statuses of waiting orders; empty is AWAITING_3PL_EXPORT.
	PickupStatuses []string
	// DownloadLabel is put on every downloaded order; empty puts on none. With a
	// pickup status from which Order Manager marks no order it is needed, and is
	// the mark.
	DownloadLabel string
	// StockLocation is the stock location that is written to. It is needed for
	// in-house warehouses (DIRECT_FULFILLMENT) alone: all others have one
	// location, GLOBAL.
	StockLocation string
}

// Client speaks with one Order Manager account. It is safe for concurrent use.
type Client struct {
	remote         *remote.Client
	options        Options
	pickupStatuses []string
	// markBatch is how many orders one call marks; it shrinks when the server
	// finds the URL too long.
	markBatch atomic.Int64
}

// New returns a client. It sends nothing. It fails when URL or credentials
// cannot be used; the error repeats neither.
func New(options Options) (*Client, error) {
	if strings.TrimSpace(options.WarehouseName) == "" {
		return nil, errors.New("the warehouse name is blank")
	}
	settings := &options.Remote
	settings.System = System
	if settings.BaseURL == "" {
		settings.BaseURL = DefaultURL
	}
	if settings.Account == "" {
		settings.Account = options.Credentials.Account(settings.BaseURL)
	}
	if settings.Authorizer == nil {
		authorizer, err := NewAuthorizer(options)
		if err != nil {
			return nil, err
		}
		settings.Authorizer = authorizer
	}
	client, err := remote.New(*settings)
	if err != nil {
		return nil, err
	}
	c := &Client{remote: client, options: options, pickupStatuses: options.PickupStatuses}
	if len(c.pickupStatuses) == 0 {
		c.pickupStatuses = []string{statusAwaiting3PLExport}
	}
	if c.labelIsMark() && strings.TrimSpace(options.DownloadLabel) == "" {
		return nil, errors.New("a pickup status that Order Manager cannot mark needs the label of downloaded orders")
	}
	c.markBatch.Store(fulfillment.MarkBatch)
	return c, nil
}

// get reads a list. Order Manager's lists are bare arrays without a total.
func get[T any](ctx context.Context, c *Client, operation, endpoint string, query *query) ([]T, error) {
	request := remote.Request{Operation: operation, Endpoint: endpoint, Path: endpoint, Query: query.encode()}
	response, err := c.remote.Do(ctx, request)
	if err != nil {
		return nil, refined(response, err)
	}
	var list []T
	if err := c.remote.DecodeJSON(request, response, &list); err != nil {
		return nil, err
	}
	if list == nil {
		// null is no empty list: it must not be taken for the last page.
		return nil, c.remote.Fault(request, response, fulfillment.FaultMalformed)
	}
	return list, nil
}

// apiTime writes a time as Order Manager takes it: UTC, in whole seconds.
func apiTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }
