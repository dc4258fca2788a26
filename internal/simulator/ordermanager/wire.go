// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"encoding/json"
	"errors"
	"time"
)

// dateFormat is the one form of dates that Order Manager sends and takes: UTC, to the second.
const dateFormat = "2006-01-02T15:04:05Z"

// Time is a moment as Order Manager writes it. The zero value is an absent member.
type Time struct{ time.Time }

// At is the moment, cut to the second and in UTC.
func At(t time.Time) Time { return Time{t.UTC().Truncate(time.Second)} }

// MarshalJSON writes UTC to the second.
func (t Time) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("null"), nil
	}
	return json.Marshal(t.UTC().Format(dateFormat))
}

// UnmarshalJSON takes that form alone: no offset, no fraction.
func (t *Time) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		*t = Time{}
		return nil
	}
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	parsed, err := parseTime(text)
	if err != nil {
		return err
	}
	*t = Time{parsed}
	return nil
}

func parseTime(text string) (time.Time, error) {
	parsed, err := time.Parse(dateFormat, text)
	// time.Parse lets a fraction of a second through that the layout does not name.
	if err != nil || parsed.Format(dateFormat) != text {
		return time.Time{}, errors.New("not a date of the form yyyy-MM-ddTHH:mm:ssZ")
	}
	return parsed, nil
}

// Money is an amount and its ISO 4217 currency.
type Money struct {
	Amount   json.Number `json:"amount"`
	Currency string      `json:"currency"`
}

// detail is one entry of errors[] in the answer to a bulk write.
type detail struct {
	// Index counts the items of the request from 1.
	Index          int    `json:"index"`
	Identifier     any    `json:"identifier,omitempty"`
	UserIdentifier any    `json:"userIdentifier,omitempty"`
	FieldName      string `json:"fieldName,omitempty"`
	ErrorCode      string `json:"errorCode,omitempty"`
	Message        string `json:"message"`
	Severity       string `json:"severity"`
}

// bulkReply is BulkMultipleEntityApiResponse.
type bulkReply struct {
	Message string   `json:"message"`
	Results []any    `json:"results"`
	Errors  []detail `json:"errors"`
}

// idReply is SingleIdResponse.
type idReply struct {
	ID      int64  `json:"id"`
	Message string `json:"message"`
}

// Error codes. The first two were seen at the vendor; every other one is not known and stands for itself,
// so that no client can come to depend on a code that the simulator made up.
const (
	codeUnknownProduct = "ERR053"
	codeNoStockRecord  = "ERR097"
	codeSimulated      = "SIMULATED"
)
