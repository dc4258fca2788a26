// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"net/http"
	"time"
)

// Options of New. The zero value works: it is the strict reading of everything
// that the vendor leaves open, with the credentials of the Default constants.
type Options struct {
	// Now is the clock of tokens, dates and effects; time.Now when nil.
	Now func() time.Time
	// FirstOrderID is the id of the first order; 0 means 100001.
	FirstOrderID int64
	// LogSize is how many requests Faults().Log() keeps.
	LogSize int
	// FaultSeed is the seed of the choices behind fault rules with a probability.
	FaultSeed uint64

	// ClientID and ClientSecret are the only credentials that get a token.
	ClientID, ClientSecret string
	// UserLogin and UserLoginID name the one user; a token is asked for with either.
	UserLogin, UserLoginID string
	// TPL is the GUID of the warehouse company. When set, a token is given only
	// to those who name it, as the vendor does for single-tenant dynamic credentials.
	TPL string
	// TokenLifetime is how long a token is good; 0 means 3600 s. The vendor says 30 to 60 minutes.
	TokenLifetime time.Duration
	// Roles of the credentials, in the vendor's words; nil means all of them.
	Roles []string

	// MaxURLLength in bytes; 0 means 16384, the limit that the web server below
	// the vendor's API has out of the box [undocumented for the API]; negative is no limit.
	MaxURLLength int
	// RateLimit is off by default: the vendor documents none.
	RateLimit RateLimit

	// CaseSensitive compares references and filter values with regard to case.
	// By default "so-1" finds, and collides with, "SO-1" [documented for filters
	// by a reader of the vendor's page; assumed for Duplicate].
	CaseSensitive bool
	// PlusStaysPlus leaves a "+" in a filter value as it is in the second
	// decoding of the value. By default it becomes a space, as it does in every
	// other form decoding [unknown].
	PlusStaysPlus bool
	// ContactsAlways shows shipTo, soldTo and billTo in every order. By default
	// they are shown when detail names Contacts or All [unknown].
	ContactsAlways bool
	// UnfilterableProperties are refused in filters on orders, for example
	// "externalId" [which properties can be filtered is documented only by example].
	UnfilterableProperties []string
	// FlatListFaults puts the faults of a List fault directly into Faults. By
	// default each is wrapped in {EntryNumber, EntryInfo, WmsException}.
	FlatListFaults bool

	// AvailableNetOfUnallocated takes orders that are not allocated off
	// "available" as well. By default only what is allocated is off [unknown].
	AvailableNetOfUnallocated bool
	// ZeroStockRows gives items without stock a row. By default they have none.
	ZeroStockRows bool
	// CancelKeepsReference refuses a new order under the reference that a
	// cancelled order had. By default the rename frees it [inferred by the vendor's users].
	CancelKeepsReference bool
	// DuplicateStatus is the HTTP status of a reference that is taken; 0 means 400.
	DuplicateStatus int
	// ReferenceMaxLength refuses longer references; 0 is unlimited [unknown].
	ReferenceMaxLength int
	// AnyCountry takes any text as a country. By default it must be two letters, as in every sample.
	AnyCountry bool
	// OptionalShipTo are members of shipTo that may be empty, for example
	// "state". By default companyName, name, address1, city, state, zip and
	// country are all required, as integrators list them.
	OptionalShipTo []string
	// PhonesAsDigits keeps telephone numbers without anything but their digits
	// [unknown: some systems write what they take in their own way].
	PhonesAsDigits bool
	// BillingCodes that are accepted; empty means any [the list is not documented].
	BillingCodes []string
}

// RateLimit refuses requests beyond a number in a window.
type RateLimit struct {
	// Requests in each Window; 0 is no limit.
	Requests int
	Window   time.Duration
	// Status is 429 or 503; 0 means 429.
	Status int
	// RetryAfterDate says Retry-After as a date and not in seconds.
	RetryAfterDate bool
}

// What Options default to.
const (
	DefaultClientID     = "3pl-client"
	DefaultClientSecret = "3pl-secret"
	DefaultUserLogin    = "integration@acme.example"
	DefaultUserLoginID  = "7"
)

func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.FirstOrderID == 0 {
		o.FirstOrderID = 100001
	}
	if o.ClientID == "" {
		o.ClientID, o.ClientSecret = DefaultClientID, DefaultClientSecret
	}
	if o.UserLogin == "" {
		o.UserLogin = DefaultUserLogin
	}
	if o.UserLoginID == "" {
		o.UserLoginID = DefaultUserLoginID
	}
	if o.TokenLifetime == 0 {
		o.TokenLifetime = time.Hour
	}
	if o.MaxURLLength == 0 {
		o.MaxURLLength = 16384
	}
	if o.DuplicateStatus == 0 {
		o.DuplicateStatus = http.StatusBadRequest
	}
	if o.RateLimit.Status == 0 {
		o.RateLimit.Status = http.StatusTooManyRequests
	}
	return o
}
