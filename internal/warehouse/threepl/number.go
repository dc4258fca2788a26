// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/big"
	"regexp"
	"strconv"
	"strings"

	"ordersync.dev/operator/internal/fulfillment"
)

// wireInt is a whole number as the service writes it: bare or in quotes; null is 0.
type wireInt int64

// UnmarshalJSON reads the number.
func (n *wireInt) UnmarshalJSON(data []byte) error {
	text := string(bytes.Trim(data, `"`))
	if text == "null" || text == "" {
		*n = 0
		return nil
	}
	text = strings.TrimSuffix(text, ".0")
	value, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return errors.New("not a whole number")
	}
	*n = wireInt(value)
	return nil
}

var (
	errQuantity = errors.New("not a number of units")
	// plainNumber bounds the exponent too: without bounds it would be worked
	// out digit by digit.
	plainNumber = regexp.MustCompile(`^-?[0-9]{1,40}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,2})?$`)
)

// quantity reads a decimal number of units. Decimals beyond the fourth are
// rounded down: they are the noise of binary fractions, or too small to sell.
func quantity(number json.Number) (fulfillment.Quantity, error) {
	text := string(number)
	if !plainNumber.MatchString(text) {
		return 0, errQuantity
	}
	if q, err := fulfillment.ParseQuantity(text); err == nil {
		return q, nil
	}
	value, ok := new(big.Rat).SetString(text)
	if !ok {
		return 0, errQuantity
	}
	one := big.NewInt(int64(fulfillment.Units(1)))
	scaled := new(big.Int).Mul(value.Num(), one)
	// Euclidean division by a positive number rounds down.
	scaled.Div(scaled, value.Denom())
	if limit := new(big.Int).Mul(one, big.NewInt(1e14)); scaled.CmpAbs(limit) > 0 {
		return 0, errQuantity
	}
	return fulfillment.Quantity(scaled.Int64()), nil
}

// optionalQuantity reads a figure that may be absent.
func optionalQuantity(number json.Number) (*fulfillment.Quantity, error) {
	if number == "" {
		return nil, nil
	}
	q, err := quantity(number)
	if err != nil {
		return nil, err
	}
	return &q, nil
}
