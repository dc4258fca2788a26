// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
)

// Quantity is a decimal with four decimals: the API counts in decimals and
// writes whole numbers as 3.0. The simulator has its own arithmetic, so that a
// mistake in the operator's cannot hide in both.
type Quantity int64

const parts = 10_000

var errQuantity = errors.New("not a decimal number with at most four decimals")

// Units returns a whole number of units.
func Units(n int64) Quantity { return Quantity(n * parts) }

// ParseQuantity reads a decimal such as "3", "-2.5" or "10.0000".
func ParseQuantity(text string) (Quantity, error) {
	whole, fraction, _ := strings.Cut(text, ".")
	negative := strings.HasPrefix(whole, "-")
	whole = strings.TrimPrefix(whole, "-")
	fraction = strings.TrimRight(fraction, "0")
	if whole == "" || len(whole) > 12 || len(fraction) > 4 || strings.Trim(whole+fraction, "0123456789") != "" {
		return 0, errQuantity
	}
	n, err := strconv.ParseInt(whole+(fraction + "0000")[:4], 10, 64)
	if err != nil {
		return 0, errQuantity
	}
	if negative {
		n = -n
	}
	return Quantity(n), nil
}

// MustQuantity is ParseQuantity for figures written out in a test; it panics on bad ones.
func MustQuantity(text string) Quantity {
	q, err := ParseQuantity(text)
	if err != nil {
		panic(err)
	}
	return q
}

// Floor returns whole units, rounded towards negative infinity.
func (q Quantity) Floor() int64 {
	n := int64(q) / parts
	if int64(q)%parts < 0 {
		n--
	}
	return n
}

// String writes at least one decimal, as the API does.
func (q Quantity) String() string {
	sign, n := "", int64(q)
	if n < 0 {
		sign, n = "-", -n
	}
	fraction := strconv.FormatInt(n%parts+parts, 10)[1:]
	fraction = strings.TrimRight(fraction, "0")
	if fraction == "" {
		fraction = "0"
	}
	return sign + strconv.FormatInt(n/parts, 10) + "." + fraction
}

// MarshalJSON writes a JSON number with at least one decimal.
func (q Quantity) MarshalJSON() ([]byte, error) { return []byte(q.String()), nil }

// UnmarshalJSON takes a JSON number; a text is refused.
func (q *Quantity) UnmarshalJSON(data []byte) error {
	if bytes.Equal(data, []byte("null")) {
		return nil
	}
	parsed, err := ParseQuantity(string(data))
	if err != nil {
		return err
	}
	*q = parsed
	return nil
}
