// SPDX-License-Identifier: Apache-2.0

package vendure

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Seed is what an empty server is filled with.
type Seed struct {
	// Countries are the ISO codes that orders can be sent to; none are US, CA, GB and DE.
	Countries []string
	// ShippingMethods are codes; none is "standard". Each is free of charge and
	// open to every order.
	ShippingMethods []string
	// Locations are the names of stock locations besides DefaultLocation.
	Locations []string
	// Channels besides the default one, which has everything.
	Channels []Channel
	Variants []Variant
}

// DefaultLocation is the stock location that every server has.
const DefaultLocation = "Default Stock Location"

// Channel is a channel besides the default one.
type Channel struct {
	Code string
	// Token is what requests name the channel by.
	Token string
	// Locations and SKUs are what belongs to the channel.
	Locations, SKUs []string
}

// Variant is one product with one variant.
type Variant struct {
	SKU string
	// Stock on hand by location.
	Stock map[string]int64
	// Price in cents; 0 is free.
	Price int64
	// Untracked variants are never out of stock.
	Untracked bool
	// Reserve is the number of units that are not for sale.
	Reserve int64
}

// seedBatch is how many products are made in one call.
const seedBatch = 50

// Seed fills the server. It is called once, with any number of AddVariants after it.
func (s *Server) Seed(ctx context.Context, seed Seed) error {
	if len(seed.Countries) == 0 {
		seed.Countries = []string{"US", "CA", "GB", "DE"}
	}
	if len(seed.ShippingMethods) == 0 {
		seed.ShippingMethods = []string{"standard"}
	}
	zone, err := s.seedSettings(ctx, seed.Countries)
	if err != nil {
		return err
	}
	for _, location := range seed.Locations {
		if err := s.query(ctx, `mutation($n: String!) { createStockLocation(input: {name: $n}) { id } }`,
			map[string]any{"n": location}, nil); err != nil {
			return err
		}
	}
	for _, code := range seed.ShippingMethods {
		if err := s.seedShippingMethod(ctx, code); err != nil {
			return err
		}
	}
	if err := s.AddVariants(ctx, seed.Variants...); err != nil {
		return err
	}
	for _, channel := range seed.Channels {
		if err := s.seedChannel(ctx, zone, channel); err != nil {
			return err
		}
	}
	return nil
}

// seedSettings makes one zone of all countries, taxed with nothing.
func (s *Server) seedSettings(ctx context.Context, countries []string) (zone string, err error) {
	var mutation strings.Builder
	mutation.WriteString(`mutation { tax: createTaxCategory(input: {name: "Standard", isDefault: true}) { id }` + "\n")
	for _, code := range countries {
		fmt.Fprintf(&mutation, "%s: createCountry(input: {code: %q, enabled: true, translations: [{languageCode: en, name: %q}]}) { id }\n",
			"country"+code, code, code)
	}
	mutation.WriteString("}")
	var made map[string]struct{ ID string }
	if err := s.query(ctx, mutation.String(), nil, &made); err != nil {
		return "", err
	}
	var members []string
	for _, code := range countries {
		members = append(members, made["country"+code].ID)
	}
	var data struct {
		CreateZone struct{ ID string }
	}
	if err := s.query(ctx, `mutation($m: [ID!]) { createZone(input: {name: "World", memberIds: $m}) { id } }`,
		map[string]any{"m": members}, &data); err != nil {
		return "", err
	}
	zone = data.CreateZone.ID
	return zone, s.query(ctx, `mutation($tax: ID!, $zone: ID!) {
			createTaxRate(input: {name: "none", enabled: true, value: 0, categoryId: $tax, zoneId: $zone}) { id }
			updateChannel(input: {id: 1, defaultTaxZoneId: $zone, defaultShippingZoneId: $zone, pricesIncludeTax: true}) { __typename }
		}`, map[string]any{"tax": made["tax"].ID, "zone": zone}, nil)
}

func (s *Server) seedShippingMethod(ctx context.Context, code string) error {
	return s.query(ctx, `mutation($i: CreateShippingMethodInput!) { createShippingMethod(input: $i) { id } }`, map[string]any{"i": map[string]any{
		"code":               code,
		"fulfillmentHandler": "manual-fulfillment",
		"checker": map[string]any{"code": "default-shipping-eligibility-checker",
			"arguments": []any{argument("orderMinimum", "0")}},
		"calculator": map[string]any{"code": "default-shipping-calculator",
			"arguments": []any{argument("rate", "0"), argument("taxRate", "0"), argument("includesTax", "auto")}},
		"translations": []any{map[string]any{"languageCode": "en", "name": code, "description": ""}},
	}}, nil)
}

func argument(name, value string) map[string]any { return map[string]any{"name": name, "value": value} }

// AddVariants adds products, each with one variant, to the default channel.
func (s *Server) AddVariants(ctx context.Context, variants ...Variant) error {
	locations, err := s.locations(ctx)
	if err != nil {
		return err
	}
	for batch := range slices.Chunk(variants, seedBatch) {
		if err := s.addVariants(ctx, locations, batch); err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) addVariants(ctx context.Context, locations map[string]string, variants []Variant) error {
	var mutation strings.Builder
	mutation.WriteString("mutation {\n")
	for i, variant := range variants {
		fmt.Fprintf(&mutation, "p%d: createProduct(input: {enabled: true, translations: [{languageCode: en, name: %q, slug: %q, description: \"\"}]}) { id }\n",
			i, variant.SKU, strings.ToLower(variant.SKU))
	}
	mutation.WriteString("}")
	var products map[string]struct{ ID string }
	if err := s.query(ctx, mutation.String(), nil, &products); err != nil {
		return err
	}
	inputs := make([]any, len(variants))
	for i, variant := range variants {
		levels, err := stockLevels(locations, variant.Stock)
		if err != nil {
			return err
		}
		input := map[string]any{
			"productId": products[fmt.Sprintf("p%d", i)].ID, "sku": variant.SKU, "price": variant.Price, "trackInventory": "TRUE",
			"translations": []any{map[string]any{"languageCode": "en", "name": variant.SKU}}, "stockLevels": levels,
		}
		if variant.Untracked {
			input["trackInventory"] = "FALSE"
		}
		if variant.Reserve != 0 {
			input["useGlobalOutOfStockThreshold"], input["outOfStockThreshold"] = false, variant.Reserve
		}
		inputs[i] = input
	}
	return s.query(ctx, `mutation($i: [CreateProductVariantInput!]!) { createProductVariants(input: $i) { id } }`, map[string]any{"i": inputs}, nil)
}

func stockLevels(locations map[string]string, stock map[string]int64) ([]any, error) {
	levels := []any{}
	for _, name := range slices.Sorted(maps.Keys(stock)) {
		id, ok := locations[name]
		if !ok {
			return nil, fmt.Errorf("vendure has no stock location %q", name)
		}
		levels = append(levels, map[string]any{"stockLocationId": id, "stockOnHand": stock[name]})
	}
	return levels, nil
}

// locations are the ids of the stock locations by name.
func (s *Server) locations(ctx context.Context) (map[string]string, error) {
	var data struct {
		StockLocations struct {
			Items []struct{ ID, Name string }
		}
	}
	if err := s.query(ctx, `{ stockLocations(options: {take: 100}) { items { id name } } }`, nil, &data); err != nil {
		return nil, err
	}
	ids := map[string]string{}
	for _, location := range data.StockLocations.Items {
		ids[location.Name] = location.ID
	}
	return ids, nil
}

func (s *Server) seedChannel(ctx context.Context, zone string, channel Channel) error {
	var made struct {
		CreateChannel struct {
			refused
			ID string
		}
	}
	if err := s.query(ctx, `mutation($i: CreateChannelInput!) { createChannel(input: $i) { `+refusal+` ... on Channel { id } } }`, map[string]any{"i": map[string]any{
		"code": channel.Code, "token": channel.Token, "defaultLanguageCode": "en", "defaultCurrencyCode": "USD", "pricesIncludeTax": true,
		"defaultTaxZoneId": zone, "defaultShippingZoneId": zone,
	}}, &made); err != nil {
		return err
	}
	if err := made.CreateChannel.err("creating a channel"); err != nil {
		return err
	}
	var methods struct {
		ShippingMethods struct{ Items []struct{ ID string } }
	}
	if err := s.query(ctx, `{ shippingMethods { items { id } } }`, nil, &methods); err != nil {
		return err
	}
	var ids []string
	for _, method := range methods.ShippingMethods.Items {
		ids = append(ids, method.ID)
	}
	locations, err := s.locations(ctx)
	if err != nil {
		return err
	}
	var places []string
	for _, name := range channel.Locations {
		places = append(places, locations[name])
	}
	if err := s.query(ctx, `mutation($c: ID!, $l: [ID!]!, $m: [ID!]!) {
			assignStockLocationsToChannel(input: {channelId: $c, stockLocationIds: $l}) { id }
			assignShippingMethodsToChannel(input: {channelId: $c, shippingMethodIds: $m}) { id }
		}`, map[string]any{"c": made.CreateChannel.ID, "l": places, "m": ids}, nil); err != nil {
		return err
	}
	return s.AddToChannel(ctx, channel.Code, channel.SKUs...)
}

// AddToChannel adds variants to the channel with this code.
func (s *Server) AddToChannel(ctx context.Context, code string, skus ...string) error {
	if len(skus) == 0 {
		return nil
	}
	variants, err := s.variants(ctx, skus...)
	if err != nil {
		return err
	}
	var data struct {
		Channels struct{ Items []struct{ ID, Code string } }
	}
	if err := s.query(ctx, `{ channels { items { id code } } }`, nil, &data); err != nil {
		return err
	}
	for _, channel := range data.Channels.Items {
		if channel.Code != code {
			continue
		}
		var ids []string
		for _, v := range variants {
			ids = append(ids, v.ID)
		}
		return s.query(ctx, `mutation($c: ID!, $v: [ID!]!) { assignProductVariantsToChannel(input: {channelId: $c, productVariantIds: $v}) { id } }`,
			map[string]any{"c": channel.ID, "v": ids}, nil)
	}
	return fmt.Errorf("vendure has no channel %q", code)
}
