// SPDX-License-Identifier: Apache-2.0

package vendureworld

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"

	"ordersync.dev/operator/internal/simulator/fault"
	"ordersync.dev/operator/internal/testing/vendure"
)

// Host is one Vendure, the products that all its shops sell, and a front before
// it that can hold or drop answers.
type Host struct {
	Server *vendure.Server
	// URL is the front's; Server.URL goes past it.
	URL string
	// Faults are those of the front. The parameters of a request are the root
	// fields of its GraphQL document as "field" and its channel's token as
	// "channel", so a rule picks by Query.
	Faults *fault.Injector

	front *http.Server

	mutex  sync.Mutex
	worlds int
	skus   map[string]bool
}

// OpenHost starts a Vendure. The caller closes it.
func OpenHost(ctx context.Context) (*Host, error) {
	server, err := vendure.Start(ctx, vendure.Options{})
	if err != nil {
		return nil, err
	}
	h := &Host{Server: server, Faults: fault.New(fault.Options{}), skus: map[string]bool{}}
	if err := server.Seed(ctx, vendure.Seed{}); err != nil {
		return nil, errors.Join(err, server.Stop())
	}
	if h.front, h.URL, err = serve(ctx, "", label(h.Faults.Wrap(forward(server.URL)))); err != nil {
		return nil, errors.Join(err, server.Stop())
	}
	return h, nil
}

// Close stops the front and the Vendure.
func (h *Host) Close() error {
	err := h.front.Close()
	h.Faults.Clear()
	return errors.Join(err, h.Server.Stop())
}

// next is the number of the next world, from one.
func (h *Host) next() int {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.worlds++
	return h.worlds
}

// stockUp makes the products that are not there yet.
func (h *Host) stockUp(ctx context.Context, skus []string) error {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	var missing []vendure.Variant
	for i, sku := range skus {
		if !h.skus[sku] {
			missing = append(missing, vendure.Variant{SKU: sku, Price: int64(100 + i)})
		}
	}
	if err := h.Server.AddVariants(ctx, missing...); err != nil {
		return fmt.Errorf("adding products: %w", err)
	}
	for _, variant := range missing {
		h.skus[variant.SKU] = true
	}
	return nil
}
