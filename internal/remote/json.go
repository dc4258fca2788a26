// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"bytes"
	"errors"

	"ordersync.dev/operator/internal/fulfillment"
)

// errNothing is an answer of null: no system documents one, and every type
// takes it for its zero value.
var errNothing = errors.New("nothing at all")

// DecodeJSON reads the answer to a request as one JSON value. What is not JSON
// of this shape is a fault of kind Malformed, and one of more values than any
// answer has is TooLarge; both are Uncertain when the request writes. Nothing
// of the body is repeated in the fault.
func (c *Client) DecodeJSON(r Request, response Response, into any) error {
	defer response.held.giveBack()
	err := Unmarshal(response.Body, into)
	if err == nil && string(bytes.TrimSpace(response.Body)) == "null" {
		err = errNothing
	}
	switch {
	case errors.Is(err, errTooMuch):
		return c.Fault(r, response, fulfillment.FaultTooLarge)
	case err != nil:
		fault := c.Fault(r, response, fulfillment.FaultMalformed)
		fault.Hint = "it is not the JSON that is documented"
		if bytes.HasPrefix(bytes.TrimSpace(response.Body), []byte("<")) {
			fault.Hint = "it is a web page, not JSON; check the url"
		}
		return fault
	}
	return nil
}
