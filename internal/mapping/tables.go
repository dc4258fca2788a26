// SPDX-License-Identifier: Apache-2.0

package mapping

import (
	"slices"
	"strings"

	"ordersync.dev/operator/internal/fulfillment"
)

// Verdict is what a table says of a text.
type Verdict int

const (
	// Unmapped: no row speaks of it.
	Unmapped Verdict = iota
	// Mapped: one row does.
	Mapped
	// Refused: rows speak of it and contradict each other, or the row that does
	// is wrong. Nobody can say what was meant.
	Refused
	// Undecided: no row that could be read decides, and one that could not be
	// read may.
	Undecided
)

// Tables are the tables of one connection. They are read by several routines
// at a time and never change. A nil pointer is a connection without any.
type Tables struct {
	shipMethods map[[2]string]*entry[fulfillment.Shipping]
	carriers    map[string]*entry[string]
	aliases     aliases

	rows       int
	refused    int
	problems   []Problem
	unreadable []Problem
	// incomplete says of a table that rows of it could not be read, and where the
	// first of them stand.
	incomplete map[Table]Problem
}

// entry is what a table says of one text.
type entry[V any] struct {
	value   V
	at      Place
	refused bool
}

func newTables() *Tables {
	return &Tables{shipMethods: map[[2]string]*entry[fulfillment.Shipping]{}, carriers: map[string]*entry[string]{}, aliases: newAliases(), incomplete: map[Table]Problem{}}
}

// add takes a row that was checked.
func (t *Tables) add(r *row) {
	t.rows++
	if r.wrong != "" {
		t.problems = append(t.problems, Problem{At: r.at, What: r.wrong})
	}
	switch r.table {
	case ShipMethods:
		note(t, t.shipMethods, methodKey(r.values[1], r.values[0]), fulfillment.Shipping{Carrier: r.values[2], Mode: r.values[3], SCAC: r.values[4]}, r)
	case Carriers:
		note(t, t.carriers, fold(r.values[0]), r.values[1], r)
	case SKUAliases:
		t.aliases.add(t, r)
	}
}

// note enters a value; wrong rows come after all others. A second one that says
// otherwise refuses both; one that says the same is a repetition and does no harm.
func note[K, V comparable](t *Tables, into map[K]*entry[V], key K, value V, r *row) {
	there, twice := into[key]
	switch {
	case !twice:
		into[key] = &entry[V]{value: value, at: r.at, refused: r.wrong != ""}
	case r.wrong != "":
		there.refused = true
	case there.value != value:
		if !there.refused {
			t.problems = append(t.problems, Problem{At: there.at, What: "another row says otherwise: " + r.at.String()})
		}
		there.refused = true
		t.problems = append(t.problems, Problem{At: r.at, What: "another row says otherwise: " + there.at.String()})
	}
}

func methodKey(channel, service string) [2]string {
	if strings.TrimSpace(service) == "" {
		service = NoService
	}
	return [2]string{fold(channel), fold(service)}
}

// ShipMethod returns how to ship what the channel asks for with a text. A row
// for the channel comes before one for every channel. So while rows cannot be
// read, one for every channel decides of no channel.
func (t *Tables) ShipMethod(channel, service string) (fulfillment.Shipping, Verdict) {
	if t == nil {
		return fulfillment.Shipping{}, Unmapped
	}
	for _, key := range [][2]string{methodKey(channel, service), methodKey("", service)} {
		if found, ok := t.shipMethods[key]; ok {
			return found.answer()
		}
		if t.lacks(ShipMethods) {
			return fulfillment.Shipping{}, Undecided
		}
	}
	return fulfillment.Shipping{}, Unmapped
}

// Carrier returns Order Manager's shippingCarrier for the first of the
// warehouse's texts that a row speaks of.
func (t *Tables) Carrier(texts ...string) (string, Verdict) {
	if t == nil {
		return "", Unmapped
	}
	for _, text := range texts {
		if fold(text) == "" {
			continue
		}
		if found, ok := t.carriers[fold(text)]; ok {
			return found.answer()
		}
		if t.lacks(Carriers) {
			return "", Undecided
		}
	}
	if t.lacks(Carriers) {
		return "", Undecided
	}
	return "", Unmapped
}

func (t *Tables) lacks(table Table) bool {
	_, lacks := t.incomplete[table]
	return lacks
}

// Incomplete says why a table is Undecided of what no row of it speaks of: the
// first place that could not be read.
func (t *Tables) Incomplete(table Table) string {
	if t == nil {
		return ""
	}
	return "no row that can be read decides, and one that cannot be read may; mend " + t.incomplete[table].String()
}

func (e *entry[V]) answer() (V, Verdict) {
	if e.refused {
		var none V
		return none, Refused
	}
	return e.value, Mapped
}

// Rows is the number of rows, refused ones too.
func (t *Tables) Rows() int { return t.rows }

// Problems are the rows that were refused: their number, and the first of them.
func (t *Tables) Problems() (count int, first []Problem) { return t.refused, slices.Clone(t.problems) }

// Unreadable are the places that were named and of which nothing can be read.
// Rows of any table may stand there.
func (t *Tables) Unreadable() []Problem {
	if t == nil {
		return nil
	}
	return slices.Clone(t.unreadable)
}
