// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"time"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/orderload"
	"ordersync.dev/operator/internal/routine"
)

// loadOf returns what a run needs to know of its connection's orders.
func loadOf(env routine.Env, connection *v1alpha1.OrderManagerConnection) (orderload.Options, error) {
	options, err := loadOptions(&connection.Spec.Orders)
	options.Mappings, options.RejectUnmapped = env.Mappings, rejectsUnmapped(connection)
	return options, err
}

// loadOptions returns what a connection says of its orders. A connection
// without spec.orders has no defaults from the schema, so each absent field
// has its default here as well.
func loadOptions(spec *v1alpha1.OrderSelection) (orderload.Options, error) {
	options := orderload.Options{
		OrderNumber:              orderload.NumberField(spec.OrderNumber),
		LoadCustomFields:         isTrue(spec.LoadCustomFields),
		WholeCustomerNames:       spec.SplitCustomerNames != nil && !*spec.SplitCustomerNames,
		ConcatShipCodeAndCarrier: isTrue(spec.ConcatShipCodeAndCarrier),
		LoadSalesChannelName:     isTrue(spec.LoadSalesChannelName),
		OrderSource:              spec.OrderSource,
		DefaultEmail:             spec.DefaultOrderEmail,
		DefaultPhone:             spec.DefaultOrderPhone,
	}
	options.PreBuiltKits = spec.Kits == v1alpha1.KitsPreBuilt
	if day := spec.EarliestOrderDate; day != "" {
		earliest, err := time.Parse(time.DateOnly, day)
		if err != nil {
			return orderload.Options{}, misconfigured("", "spec.orders.earliestOrderDate must be a day, YYYY-MM-DD")
		}
		options.EarliestOrderDate = earliest
	}
	if day := spec.AdoptBefore; day != "" {
		before, err := time.Parse(time.DateOnly, day)
		if err != nil {
			return orderload.Options{}, misconfigured("", "spec.orders.adoptBefore must be a day, YYYY-MM-DD")
		}
		options.AdoptBefore = before
	}
	if spec.MinimumAge != nil {
		options.MinimumAge = spec.MinimumAge.Duration
	}
	for _, orderType := range spec.OrderTypes {
		options.OrderTypes = append(options.OrderTypes, string(orderType))
	}
	for _, f := range spec.Filters {
		options.Filters = append(options.Filters, orderload.OrderFilter{
			Field: orderload.FilterField(f.Field), Mode: orderload.FilterMode(f.Mode),
			Match: orderload.FilterMatch(f.Match), Values: f.Values,
		})
	}
	for _, f := range spec.ItemFilters {
		options.ItemFilters = append(options.ItemFilters, orderload.NewItemFilter(
			orderload.ItemMode(f.Mode), orderload.ItemAction(f.Action), orderload.SKUSide(f.Side), f.SKUs))
	}
	return options, nil
}

// updatesEdits reports whether an order that is changed after it was sent is
// updated in the warehouse.
func updatesEdits(connection *v1alpha1.OrderManagerConnection) bool {
	return connection.Spec.Orders.Edits == v1alpha1.EditUpdate
}

func isTrue(value *bool) bool { return value != nil && *value }

const maxSkippedMessage = 128

// skippedOrders is what status says of the orders that a run left out.
func skippedOrders(skipped routine.Skipped) *v1alpha1.SkippedOrders {
	if skipped.Count == 0 {
		return nil
	}
	result := &v1alpha1.SkippedOrders{Count: skipped.Count}
	for _, reason := range skipped.Reasons {
		result.Reasons = append(result.Reasons, v1alpha1.SkippedReason{Reason: cut(reason.Reason, maxReason), Count: reason.Count})
	}
	for _, order := range skipped.Orders[:min(len(skipped.Orders), routine.MaxSkippedShown)] {
		result.Orders = append(result.Orders, v1alpha1.SkippedOrder{
			OrderID: int64(order.ID), Reference: cut(order.Reference, maxReference),
			Reason: cut(order.Reason, maxReason), Message: cut(order.Message, maxSkippedMessage),
		})
	}
	return result
}
