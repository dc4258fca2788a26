// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	_ "embed"
	"strings"
)

//go:embed carriers.txt
var carrierList string

// carriers are the values of shippingCarrier in the vendor's schema.
var carriers = func() map[string]bool {
	known := map[string]bool{}
	for name := range strings.FieldsSeq(carrierList) {
		known[name] = true
	}
	return known
}()
