// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"net/http"
	"strconv"
	"time"
)

// Error codes that the vendor documents.
const (
	codeRequired          = "Required"
	codeDoesNotExist      = "DoesNotExist"
	codeDuplicate         = "Duplicate"
	codeIncompatible      = "Incompatible"
	codeValueNotSupported = "ValueNotSupported"
	codeNotParsable       = "NotParsable"

	codeInUse            = "InUse"
	codeOrderConfirmed   = "OrderConfirmed"
	codeOrderCanceled    = "OrderCanceled"
	codeAlreadyCompleted = "AlreadyCompleted"
)

// exception is an error body: PascalCase whatever was asked for, with the
// name of a .NET type.
type exception struct {
	Type           string          `json:"$type"`
	ModelType      string          `json:"ModelType,omitempty"`
	Properties     []faultProperty `json:"Properties,omitempty"`
	ActionNameType string          `json:"ActionNameType,omitempty"`
	ActionName     string          `json:"ActionName,omitempty"`
	Parameters     []string        `json:"Parameters,omitempty"`
	Faults         []any           `json:"Faults,omitempty"`
	ErrorCode      string          `json:"ErrorCode,omitempty"`
	Hint           string          `json:"Hint,omitempty"`
	status         int
}

type faultProperty struct {
	Name string
	// Value is what the client sent: a body that must not be logged.
	Value any
}

// faultEntry wraps one exception in a List fault.
type faultEntry struct {
	EntryNumber  int
	EntryInfo    string
	WmsException *exception
}

func exceptionType(class string) string {
	return "WMS.V2.Generic.Models.Exceptions." + class + ", WMS.V2.Generic.Models"
}

func queryException(code, hint string, parameters ...string) *exception {
	return &exception{Type: exceptionType("QueryParameterException"), Parameters: parameters, ErrorCode: code, Hint: hint,
		status: http.StatusBadRequest}
}

func authorizationException(code, hint string) *exception {
	return &exception{Type: exceptionType("AuthorizationException"), ErrorCode: code, Hint: hint}
}

func operationException(action, code, hint string) *exception {
	return &exception{Type: exceptionType("OperationException"), ActionNameType: "OrderAction", ActionName: action,
		ErrorCode: code, Hint: hint, status: http.StatusForbidden}
}

func modelException(code, property string, value any, hint string) *exception {
	return &exception{Type: exceptionType("ModelValidationException"), ModelType: "Order",
		Properties: []faultProperty{{property, value}}, ErrorCode: code, Hint: hint, status: http.StatusBadRequest}
}

// combine makes one fault of several, as the server does when more than one
// thing is wrong with what was sent.
func (s *Server) combine(faults []*exception) *exception {
	switch len(faults) {
	case 0:
		return nil
	case 1:
		return faults[0]
	}
	list := &exception{Type: exceptionType("ListException"), status: faults[0].status}
	for i, one := range faults {
		if s.options.FlatListFaults {
			list.Faults = append(list.Faults, one)
			continue
		}
		list.Faults = append(list.Faults, faultEntry{EntryNumber: i, EntryInfo: one.Properties[0].Name, WmsException: one})
	}
	return list
}

// limiter counts requests in windows of the injected clock.
type limiter struct {
	start time.Time
	taken int
}

// take returns how long to wait when the window is full.
func (l *limiter) take(limit RateLimit, now time.Time) (after time.Duration, limited bool) {
	if limit.Requests == 0 {
		return 0, false
	}
	if now.Sub(l.start) >= limit.Window {
		l.start, l.taken = now, 0
	}
	if l.taken >= limit.Requests {
		return l.start.Add(limit.Window).Sub(now), true
	}
	l.taken++
	return 0, false
}

func refuseRate(w http.ResponseWriter, limit RateLimit, now time.Time, after time.Duration) {
	seconds := int64((after + time.Second - 1) / time.Second)
	w.Header().Set("Retry-After", strconv.FormatInt(seconds, 10))
	if limit.RetryAfterDate {
		w.Header().Set("Retry-After", now.Add(after).UTC().Format(http.TimeFormat))
	}
	http.Error(w, "Too many requests.", limit.Status)
}
