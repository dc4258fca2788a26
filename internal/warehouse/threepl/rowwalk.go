// SPDX-License-Identifier: Apache-2.0

package threepl

import "context"

const (
	// maxPages bounds a walk whose end a server never shows.
	maxPages = 20_000
	// maxRows is the most rows that a walk keeps, and maxText the longest name
	// of any of them.
	maxRows = 500_000
	maxText = 1000
)

// rowWalk reads every page of a collection that is paged by number. Such pages
// shift when rows come and go between them: one row is then read twice and
// another not at all.
type rowWalk[T any] struct {
	operation, endpoint, path string
	// size is the most rows on a page.
	size int64
	// parameters besides those of paging.
	parameters []parameter
	// key tells rows apart; empty for a row that cannot be told apart.
	key func(T) string
	// take takes a row, once for each key.
	take func(T) error
}

// run reads the pages. The walk is complete when the total was the same on
// every page, and as many different rows came.
func (w rowWalk[T]) run(ctx context.Context, d *Driver) (complete bool, err error) {
	seen := map[string]bool{}
	first, same := int64(-1), true
	for page := int64(1); page <= maxPages; page++ {
		parameters := append([]parameter{{"pgsiz", decimal(w.size)}, {"pgnum", decimal(page)}}, w.parameters...)
		request, response, err := d.get(ctx, w.operation, w.endpoint, w.path, query(parameters...))
		if err != nil {
			return false, err
		}
		rows, total, err := listOf[T](d, request, response, "item")
		if err != nil {
			return false, err
		}
		if first < 0 {
			first = total
		}
		same = same && total == first
		for _, row := range rows {
			key := w.key(row)
			if key == "" {
				return false, d.malformed(request, response, "a row's item has no id, or no SKU of a sane length")
			}
			if seen[key] {
				continue
			}
			if len(key) > maxText || len(seen) == maxRows {
				return false, d.malformed(request, response, "it has more rows, or longer names, than any warehouse has")
			}
			seen[key] = true
			if err := w.take(row); err != nil {
				return false, d.malformed(request, response, "a figure is "+err.Error())
			}
		}
		if page*w.size >= total || len(rows) == 0 {
			return same && int64(len(seen)) == total, nil
		}
	}
	return false, nil
}
