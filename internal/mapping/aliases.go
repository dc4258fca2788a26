// SPDX-License-Identifier: Apache-2.0

package mapping

// aliases pair SKUs both ways. Order Manager's SKU is taken as it is spelled,
// since Order Manager may hold two that differ in case alone. The warehouse's
// is found in any case: a warehouse may answer with its own spelling.
type aliases struct {
	toWarehouse map[string]*entry[string]
	toMaster    map[string]*entry[string]
	// spelled are Order Manager's SKUs of all rows, folded.
	spelled map[string]bool
}

func newAliases() aliases {
	return aliases{toWarehouse: map[string]*entry[string]{}, toMaster: map[string]*entry[string]{}, spelled: map[string]bool{}}
}

func (a *aliases) add(t *Tables, r *row) {
	master, warehouse := r.values[0], r.values[1]
	if master != "" {
		a.spelled[fold(master)] = true
		note(t, a.toWarehouse, master, warehouse, r)
	}
	if warehouse == "" || master == "" {
		return
	}
	there, twice := a.toMaster[fold(warehouse)]
	switch {
	case !twice:
		a.toMaster[fold(warehouse)] = &entry[string]{value: master, at: r.at, refused: r.wrong != ""}
	case r.wrong != "":
	case there.value != master:
		const what = "another row gives this warehouseSku to another masterSku, and its stock could not be told apart: "
		if !there.refused {
			t.problems = append(t.problems, Problem{At: there.at, What: what + r.at.String()})
		}
		there.refused = true
		t.problems = append(t.problems, Problem{At: r.at, What: what + there.at.String()})
		a.refuse(master)
	}
}

func (a *aliases) refuse(master string) {
	if found, ok := a.toWarehouse[master]; ok {
		found.refused = true
	}
}

// close makes refusals hold both ways.
func (a *aliases) close() {
	for _, back := range a.toMaster {
		if back.refused {
			a.refuse(back.value)
		}
	}
	for _, back := range a.toMaster {
		if forth, ok := a.toWarehouse[back.value]; ok && forth.refused {
			back.refused = true
		}
	}
}

// WarehouseSKU returns the warehouse's SKU for one of Order Manager's. A SKU of
// which no row speaks is the same on both sides, unless rows could not be read:
// then it is Undecided, and never itself. It is Refused when it is the
// warehouse's SKU of another product, and when a row has it in another
// spelling: either would ship something else than was ordered.
func (t *Tables) WarehouseSKU(master string) (string, Verdict) {
	if t == nil {
		return master, Unmapped
	}
	if found, ok := t.aliases.toWarehouse[master]; ok {
		return found.answer()
	}
	_, taken := t.aliases.toMaster[fold(master)]
	if taken || t.aliases.spelled[fold(master)] {
		return "", Refused
	}
	if t.lacks(SKUAliases) {
		return "", Undecided
	}
	return master, Unmapped
}

// MasterSKU returns Order Manager's SKU for one of the warehouse's. A SKU of
// which no row speaks is the same on both sides. It is Refused when Order
// Manager's product of that name is another one in the warehouse.
func (t *Tables) MasterSKU(warehouse string) (string, Verdict) {
	if t == nil {
		return warehouse, Unmapped
	}
	if found, ok := t.aliases.toMaster[fold(warehouse)]; ok {
		return found.answer()
	}
	if t.aliases.spelled[fold(warehouse)] {
		return "", Refused
	}
	if t.lacks(SKUAliases) {
		return "", Undecided
	}
	return warehouse, Unmapped
}

// HasAliases reports whether SKUs may differ between the two sides.
func (t *Tables) HasAliases() bool {
	return t != nil && (len(t.aliases.spelled) > 0 || t.lacks(SKUAliases))
}
