// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"ordersync.dev/operator/internal/fulfillment"
)

// Resolution is what a warehouse name means in an account.
type Resolution struct {
	// WarehouseIDs are the claimed warehouses, in ascending order.
	WarehouseIDs []int64
	// WarehouseID and Type are of the one warehouse; zero when All.
	WarehouseID int64
	// Type is Order Manager's warehouse type, for example THIRD_PARTY_LOGISTICS.
	Type string
	// All says that the name was EveryWarehouse.
	All bool
}

// Types of warehouses that matter here.
const typeDirectFulfillment = "DIRECT_FULFILLMENT"

// MaxWarehouses is the most warehouses that one connection claims.
const MaxWarehouses = 200

const (
	warehousesEndpoint  = "/v1/warehouses"
	warehousesOperation = "list warehouses"
	// namesShown bounds how many warehouse names a hint lists, and nameShown
	// how long each is.
	namesShown = 5
	nameShown  = 40
)

type wireWarehouse struct {
	WarehouseID int64  `json:"warehouseId"`
	Name        string `json:"name"`
	// Active is absent in no documented answer; absent is taken for active.
	Active *bool  `json:"active"`
	Type   string `json:"type"`
}

// Resolve finds the warehouse of the connection by its whole name, without
// regard to case. A name that no warehouse, more than one or only an inactive
// one has is a fault of kind Misconfigured with a reason of its own. The hint
// may name warehouses: they are settings, not personal data.
func (c *Client) Resolve(ctx context.Context) (Resolution, error) {
	warehouses, err := get[wireWarehouse](ctx, c, warehousesOperation, warehousesEndpoint, nil)
	if err != nil {
		if fault, ok := fulfillment.AsFault(err); ok && fault.Kind == fulfillment.FaultNotFound {
			fault.Hint = "this is no Order Manager API; check the url"
		}
		return Resolution{}, err
	}
	for _, warehouse := range warehouses {
		if warehouse.WarehouseID <= 0 {
			return Resolution{}, &fulfillment.Fault{Kind: fulfillment.FaultMalformed, System: System,
				Operation: warehousesOperation, Hint: "a warehouse has no id"}
		}
	}
	name := strings.TrimSpace(c.options.WarehouseName)
	if name == EveryWarehouse {
		return resolveAll(warehouses)
	}
	return resolveOne(warehouses, name)
}

func resolveAll(warehouses []wireWarehouse) (Resolution, error) {
	ids := make([]int64, len(warehouses))
	for i, warehouse := range warehouses {
		ids[i] = warehouse.WarehouseID
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	switch {
	case len(ids) == 0:
		return Resolution{}, misconfigured(fulfillment.ReasonWarehouseNotFound, "the account has no warehouse")
	case len(ids) > MaxWarehouses:
		return Resolution{}, misconfigured(fulfillment.ReasonTooManyWarehouses,
			fmt.Sprintf("the account has %d warehouses and %d can be claimed at once; name one in warehouseName", len(ids), MaxWarehouses))
	}
	return Resolution{WarehouseIDs: ids, All: true}, nil
}

func resolveOne(warehouses []wireWarehouse, name string) (Resolution, error) {
	var active, inactive []wireWarehouse
	var others []string
	for _, warehouse := range warehouses {
		isActive := warehouse.Active == nil || *warehouse.Active
		switch {
		case !strings.EqualFold(strings.TrimSpace(warehouse.Name), name):
			if isActive {
				others = append(others, shown(warehouse.Name))
			}
		case isActive:
			active = append(active, warehouse)
		default:
			inactive = append(inactive, warehouse)
		}
	}
	switch {
	case len(active) == 1:
		found := active[0]
		return Resolution{WarehouseIDs: []int64{found.WarehouseID}, WarehouseID: found.WarehouseID, Type: found.Type}, nil
	case len(active) > 1:
		return Resolution{}, misconfigured(fulfillment.ReasonWarehouseAmbiguous,
			fmt.Sprintf("%d active warehouses have this name; give them different names in Order Manager", len(active)))
	case len(inactive) > 0:
		return Resolution{}, misconfigured(fulfillment.ReasonWarehouseInactive,
			"the warehouse is inactive; activate it in Order Manager or set another warehouseName")
	}
	return Resolution{}, misconfigured(fulfillment.ReasonWarehouseNotFound, "no warehouse has this name; set warehouseName to "+choice(others))
}

// choice lists names to choose from.
func choice(names []string) string {
	if len(names) == 0 {
		return "the name of an active warehouse; the account has none"
	}
	slices.Sort(names)
	list := `"` + strings.Join(names[:min(len(names), namesShown)], `", "`) + `"`
	if more := len(names) - namesShown; more > 0 {
		return fmt.Sprintf("one of %s and %d more", list, more)
	}
	return "one of " + list
}

// shown makes a name fit for a message.
func shown(name string) string {
	runes := []rune(strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return -1
	}, strings.TrimSpace(name)))
	if len(runes) > nameShown {
		runes = append(runes[:nameShown], '…')
	}
	return string(runes)
}

func misconfigured(reason, hint string) *fulfillment.Fault {
	return &fulfillment.Fault{Kind: fulfillment.FaultMisconfigured, System: System, Operation: "find the warehouse", Reason: reason, Hint: hint}
}
