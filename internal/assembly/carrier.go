// SPDX-License-Identifier: Apache-2.0

package assembly

import "ordersync.dev/operator/internal/ordermanager"

// ShippingCarrier returns Order Manager's spelling of one of its carriers, and
// false for a text that is none of them.
func ShippingCarrier(text string) (string, bool) { return ordermanager.ShippingCarrier(text) }
