// SPDX-License-Identifier: Apache-2.0

package vendure

import (
	"context"
	"errors"
	"maps"
	"slices"
)

// OpenChannel adds a channel to a server that was seeded. Locations that it
// does not have yet are made.
func (s *Server) OpenChannel(ctx context.Context, channel Channel) error {
	var data struct {
		Zones struct{ Items []struct{ ID string } }
	}
	if err := s.query(ctx, `{ zones { items { id } } }`, nil, &data); err != nil {
		return err
	}
	if len(data.Zones.Items) == 0 {
		return errors.New("vendure was not seeded")
	}
	known, err := s.locations(ctx)
	if err != nil {
		return err
	}
	for _, location := range channel.Locations {
		if known[location] != "" {
			continue
		}
		if err := s.query(ctx, `mutation($n: String!) { createStockLocation(input: {name: $n}) { id } }`, map[string]any{"n": location}, nil); err != nil {
			return err
		}
	}
	return s.seedChannel(ctx, data.Zones.Items[0].ID, channel)
}

// Fill sets the stock on hand of many SKUs at one location.
func (s *Server) Fill(ctx context.Context, location string, onHand map[string]int64) error {
	locations, err := s.locations(ctx)
	if err != nil {
		return err
	}
	variants, err := s.variants(ctx)
	if err != nil {
		return err
	}
	for batch := range slices.Chunk(slices.Sorted(maps.Keys(onHand)), seedBatch) {
		inputs := make([]any, len(batch))
		for i, sku := range batch {
			levels, err := stockLevels(locations, map[string]int64{location: onHand[sku]})
			if err != nil {
				return err
			}
			inputs[i] = map[string]any{"id": variants[sku].ID, "stockLevels": levels}
		}
		if err := s.query(ctx, `mutation($i: [UpdateProductVariantInput!]!) { updateProductVariants(input: $i) { id } }`,
			map[string]any{"i": inputs}, nil); err != nil {
			return err
		}
	}
	return nil
}

// AddAdministrator makes an administrator who has these permissions in the
// channel with this code, and none elsewhere. The mail address is the user name.
func (s *Server) AddAdministrator(ctx context.Context, channel, mail, password string, permissions ...string) error {
	var data struct {
		Channels struct{ Items []struct{ ID, Code string } }
	}
	if err := s.query(ctx, `{ channels(options: {take: 100, sort: {id: DESC}}) { items { id code } } }`, nil, &data); err != nil {
		return err
	}
	var ids []string
	for _, c := range data.Channels.Items {
		if c.Code == channel {
			ids = append(ids, c.ID)
		}
	}
	var role struct{ CreateRole struct{ ID string } }
	if err := s.query(ctx, `mutation($i: CreateRoleInput!) { createRole(input: $i) { id } }`, map[string]any{"i": map[string]any{
		"code": mail, "description": mail, "permissions": permissions, "channelIds": ids,
	}}, &role); err != nil {
		return err
	}
	return s.query(ctx, `mutation($i: CreateAdministratorInput!) { createAdministrator(input: $i) { id } }`, map[string]any{"i": map[string]any{
		"firstName": "Integration", "lastName": channel, "emailAddress": mail, "password": password, "roleIds": []string{role.CreateRole.ID},
	}}, nil)
}
