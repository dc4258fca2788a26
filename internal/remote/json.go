// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"bytes"
	"encoding/json"

	"ordersync.dev/operator/internal/fulfillment"
)

// DecodeJSON reads the answer to a request as one JSON value. What is not JSON
// of this shape is a fault of kind Malformed, Uncertain when the request
// writes. Nothing of the body is repeated in the fault.
func (c *Client) DecodeJSON(r Request, response Response, into any) error {
	if err := json.Unmarshal(response.Body, into); err != nil {
		fault := c.Fault(r, response, fulfillment.FaultMalformed)
		fault.Hint = "it is not the JSON that is documented"
		if bytes.HasPrefix(bytes.TrimSpace(response.Body), []byte("<")) {
			fault.Hint = "it is a web page, not JSON; check the url"
		}
		return fault
	}
	return nil
}
