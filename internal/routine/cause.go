// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/mapping"
)

const (
	// thingCause begins the cause of orders that were refused for want of a thing
	// that the refusal named. Any other cause stands for words.
	thingCause = "thing-"
	wordsCause = "words-"
	// causeDigits is how much of a hash a cause has. Two that look alike cost some
	// calls, and keep no order back for longer than until its own turn.
	causeDigits = 12
)

// places are those of lines in a list: they differ from order to order.
var places = regexp.MustCompile(`\[\d+\]`)

// causeOf returns what stands in status for a refusal, so that other orders that
// were refused for the same can be told by it.
// A reference that is taken, and an order that somebody else changed meanwhile,
// are a matter of that one order.
func causeOf(reason string, fault *fulfillment.Fault) string {
	if fault.Kind == fulfillment.FaultDuplicate || fault.Kind == fulfillment.FaultConflict {
		return ""
	}
	kind, text := wordsCause, reason+"\x00"+places.ReplaceAllString(fault.Error(), "[]")
	if fault.Thing != "" {
		kind, text = thingCause, fault.Thing
	}
	hash := sha256.Sum256([]byte(text))
	return kind + hex.EncodeToString(hash[:])[:causeDigits]
}

// inWordsAlone reports whether a cause stands for words, known or forgotten.
func inWordsAlone(cause string) bool { return strings.HasPrefix(cause, wordsCause) }

// forgotten is what is left of a cause that there is no room for: that an order
// was refused in words is still known.
func forgotten(cause string) string {
	if inWordsAlone(cause) {
		return wordsCause
	}
	return ""
}

// provenMissing is how many orders must have been refused in a run for one thing
// before others that need it are not asked for.
const provenMissing = 2

// missing counts how many orders a run saw refused for want of a thing.
type missing map[string]int

// note notes the refusal of an order.
func (m missing) note(thing string) {
	if thing != "" {
		m[thing]++
	}
}

// by reports whether an order needs a thing that is missing: it would be refused.
func (m missing) by(order fulfillment.Order, mappings *mapping.Tables) bool {
	if len(m) == 0 {
		return false
	}
	if m[fulfillment.ShippingThing(order)] >= provenMissing {
		return true
	}
	for _, line := range order.Lines {
		sku, verdict := mappings.WarehouseSKU(line.SKU)
		if (verdict == mapping.Mapped || verdict == mapping.Unmapped) && m[fulfillment.SKUThing(sku)] >= provenMissing {
			return true
		}
	}
	return false
}
