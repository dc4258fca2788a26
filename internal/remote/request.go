// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"net/http"
)

// Request is one request to a remote system.
type Request struct {
	// Operation is what is tried, in our words ("list orders"). It goes into faults.
	Operation string
	// Endpoint is the path as a template, "/v1.1/orders/{id}": the key of the
	// budget and the label of metrics. It never holds a value.
	Endpoint string
	// Method is the HTTP method; empty is GET.
	Method string
	// Path below the base URL, encoded, beginning with a slash or empty.
	Path string
	// Query, encoded.
	Query string
	// Header holds additional headers.
	Header http.Header
	// Body is sent as ContentType, which defaults to application/json.
	Body        []byte
	ContentType string
	// Reads says that the request changes nothing at the remote system: it may
	// be repeated and needs no write gate. GET and HEAD imply it.
	Reads bool
}

// reads reports whether the request changes nothing remotely.
func (r Request) reads() bool { return r.Reads || r.follows() }

// follows reports whether the request may follow a redirect: its method is safe.
func (r Request) follows() bool { return r.Method == http.MethodGet || r.Method == http.MethodHead }

// Response is the answer of a remote system.
type Response struct {
	// Status is the HTTP status code; 0 when there was no answer.
	Status int
	Header http.Header
	// Body is the whole body, decompressed.
	Body []byte
	// Issue tells which credentials the request was sent with, for the
	// Authorizer: a server may say in its own words that they are worthless.
	Issue Issue
	// held is the room that a large body takes until it is decoded.
	held *held
}
