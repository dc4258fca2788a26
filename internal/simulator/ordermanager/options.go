// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"time"
)

// Allocation is which open orders Order Manager takes off the available quantity. The vendor does not say.
type Allocation string

const (
	// AllocateAll counts every open order.
	AllocateAll Allocation = "All"
	// AllocateAllButHeld counts every open order except those ON_HOLD.
	AllocateAllButHeld Allocation = "AllButHeld"
	// AllocateReleasedWhenSent counts every open order except those in PENDING_FULFILLMENT.
	AllocateReleasedWhenSent Allocation = "ReleasedWhenSent"
	// AllocateNone counts nothing.
	AllocateNone Allocation = "None"
)

// Allocations lists every value of Allocation, for tests that must hold under all of them.
func Allocations() []Allocation {
	return []Allocation{AllocateAll, AllocateAllButHeld, AllocateReleasedWhenSent, AllocateNone}
}

// RepeatedShipment is what a second external shipment of a SHIPPED order does. The vendor does not say.
type RepeatedShipment string

const (
	// RefuseRepeatedShipment answers FAILED and changes nothing.
	RefuseRepeatedShipment RepeatedShipment = "Refuse"
	// AddRepeatedTracking adds the tracking number to the shipment that is there.
	AddRepeatedTracking RepeatedShipment = "AddTracking"
	// ReplaceRepeatedTracking puts the tracking number in place of what is there.
	ReplaceRepeatedTracking RepeatedShipment = "ReplaceTracking"
	// IgnoreRepeatedShipment answers SHIPPED and changes nothing.
	IgnoreRepeatedShipment RepeatedShipment = "Ignore"
	// DuplicateRepeatedShipment makes another shipment, and tells channel and buyer again.
	DuplicateRepeatedShipment RepeatedShipment = "Duplicate"
)

// RestoreUnit is the unit in which GET /v1/throttlelimits writes quotaRestoreRate. The vendor does not say.
type RestoreUnit string

const (
	// MillisecondsPerRequest is the time after which one request more is granted.
	MillisecondsPerRequest RestoreUnit = "MillisecondsPerRequest"
	// SecondsPerRequest is the same in seconds, rounded up.
	SecondsPerRequest RestoreUnit = "SecondsPerRequest"
	// RequestsPerSecond is how many requests a second are granted, at least 1.
	RequestsPerSecond RestoreUnit = "RequestsPerSecond"
	// RequestsPerMinute is how many requests a minute are granted, at least 1.
	RequestsPerMinute RestoreUnit = "RequestsPerMinute"
)

// ErrorBody is the form of the body of a 4xx answer. The vendor does not say.
type ErrorBody string

const (
	// JSONErrors are {"message": "..."}.
	JSONErrors ErrorBody = "JSON"
	// HTMLErrors are a page such as a proxy sends.
	HTMLErrors ErrorBody = "HTML"
	// EmptyErrors have no body.
	EmptyErrors ErrorBody = "Empty"
)

// Credentials that a Server accepts unless Options names others.
const (
	DefaultUsername    = "merchant@acme.example"
	DefaultPassword    = "correct-horse-battery"
	DefaultAccessToken = "om-token-from-the-start"
)

// Options of New. Wherever the vendor's behaviour is not known the zero value is the stricter reading, or
// the one that hurts a careless client more; each such field is marked "unknown".
type Options struct {
	// Now is the clock; time.Now when nil.
	Now func() time.Time

	// Username and Password of the token endpoint's password grant.
	Username, Password string
	// AccessTokens are bearer tokens that are valid from the start and never expire.
	AccessTokens []string
	// TokenLifetime is how long a granted token is valid; 0 is for ever, and then the answer has no expires_in
	// (none was ever seen; unknown).
	TokenLifetime time.Duration

	// MinLimit (10) and MaxLimit (100) bound the parameter limit of every list; beyond them 422. One client
	// says 10 to 1000, an account's feature toggle may raise it (unknown).
	MinLimit, MaxLimit int
	// MaxAdjust (200) and MaxShipments (100) bound the items of one call; beyond them 400 (unknown).
	MaxAdjust, MaxShipments int

	// Allocation defaults to AllocateAll (unknown).
	Allocation Allocation
	// AvailableFloored never shows less than 0 available (unknown).
	AvailableFloored bool
	// AvailableIgnoresLocked does not take locked units off the available ones (unknown).
	AvailableIgnoresLocked bool
	// OmittedLockedKept leaves lockedQuantity as it is when an adjustment does not name it; otherwise it
	// becomes 0 (unknown).
	OmittedLockedKept bool
	// ShipmentKeepsOnHand leaves onHandQuantity as it is when an order ships externally; otherwise its units
	// leave (unknown).
	ShipmentKeepsOnHand bool
	// UnknownProductAsNoStock answers ERR097 where ERR053 is due: one client's test saw that.
	UnknownProductAsNoStock bool
	// AdjustOmitsResults leaves results[] out of the answer to an adjustment: only one client was seen to use it.
	AdjustOmitsResults bool
	// TotalsLackAvailable leaves availableQuantity and allocatedQuantity out of GET /v1/productstocks/total,
	// as one client's schema has it.
	TotalsLackAvailable bool
	// CreateOverwrites lets PUT /v1.1/inventory set a stock record that exists; otherwise an error (unknown).
	CreateOverwrites bool

	// RepeatedSendAccepted answers a repeated sendtofulfillment of a PENDING_FULFILLMENT order as if it were
	// the first; otherwise an error (unknown).
	RepeatedSendAccepted bool
	// RepeatedShipment defaults to RefuseRepeatedShipment (unknown).
	RepeatedShipment RepeatedShipment
	// ShipmentPendingReads answers external shipments with PENDING; the order becomes SHIPPED once it was
	// read so many times. 0 answers SHIPPED at once.
	ShipmentPendingReads int
	// ShipmentShowsAfter answers external shipments with PENDING; the order becomes SHIPPED so long after. Until
	// then nothing of it shows, and a second one is taken like the first (unknown).
	ShipmentShowsAfter time.Duration
	// ClosedOrdersEditable lets texts of shipped and cancelled orders be written; otherwise an error (unknown).
	ClosedOrdersEditable bool
	// PendingSplitRefused refuses to split orders that are PENDING_FULFILLMENT, as an account's toggle does (unknown).
	PendingSplitRefused bool
	// SplitKeepsStatus makes an order that is split off one in PENDING_FULFILLMENT the same; otherwise it waits
	// to be exported, as if nobody had sent it (unknown).
	SplitKeepsStatus bool
	// SplitNamesSiblings lists, in relatedOrderIds, all orders that were split off one; otherwise only that
	// one and what was split off it (unknown).
	SplitNamesSiblings bool
	// AnyShipDate accepts a shipDate before the order's date or in the future; otherwise FAILED (unknown).
	AnyShipDate bool
	// RerouteKeepsStatus leaves an order PENDING_FULFILLMENT when a user routes it to another warehouse;
	// otherwise it waits again (unknown).
	RerouteKeepsStatus bool
	// MarksKeepModifiedDate and LabelsKeepModifiedDate: neither sending an order to fulfillment nor
	// labelling it touches modifiedDate (unknown).
	MarksKeepModifiedDate, LabelsKeepModifiedDate bool
	// CancelReleasesAfter keeps the units of a cancelled PENDING_FULFILLMENT order allocated for so long,
	// where Allocation counts that status; 0 releases them at once (unknown).
	CancelReleasesAfter time.Duration
	// NewestFirst lists orders by falling orderId (unknown), so that new ones shift the pages.
	NewestFirst bool

	// UnknownValues lets orders carry statuses and types that the vendor's schema does not list, and puts a
	// member that no client knows into every order: schemas grow.
	UnknownValues bool
	// ExplicitNulls writes null for absent members of orders instead of leaving them out (unknown).
	ExplicitNulls bool
	// SwaggerChannels writes an order's salesChannel with the member names of the vendor's schema
	// (salesChannelName, salesChannelType) instead of those that clients have seen.
	SwaggerChannels bool
	// ErrorBody defaults to JSONErrors (unknown).
	ErrorBody ErrorBody

	// EnforceLimits answers 429 when a rate limit is exceeded.
	EnforceLimits bool
	// RateLimits replaces the numbers of DefaultRateLimits for the method and path that each names.
	RateLimits []RateLimit
	// RestoreUnit defaults to MillisecondsPerRequest.
	RestoreUnit RestoreUnit
}

func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Username == "" {
		o.Username, o.Password = DefaultUsername, DefaultPassword
	}
	if len(o.AccessTokens) == 0 {
		o.AccessTokens = []string{DefaultAccessToken}
	}
	setDefault(&o.MinLimit, 10)
	setDefault(&o.MaxLimit, 100)
	setDefault(&o.MaxAdjust, 200)
	setDefault(&o.MaxShipments, 100)
	setDefault(&o.Allocation, AllocateAll)
	setDefault(&o.RepeatedShipment, RefuseRepeatedShipment)
	setDefault(&o.ErrorBody, JSONErrors)
	setDefault(&o.RestoreUnit, MillisecondsPerRequest)
	return o
}

func setDefault[T comparable](value *T, fallback T) {
	var zero T
	if *value == zero {
		*value = fallback
	}
}
