// SPDX-License-Identifier: Apache-2.0

package fulfillment

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Part is a part of an order that its parcel depends on.
type Part int

// The parts, in the order in which their digests are written.
const (
	PartShipTo Part = iota
	PartLines
	PartShipping
	PartNotes
	partCount
)

// Parts are all parts.
func Parts() []Part { return []Part{PartShipTo, PartLines, PartShipping, PartNotes} }

// String returns the part as people are told of it.
func (p Part) String() string {
	switch p {
	case PartShipTo:
		return "ship-to address"
	case PartLines:
		return "lines"
	case PartShipping:
		return "shipping method"
	case PartNotes:
		return "notes"
	case partCount:
	}
	return "nothing"
}

// Content is what an order says, as one digest for each part. The zero Content
// is not known.
type Content [partCount]string

// IsZero reports whether the content is not known.
func (c Content) IsZero() bool { return c == Content{} }

// Equal reports whether both say the same in a part. What is not known equals nothing.
func (c Content) Equal(other Content, part Part) bool {
	return c[part] != "" && c[part] == other[part]
}

// Delivered is what an order in the warehouse remembers of its delivery: what
// Order Manager's order said, and what the warehouse made of it. Each changes
// only with the side that it is of, so each tells of its own side's edits.
type Delivered struct {
	Said, Taken Content
}

// IsZero reports whether the order remembers nothing that can be read.
func (d Delivered) IsZero() bool { return d.Said.IsZero() || d.Taken.IsZero() }

// deliveredVersion begins the text. Digests of another version are not
// comparable, and an order with them counts as one that remembers nothing.
const deliveredVersion = "1"

// String returns it as it is kept in the warehouse's order.
func (d Delivered) String() string {
	return strings.Join([]string{deliveredVersion, strings.Join(d.Said[:], "."), strings.Join(d.Taken[:], ".")}, " ")
}

// ParseDelivered reads what String wrote; zero when it is anything else.
func ParseDelivered(text string) Delivered {
	fields := strings.Fields(text)
	if len(fields) != 3 || fields[0] != deliveredVersion {
		return Delivered{}
	}
	var d Delivered
	for i, content := range []*Content{&d.Said, &d.Taken} {
		digests := strings.Split(fields[i+1], ".")
		if len(digests) != len(content) || slices.ContainsFunc(digests, func(digest string) bool { return len(digest) != digestLength }) {
			return Delivered{}
		}
		copy(content[:], digests)
	}
	return d
}

// digestLength is the length of a digest in characters of five bits.
const digestLength = 8

// Digest returns the digest of a part's texts. Case and blanks do not matter:
// a warehouse may change them. The order's identity is its salt and it is cut
// to 40 bits, so that equal addresses of two orders do not look alike, and
// many addresses have the same digest: it gives none of them away.
func Digest(identity string, part Part, texts ...string) string {
	hash := sha256.New()
	_, _ = fmt.Fprintf(hash, "%s\x00%s\x00%d\x00", deliveredVersion, identity, part)
	for _, text := range texts {
		text = strings.ToUpper(strings.Join(strings.Fields(text), " "))
		_, _ = fmt.Fprintf(hash, "%d:%s", len(text), text)
	}
	return strings.ToLower(base32.StdEncoding.EncodeToString(hash.Sum(nil)))[:digestLength]
}

// ContentOf returns what the order says in Order Manager's own fields. It is
// taken of the order as it was read: no setting of ours changes it, so that a
// changed setting never looks like the merchant's edit. What Order Manager
// works out for itself, and what no parcel depends on, is not in it.
func ContentOf(o Order) Content {
	id := o.ID.String()
	to := o.ShipTo
	country := to.Country
	if country == "" {
		country = to.CountryAsGiven
	}
	return Content{
		PartShipTo: Digest(id, PartShipTo, to.Name, to.Company, to.Line1, to.Line2, to.Line3, to.City, to.Region, to.PostalCode,
			country, to.Phone, to.Email),
		PartLines: Digest(id, PartLines, unitsBySKU(o.Lines)...),
		PartShipping: Digest(id, PartShipping, o.RequestedService, o.Carrier, strconv.FormatInt(o.ServiceID, 10), o.Confirmation,
			strconv.FormatBool(o.Saturday), strconv.FormatBool(o.ReleaseWithoutSignature),
			string(o.Billing.Option), o.Billing.Account, o.Billing.PostalCode, o.Billing.Country, o.Billing.CollectOnDelivery.Amount),
		PartNotes: Digest(id, PartNotes, append([]string{o.InternalNotes, o.BuyerNotes, o.ToBuyer, o.GiftMessage, strconv.FormatBool(o.Gift)},
			lineNotes(o.Lines)...)...),
	}
}

// unitsBySKU returns SKUs and quantities in an order that does not depend on
// that of the lines: two lines of one SKU are one.
func unitsBySKU(lines []Line) []string {
	units := map[string]int64{}
	for _, line := range lines {
		units[strings.ToUpper(strings.TrimSpace(line.SKU))] += line.Quantity
	}
	texts := make([]string, 0, len(units))
	for sku, quantity := range units {
		texts = append(texts, sku+"\t"+strconv.FormatInt(quantity, 10))
	}
	slices.Sort(texts)
	return texts
}

func lineNotes(lines []Line) []string {
	var notes []string
	for _, line := range lines {
		if note := strings.TrimSpace(line.Notes); note != "" {
			notes = append(notes, note)
		}
	}
	slices.Sort(notes)
	return notes
}

// UpdateOutcome is what became of an update, proven by reading back.
type UpdateOutcome string

const (
	// UpdateDone means the order was changed by this request.
	UpdateDone UpdateOutcome = "Updated"
	// UpdateAlready means the order says all of it already.
	UpdateAlready UpdateOutcome = "AlreadyUpdated"
	// UpdateTooLate means the warehouse is at work on the order, or done with it.
	UpdateTooLate UpdateOutcome = "TooLate"
	// UpdateConflict means somebody in the warehouse changed the same part.
	UpdateConflict UpdateOutcome = "Conflict"
	// UpdateNotSupported means the system cannot change orders.
	UpdateNotSupported UpdateOutcome = "NotSupported"
	// UpdateUnknown means the answer proves nothing.
	UpdateUnknown UpdateOutcome = "Unknown"
)

// Update is the outcome of a request to change an order.
type Update struct {
	Outcome UpdateOutcome
	// Order as it was read back.
	Order WarehouseOrder
	// Detail is the warehouse's own code for a refusal.
	Detail string
}
