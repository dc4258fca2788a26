// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"net/url"
	"strconv"
	"strings"

	"ordersync.dev/operator/internal/fulfillment"
)

// query is an encoded query in the order in which it was written. Arrays
// repeat the name. A filter that is not wanted is left out: its documented
// default of 0 is not relied upon.
type query struct{ text strings.Builder }

func (q *query) add(name string, values ...string) *query {
	for _, value := range values {
		if q.text.Len() > 0 {
			q.text.WriteByte('&')
		}
		q.text.WriteString(name)
		q.text.WriteByte('=')
		q.text.WriteString(url.QueryEscape(value))
	}
	return q
}

// pageLimit is the number of orders or products on a page. It is also the most
// ids that one call names, so that what they ask for fits on its first page.
const pageLimit = fulfillment.PageSize

// page asks for a page, numbered from 1.
func (q *query) page(page int) *query {
	return q.add("page", strconv.Itoa(page)).add("limit", strconv.Itoa(pageLimit))
}

// addIDs adds an array of ids.
func addIDs[T ~int64](q *query, name string, ids []T) *query {
	for _, id := range ids {
		q.add(name, strconv.FormatInt(int64(id), 10))
	}
	return q
}

func (q *query) encode() string {
	if q == nil {
		return ""
	}
	return q.text.String()
}
