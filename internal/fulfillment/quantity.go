// SPDX-License-Identifier: Apache-2.0

package fulfillment

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// quantityScale is the number of parts that a unit is kept in: warehouses
// count in decimals (metres, kilograms), and sums of them must be exact.
const quantityScale = 10_000

// Quantity is a decimal number of units with four decimals.
type Quantity int64

// Units returns a whole number of units.
func Units(n int64) Quantity { return Quantity(n * quantityScale) }

// maxUnits is the largest number of units that is believed, either way: sums of
// ninety such figures are still exact.
const maxUnits = 100_000_000_000_000

// UnitsOf returns a whole number of units that came from outside; ok is false
// when it is out of range.
func UnitsOf(n int64) (q Quantity, ok bool) {
	if n > maxUnits || n < -maxUnits {
		return 0, false
	}
	return Units(n), true
}

// Plus adds two quantities. A sum beyond the largest there is stays there: it
// never turns into its opposite.
func (q Quantity) Plus(other Quantity) Quantity {
	sum := q + other
	switch {
	case q > 0 && other > 0 && sum < 0:
		return math.MaxInt64
	case q < 0 && other < 0 && sum >= 0:
		return math.MinInt64
	}
	return sum
}

// ParseQuantity reads a decimal number such as "3", "-2.5" or "1e2". Decimals
// beyond the fourth are refused unless they are zero.
func ParseQuantity(text string) (Quantity, error) {
	text = strings.TrimSpace(text)
	if strings.ContainsAny(text, "eE") {
		f, err := strconv.ParseFloat(text, 64)
		if err != nil || math.Abs(f) > 1e14 || f != math.Trunc(f) {
			return 0, fmt.Errorf("quantity is not a decimal number in range")
		}
		return Units(int64(f)), nil
	}
	negative := strings.HasPrefix(text, "-")
	digits := strings.TrimPrefix(text, "-")
	whole, fraction, _ := strings.Cut(digits, ".")
	fraction = strings.TrimRight(fraction, "0")
	if whole == "" || len(whole) > 14 || len(fraction) > 4 || strings.Trim(whole+fraction, "0123456789") != "" {
		return 0, fmt.Errorf("quantity is not a decimal number with at most four decimals")
	}
	n, err := strconv.ParseInt(whole+fraction+strings.Repeat("0", 4-len(fraction)), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("quantity is out of range")
	}
	if negative {
		n = -n
	}
	return Quantity(n), nil
}

// Whole reports whether the quantity has no fraction.
func (q Quantity) Whole() bool { return q%quantityScale == 0 }

// Floor returns the units, rounded down (towards negative infinity): half a
// unit cannot be sold.
func (q Quantity) Floor() int64 {
	n := int64(q) / quantityScale
	if int64(q)%quantityScale < 0 {
		n--
	}
	return n
}

// String returns the quantity as a decimal number without trailing zeros.
func (q Quantity) String() string {
	if q.Whole() {
		return strconv.FormatInt(int64(q)/quantityScale, 10)
	}
	sign, n := "", int64(q)
	if n < 0 {
		sign, n = "-", -n
	}
	return strings.TrimRight(fmt.Sprintf("%s%d.%04d", sign, n/quantityScale, n%quantityScale), "0")
}
