// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/types"

	"ordersync.dev/operator/internal/simulator/books"
)

// destination is a warehouse system that the demo can deliver to.
type destination struct {
	// name as spec.destination has it.
	name string
	// sample is a folder under config/samples, connection what it makes.
	sample     string
	connection types.NamespacedName
	size       size
	// provide provides what open needs and make does not build; nil is nothing.
	provide func(ctx context.Context) error
	// open starts Order Manager and the system at the far side.
	open func(ctx context.Context, size size) (world, error)
}

// size is how much happens on the day.
type size struct{ orders, skus, foreign, picked, cancelled, shipped int }

// world is what a day needs of both systems and of the people who work there.
type world interface {
	// Pick lets the warehouse begin with orders, which is too late for a cancellation.
	Pick(ctx context.Context, count int) (int, error)
	// Cancel lets the merchant cancel orders that nobody has begun with.
	Cancel(ctx context.Context, count int) (int, error)
	Ship(ctx context.Context, count int) (int, error)
	// Open is how many open orders the warehouse has, whoever they are from.
	Open(ctx context.Context) (int, error)
	Books(ctx context.Context) (books.Result, error)
	// Cases are single orders with a story; nil is none.
	Cases() *cases
	// Placeholders are what stands in the sample for what is known only now.
	Placeholders() map[string]string
	// LookAround says what to try while everything runs: lines to paste.
	LookAround() string
	Close() error
}

// destinations that the demo has; the first is the one when none is named.
var destinations = []destination{threePLWarehouseManager, vendure}

func pickDestination(name string) (destination, error) {
	var names []string
	for _, one := range destinations {
		if name == one.name || name == "" {
			return one, nil
		}
		names = append(names, one.name)
	}
	return destination{}, fmt.Errorf("DESTINATION=%s is not known; it is %s", name, strings.Join(names, " or "))
}

// people are the lines for what people do, which every world's control API has.
func people(control string) string {
	return fmt.Sprintf(`  curl -s -X POST %[1]s/_control/arrive -d '{"limit": 20}'   # more orders come in
  curl -s -X POST %[1]s/_control/ship -d '{"limit": 20}'     # the warehouse ships
  curl -s %[1]s/_control/books                               # both books compared
`, control)
}
