// SPDX-License-Identifier: Apache-2.0

package vendure

import (
	"context"
	"slices"

	"ordersync.dev/operator/internal/fulfillment"
)

const (
	stockOperation = "list stock"

	stockSettingsDocument = `query StockSettings($name: String!) {
	stockLocations(options: {filter: {name: {eq: $name}}}) { items { id name } }
	globalSettings { trackInventory outOfStockThreshold }
}`
	stockDocument = `query Stock($skip: Int!, $take: Int!) {
	productVariants(options: {skip: $skip, take: $take, sort: {id: ASC}}) { totalItems items {
		id sku enabled trackInventory outOfStockThreshold useGlobalOutOfStockThreshold
		stockLevels { stockLocationId stockOnHand stockAllocated }
	} }
}`
	locationHint = "the channel has no stock location of this name; copy it from Vendure letter for letter"
)

const (
	// maxVariants is the most variants that are kept, and maxText the longest
	// name of any of them: a server that knows no end must not take all memory.
	maxVariants = 500_000
	maxText     = 1000
)

// variantDocument is one product variant.
type variantDocument struct {
	ID      string `json:"id"`
	SKU     string `json:"sku"`
	Enabled bool   `json:"enabled"`
	// TrackInventory is TRUE, FALSE or INHERIT.
	TrackInventory     string `json:"trackInventory"`
	Threshold          int64  `json:"outOfStockThreshold"`
	UseGlobalThreshold bool   `json:"useGlobalOutOfStockThreshold"`
	StockLevels        []struct {
		Location  string `json:"stockLocationId"`
		OnHand    *int64 `json:"stockOnHand"`
		Allocated *int64 `json:"stockAllocated"`
	} `json:"stockLevels"`
}

// stockSettings are what the shop's own settings say of all variants.
type stockSettings struct {
	location  string
	tracked   bool
	threshold int64
}

// Stock returns the stock of the channel's variants at the location. A variant
// that the location has no level of has no row, and so none in stock.
//
// Available is what is on hand and not allocated, less what a threshold keeps
// back; a threshold below zero lets the shop sell what it has not, and adds
// nothing here. A variant whose stock is not tracked is left out whole: it is
// unknown, not zero. So is a SKU that several variants have, which no order of
// ours can name.
func (d *Driver) Stock(ctx context.Context) (fulfillment.StockReport, error) {
	settings, err := d.stockSettings(ctx)
	if err != nil {
		return fulfillment.StockReport{}, err
	}
	variants, complete, err := d.variants(ctx)
	if err != nil {
		return fulfillment.StockReport{}, err
	}
	times := map[string]int{}
	for _, variant := range variants {
		times[variant.SKU]++
	}
	report := fulfillment.StockReport{Complete: complete}
	for _, variant := range variants {
		if times[variant.SKU] > 1 || !settings.tracks(variant) {
			continue
		}
		report.Items = append(report.Items, variant.SKU)
		row, has, err := settings.row(variant)
		if err != nil {
			return fulfillment.StockReport{}, err
		}
		if has {
			report.Rows = append(report.Rows, row)
		}
	}
	slices.Sort(report.Items)
	return report, nil
}

func (d *Driver) stockSettings(ctx context.Context) (settings stockSettings, err error) {
	var data struct {
		StockLocations locationList `json:"stockLocations"`
		GlobalSettings struct {
			TrackInventory bool  `json:"trackInventory"`
			Threshold      int64 `json:"outOfStockThreshold"`
		} `json:"globalSettings"`
	}
	if err := d.do(ctx, call{operation: stockOperation, document: stockSettingsDocument, variables: map[string]any{"name": d.location}}, &data); err != nil {
		return settings, err
	}
	// Without the location every figure would be missing, and pass for zero.
	if settings.location, err = data.StockLocations.one(stockOperation, d.location); err != nil {
		return settings, err
	}
	settings.tracked, settings.threshold = data.GlobalSettings.TrackInventory, data.GlobalSettings.Threshold
	return settings, nil
}

// locationList are stock locations of the channel.
type locationList struct {
	Items []struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	} `json:"items"`
}

// one returns the id of the only location of this name.
func (l locationList) one(operation, name string) (string, error) {
	var ids []string
	for _, location := range l.Items {
		if location.Name == name && location.ID != "" {
			ids = append(ids, location.ID)
		}
	}
	fault := &fulfillment.Fault{
		Kind: fulfillment.FaultMisconfigured, System: System, Operation: operation, Reason: fulfillment.ReasonFacilityNotFound, Hint: locationHint,
	}
	switch len(ids) {
	case 0:
		return "", fault
	case 1:
		return ids[0], nil
	}
	fault.Hint = "the channel has several stock locations of this name; rename all but one"
	return "", fault
}

// variants reads every variant of the channel. The walk is complete when the
// total was the same on every page, and as many different variants came.
func (d *Driver) variants(ctx context.Context) (all []variantDocument, complete bool, err error) {
	seen := map[string]bool{}
	first, same := -1, true
	for skip := 0; ; skip += d.pageSize {
		var data struct {
			ProductVariants *struct {
				TotalItems int               `json:"totalItems"`
				Items      []variantDocument `json:"items"`
			} `json:"productVariants"`
		}
		if err := d.do(ctx, call{operation: stockOperation, document: stockDocument, variables: map[string]any{"skip": skip, "take": d.pageSize}}, &data); err != nil {
			return nil, false, err
		}
		if data.ProductVariants == nil || data.ProductVariants.Items == nil {
			return nil, false, malformed(stockOperation, "it holds no list of variants")
		}
		page := *data.ProductVariants
		if first < 0 {
			first = page.TotalItems
		}
		same = same && page.TotalItems == first
		for _, variant := range page.Items {
			if variant.ID == "" || variant.SKU == "" || len(variant.ID) > maxText || len(variant.SKU) > maxText {
				return nil, false, malformed(stockOperation, "a variant has no id or no SKU of a sane length")
			}
			if !seen[variant.ID] {
				seen[variant.ID] = true
				all = append(all, variant)
			}
		}
		if len(all) > maxVariants {
			return nil, false, malformed(stockOperation, "it has more variants than any channel has")
		}
		if len(page.Items) == 0 || skip+d.pageSize >= page.TotalItems {
			return all, same && len(seen) == page.TotalItems, nil
		}
	}
}

func (s stockSettings) tracks(variant variantDocument) bool {
	return variant.TrackInventory == "TRUE" || variant.TrackInventory != "FALSE" && s.tracked
}

// row returns what the location has of a variant; has is false when it has no level of it.
func (s stockSettings) row(variant variantDocument) (row fulfillment.WarehouseStock, has bool, err error) {
	threshold := variant.Threshold
	if variant.UseGlobalThreshold {
		threshold = s.threshold
	}
	for _, level := range variant.StockLevels {
		if level.Location != s.location {
			continue
		}
		if level.OnHand == nil || level.Allocated == nil {
			return row, false, malformed(stockOperation, "a stock level lacks a figure")
		}
		onHand, known := fulfillment.UnitsOf(*level.OnHand)
		allocated, alsoKnown := fulfillment.UnitsOf(*level.Allocated)
		kept, believed := fulfillment.UnitsOf(max(threshold, 0))
		if !known || !alsoKnown || !believed {
			return row, false, malformed(stockOperation, "a figure is out of range")
		}
		return fulfillment.WarehouseStock{
			SKU:                 variant.SKU,
			Available:           new(onHand - allocated - kept),
			OnHand:              new(onHand),
			OrderedNotAllocated: new(fulfillment.Units(0)),
		}, true, nil
	}
	return row, false, nil
}
