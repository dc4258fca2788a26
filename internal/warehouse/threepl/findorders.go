// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"context"
	"net/http"
	"strings"

	"ordersync.dev/operator/internal/fulfillment"
)

// maxQuery is the longest query that is sent, in bytes. The vendor documents
// no limit; common servers take request lines of 8 KiB. A service that takes
// less says so with 414, or with 404 as Microsoft's web server does, and is
// then asked in halves.
const maxQuery = 8000

// wanted is what one query asks for.
type wanted struct {
	lookups    []fulfillment.Lookup
	identities map[string]bool
	references map[string]bool
}

// foldReference makes references comparable: the service takes "so-1" for a
// duplicate of "SO-1", so an order under either has both.
func foldReference(reference string) string { return strings.ToUpper(reference) }

func newWanted(lookups []fulfillment.Lookup) wanted {
	w := wanted{lookups: lookups, identities: map[string]bool{}, references: map[string]bool{}}
	for _, lookup := range lookups {
		if lookup.ID != 0 {
			w.identities[lookup.ID.String()] = true
		}
		for _, reference := range lookup.References {
			if reference != "" {
				w.references[foldReference(reference)] = true
			}
		}
	}
	return w
}

// term is the term of the query, in the order of the lookups.
func (w wanted) term() string {
	identities, references := make([]string, 0, len(w.identities)), make([]string, 0, len(w.references))
	once := map[string]bool{"": true}
	add := func(list *[]string, kind, value string) {
		if !once[kind+value] && value != "" {
			once[kind+value] = true
			*list = append(*list, value)
		}
	}
	for _, lookup := range w.lookups {
		if lookup.ID != 0 {
			add(&identities, "identity ", lookup.ID.String())
		}
		for _, reference := range lookup.References {
			add(&references, "reference ", reference)
		}
	}
	var terms []string
	if len(identities) > 0 {
		terms = append(terms, rqlIn(rqlExternalID, identities))
	}
	if len(references) > 0 {
		terms = append(terms, rqlIn(rqlReference, references))
	}
	if len(terms) == 0 {
		return ""
	}
	return rqlAny(terms...)
}

// FindOrders returns this customer's orders under these identities and
// references. All lookups go in one query, or in as few as the length of a
// query allows; what comes back is compared again, whole and exactly.
//
// A cancelled order carries another reference in the service, and is found by
// its identity; it is returned under the reference that it had.
//
// References are unique to the customer, not to the building. An order in
// another building that has one of these references is returned with a foreign
// identity, because it takes the reference and is nobody's here to adopt. An
// order in another building with one of these identities is that building's
// affair and left out; while it holds the reference, a creation is refused as
// a duplicate.
func (d *Driver) FindOrders(ctx context.Context, lookups []fulfillment.Lookup) ([]fulfillment.WarehouseOrder, error) {
	if len(lookups) > fulfillment.PageSize {
		return nil, &fulfillment.Fault{
			Kind: fulfillment.FaultInvalid, System: System, Operation: "find orders", Hint: "too many lookups at once",
		}
	}
	var found []fulfillment.WarehouseOrder
	seen := map[string]bool{}
	for rest := lookups; len(rest) > 0; {
		count := d.fitting(rest)
		orders, err := d.find(ctx, newWanted(rest[:count]))
		if refusedForLength(err) && count > 1 {
			shorter := int64(d.queryLength(rest[:count]) / 2)
			if limit := d.queryLimit.Load(); shorter < limit {
				d.queryLimit.CompareAndSwap(limit, shorter)
			}
			continue
		}
		if err != nil {
			if refusedForLength(err) {
				// It was not the length after all.
				d.queryLimit.Store(maxQuery)
			}
			return nil, err
		}
		for _, order := range orders {
			if !seen[order.ID] {
				seen[order.ID] = true
				found = append(found, order)
			}
		}
		rest = rest[count:]
	}
	return found, nil
}

// fitting returns how many of the lookups go into one query; at least one.
func (d *Driver) fitting(lookups []fulfillment.Lookup) int {
	limit := d.queryLimit.Load()
	count := len(lookups)
	for count > 1 && int64(d.queryLength(lookups[:count])) > limit {
		count -= max(count/8, 1)
	}
	return count
}

func (d *Driver) queryLength(lookups []fulfillment.Lookup) int {
	return len(ordersQuery(ordersPage, rqlAll(newWanted(lookups).term(), d.ours())))
}

// refusedForLength reports an answer that a list of orders gives only to a
// query that is too long.
func refusedForLength(err error) bool {
	fault, ok := fulfillment.AsFault(err)
	return ok && (fault.Status == http.StatusRequestURITooLong || fault.Status == http.StatusNotFound)
}

func (d *Driver) find(ctx context.Context, w wanted) ([]fulfillment.WarehouseOrder, error) {
	term := w.term()
	if term == "" {
		return nil, nil
	}
	var found []fulfillment.WarehouseOrder
	for after := int64(0); ; {
		page, err := d.ordersAfter(ctx, "find orders", after, term, d.ours())
		if err != nil {
			return nil, err
		}
		for i, order := range page.orders {
			if order, ok := d.match(w, page.documents[i], order); ok {
				found = append(found, order)
			}
		}
		if page.last == 0 {
			return found, nil
		}
		after = page.last
	}
}

// match decides whether an order is one that was asked for.
func (d *Driver) match(w wanted, document orderDocument, order fulfillment.WarehouseOrder) (fulfillment.WarehouseOrder, bool) {
	byIdentity, byReference := w.identities[order.Identity], w.references[foldReference(order.Reference)]
	switch {
	case d.foreign(document) || !byIdentity && !byReference:
		return order, false
	case !d.elsewhere(document):
		return order, true
	case byIdentity:
		return order, false
	}
	order.Identity = strings.TrimSpace("facility " + decimal(int64(document.ReadOnly.FacilityIdentifier.ID)) + " " + order.Identity)
	return order, true
}
