// SPDX-License-Identifier: Apache-2.0

package vendure

import (
	"context"
	"encoding/json"
	"net/http"
	"regexp"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/remote"
)

// call is one request to the admin API.
type call struct {
	operation string
	document  string
	variables map[string]any
	// writes is the name of the first field of a mutation; empty for a query.
	// The fields of a mutation take effect one after the other: unless the
	// first was refused, some of them may have.
	writes string
}

type graphqlRequest struct {
	Query     string         `json:"query"`
	Variables map[string]any `json:"variables,omitempty"`
}

// graphqlError is an entry of errors[]. Its message is for people and may hold
// what an order holds: it is looked at and never passed on.
type graphqlError struct {
	Message    string `json:"message"`
	Path       []any  `json:"path"`
	Extensions struct {
		Code string `json:"code"`
	} `json:"extensions"`
}

// field is the name of the field of the document that failed.
func (e graphqlError) field() string {
	if len(e.Path) == 0 {
		return ""
	}
	name, _ := e.Path[0].(string) // an index is no field
	return name
}

// result is what a mutation returns instead of an error: Vendure tells
// refusals by type. ErrorCode is empty when it did what it was asked.
type result struct {
	Typename  string `json:"__typename"`
	ErrorCode string `json:"errorCode"`
}

// resultMembers reads a result.
const resultMembers = `__typename ... on ErrorResult { errorCode }`

// Codes of errors[].
const (
	codeForbidden     = "FORBIDDEN"
	codeUserInput     = "USER_INPUT_ERROR"
	codeBadInput      = "BAD_USER_INPUT"
	codeNotFound      = "ENTITY_NOT_FOUND"
	codeValidation    = "GRAPHQL_VALIDATION_FAILED"
	codeParse         = "GRAPHQL_PARSE_FAILED"
	codeChannel       = "CHANNEL_NOT_FOUND"
	codeIllegal       = "ILLEGAL_OPERATION"
	schemaHint        = "its orders need the custom fields " + referenceField + ", " + identityField + " and " + routeField + ", and its version must be 3"
	permissionHint    = "the administrator's role lacks a permission in the channel"
	maxErrorsLookedAt = 20
)

// failure is a fault with the error that it was made of.
type failure struct {
	*fulfillment.Fault
	first graphqlError
}

// Unwrap makes the fault the failure's own.
func (f *failure) Unwrap() error { return f.Fault }

// do sends a call and reads the data of its answer. Every failure is or wraps
// a *fulfillment.Fault. A session that has ended is told by an error of the
// field; then the call is sent once more, unless a part of it took effect.
func (d *Driver) do(ctx context.Context, c call, data any) error {
	body, err := json.Marshal(graphqlRequest{Query: c.document, Variables: c.variables})
	if err != nil {
		return &fulfillment.Fault{Kind: fulfillment.FaultInvalid, System: System, Operation: c.operation, Hint: "it cannot be written as JSON"}
	}
	request := remote.Request{
		Operation: c.operation, Endpoint: AdminPath, Method: http.MethodPost, Path: d.path, Body: body, Reads: c.writes == "",
		Header: channelOf(d.channel),
	}
	for renewed := false; ; renewed = true {
		response, err := d.client.Do(ctx, request)
		if err != nil {
			return refusedByHTTP(err, response)
		}
		failed := decode(d.client, request, response, data)
		if failed == nil {
			return nil
		}
		if c.writes != "" && failed.first.field() == c.writes && refusing(failed.first.Extensions.Code) {
			failed.Uncertain = false // the first field was refused, and Vendure undoes what fails
		}
		if renewed || failed.first.Extensions.Code != codeForbidden || failed.Uncertain || !d.sessions.Refused(ctx, response.Issue) {
			return failed
		}
	}
}

// refusing reports whether the code is of a refusal that was thought about;
// anything else may have happened after the effect.
func refusing(code string) bool {
	switch code {
	case codeForbidden, codeUserInput, codeBadInput, codeNotFound, codeIllegal, codeChannel:
		return true
	}
	return false
}

// decode reads the data of an answer, or the failure that it tells of. A
// failure of a call that writes is Uncertain: mutations that stand before the
// failed one have been done.
func decode(client *remote.Client, request remote.Request, response remote.Response, data any) *failure {
	var answer struct {
		Data   json.RawMessage `json:"data"`
		Errors []graphqlError  `json:"errors"`
	}
	if err := client.DecodeJSON(request, response, &answer); err != nil {
		fault, _ := fulfillment.AsFault(err)
		return &failure{Fault: fault}
	}
	if len(answer.Errors) > 0 {
		return judgeErrors(client.Fault(request, response, fulfillment.FaultUnavailable), answer.Errors)
	}
	if len(answer.Data) == 0 || string(answer.Data) == "null" {
		fault := client.Fault(request, response, fulfillment.FaultMalformed)
		fault.Hint = "it holds neither data nor errors; check the url"
		return &failure{Fault: fault}
	}
	if data == nil {
		return nil
	}
	if err := client.DecodeJSON(request, remote.Response{Status: response.Status, Body: answer.Data}, data); err != nil {
		fault, _ := fulfillment.AsFault(err)
		return &failure{Fault: fault}
	}
	return nil
}

// judgeErrors says what the first of the errors means.
func judgeErrors(fault *fulfillment.Fault, errors []graphqlError) *failure {
	first := errors[0]
	for _, e := range errors[:min(len(errors), maxErrorsLookedAt)] {
		// A refused permission explains the rest.
		if e.Extensions.Code == codeForbidden {
			first = e
		}
	}
	fault.Code = plain(first.Extensions.Code)
	switch first.Extensions.Code {
	case codeForbidden:
		fault.Kind, fault.Reason, fault.Hint = fulfillment.FaultPermission, fulfillment.ReasonPermissionDenied, permissionHint
	case codeUserInput, codeBadInput, codeIllegal:
		fault.Kind = fulfillment.FaultInvalid
	case codeNotFound:
		fault.Kind = fulfillment.FaultNotFound
	case codeChannel:
		fault.Kind, fault.Reason, fault.Hint = fulfillment.FaultMisconfigured, fulfillment.ReasonCustomerNotFound, channelHint
	case codeValidation, codeParse:
		// It was not looked at any further than its words.
		fault.Kind, fault.Hint, fault.Uncertain = fulfillment.FaultMisconfigured, schemaHint, false
	}
	return &failure{Fault: fault, first: first}
}

// refusedByHTTP adds to a fault of HTTP what its body tells of errors[].
func refusedByHTTP(err error, response remote.Response) error {
	fault, ok := fulfillment.AsFault(err)
	if !ok || fault.Kind != fulfillment.FaultInvalid {
		return err
	}
	var answer struct {
		Errors []graphqlError `json:"errors"`
	}
	if remote.Unmarshal(response.Body, &answer) != nil || len(answer.Errors) == 0 {
		return err
	}
	refined := *fault
	return judgeErrors(&refined, answer.Errors)
}

var plainCode = regexp.MustCompile(`^[A-Z][A-Z_]{0,59}$`)

// plain returns the remote's code, if it looks like one.
func plain(code string) string {
	if plainCode.MatchString(code) {
		return code
	}
	return ""
}
