// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/remote"
)

// exception is the body of a refusal. Its class is the name of a type; a list
// wraps several. Hints and values are the remote's own words and are never
// passed on.
type exception struct {
	Type       string              `json:"$type"`
	ErrorCode  string              `json:"ErrorCode"`
	ActionName string              `json:"ActionName"`
	Properties []exceptionProperty `json:"Properties"`
	Parameters []string            `json:"Parameters"`
	Faults     []exception         `json:"Faults"`
	// Inner is the exception that an entry of a list wraps.
	Inner *exception `json:"WmsException"`
}

type exceptionProperty struct {
	Name  string          `json:"Name"`
	Value json.RawMessage `json:"Value"`
}

// Codes of refusals.
const (
	codeDuplicate    = "Duplicate"
	codeDoesNotExist = "DoesNotExist"
	codeRequired     = "Required"
	codeIncompatible = "Incompatible"

	codeInUse            = "InUse"
	codeOrderConfirmed   = "OrderConfirmed"
	codeAlreadyCompleted = "AlreadyCompleted"
	codeOrderCanceled    = "OrderCanceled"
)

// operationCodes are the codes with which the service refuses a cancellation.
var operationCodes = []string{codeInUse, codeOrderConfirmed, codeAlreadyCompleted, codeOrderCanceled}

// class returns the name of the type without its namespace, assembly and suffix.
func (e exception) class() string {
	name, _, _ := strings.Cut(e.Type, ",")
	name = name[strings.LastIndexByte(name, '.')+1:]
	return strings.TrimSuffix(strings.TrimSpace(name), "Exception")
}

// operation reports a refusal of an operation for the state that the order is
// in. It comes with the same HTTP status as a missing permission.
func (e exception) operation() bool {
	return strings.Contains(e.class(), "Operation") || e.ActionName != "" || slices.Contains(operationCodes, e.ErrorCode)
}

// exceptionsOf reads the refusals in an answer, lists flattened. A body that
// is not one has none.
func exceptionsOf(response remote.Response) []exception {
	var first exception
	if remote.Unmarshal(response.Body, &first) != nil {
		return nil
	}
	return flatten(first, 0)
}

func flatten(e exception, depth int) []exception {
	inner := e.Faults
	if e.Inner != nil {
		inner = append(inner, *e.Inner)
	}
	if len(inner) == 0 {
		if e.ErrorCode == "" && e.Type == "" {
			return nil
		}
		return []exception{e}
	}
	var all []exception
	if depth < 4 {
		for _, one := range inner {
			all = append(all, flatten(one, depth+1)...)
		}
	}
	return all
}

var (
	plainCode     = regexp.MustCompile(`^[A-Za-z]{1,40}$`)
	plainProperty = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.\[\]]{0,79}$`)
)

// code returns the remote's code, if it looks like one.
func (e exception) code() string {
	if plainCode.MatchString(e.ErrorCode) {
		return e.ErrorCode
	}
	return ""
}

// about reports whether the refusal names a property whose name holds the part.
func (e exception) about(part string) bool {
	return slices.ContainsFunc(e.Properties, func(p exceptionProperty) bool {
		return strings.Contains(strings.ToLower(p.Name), strings.ToLower(part))
	})
}

// maxPropertiesShown bounds the properties that a fault names.
const maxPropertiesShown = 5

// propertiesOf names the refused properties, if their names look like names.
func propertiesOf(exceptions []exception) string {
	var names []string
	for _, e := range exceptions {
		for _, property := range e.Properties {
			if plainProperty.MatchString(property.Name) && !slices.Contains(names, property.Name) && len(names) < maxPropertiesShown {
				names = append(names, property.Name)
			}
		}
	}
	return strings.Join(names, ", ")
}

// refinedCreation says what a refused creation means. It returns the fault as
// it is when the answer is not a refusal of this order.
func refinedCreation(fault *fulfillment.Fault, response remote.Response, order fulfillment.Order) *fulfillment.Fault {
	exceptions := exceptionsOf(response)
	if len(exceptions) == 0 {
		if response.Status == http.StatusBadRequest {
			refined := *fault
			refined.Reason = fulfillment.ReasonRefusedByWarehouse
			return &refined
		}
		return fault
	}
	if response.Status >= 500 || response.Status == http.StatusForbidden && !slices.ContainsFunc(exceptions, exception.operation) ||
		fault.Kind == fulfillment.FaultAuthentication || fault.Kind == fulfillment.FaultThrottled {
		return fault
	}
	refined := *fault
	refined.Kind, refined.Reason = fulfillment.FaultInvalid, fulfillment.ReasonRefusedByWarehouse
	refined.Code = exceptions[0].code()
	if names := propertiesOf(exceptions); names != "" {
		refined.Hint = "it refuses " + names
	}
	// The reference being taken says more than anything that is wrong besides;
	// settings that are wrong concern every order.
	for _, judge := range []func(exception) bool{
		func(e exception) bool { return judgeDuplicate(e, &refined) },
		func(e exception) bool { return judgeSettings(e, &refined) },
		func(e exception) bool { return judgeSKU(e, &refined, order) },
		func(e exception) bool { return judgeAddress(e, &refined) },
		func(e exception) bool { return judgeRouting(e, &refined, order) },
	} {
		if i := slices.IndexFunc(exceptions, judge); i >= 0 {
			refined.Code = exceptions[i].code()
			break
		}
	}
	return &refined
}

func judgeDuplicate(e exception, refined *fulfillment.Fault) bool {
	if e.ErrorCode != codeDuplicate || len(e.Properties) > 0 && !e.about("referenceNum") && !e.about("externalId") {
		return false
	}
	refined.Kind, refined.Reason = fulfillment.FaultDuplicate, ""
	return true
}

func judgeSettings(e exception, refined *fulfillment.Fault) bool {
	switch {
	case e.ErrorCode == codeDoesNotExist && e.about("customerIdentifier"):
		refined.Reason, refined.Hint = fulfillment.ReasonCustomerNotFound, customerHint
	case e.ErrorCode == codeDoesNotExist && e.about("facilityIdentifier"):
		refined.Reason, refined.Hint = fulfillment.ReasonFacilityNotFound, facilityHint
	case e.ErrorCode == codeIncompatible && e.about("facilityIdentifier"):
		refined.Reason = fulfillment.ReasonFacilityNotFound
		refined.Hint = "the facility does not serve the customer; have the customer set up in it"
	default:
		return false
	}
	refined.Kind = fulfillment.FaultMisconfigured
	return true
}

// judgeSKU recognises an unknown SKU. The SKU is named in our own words: the
// remote's text decides only which of the order's SKUs it is.
func judgeSKU(e exception, refined *fulfillment.Fault, order fulfillment.Order) bool {
	if e.ErrorCode != codeDoesNotExist || !e.about("sku") && !e.about("itemIdentifier") {
		return false
	}
	refined.Reason = fulfillment.ReasonUnknownSKU
	var unknown []string
	for _, property := range e.Properties {
		if sku := skuOf(property, order.Lines); sku != "" && !slices.Contains(unknown, sku) {
			unknown = append(unknown, sku)
		}
	}
	refined.Hint = "it does not know a SKU of the order for this customer"
	if len(unknown) > 0 {
		refined.Hint = "it does not know for this customer: " + strings.Join(unknown[:min(len(unknown), maxPropertiesShown)], ", ")
		// None of them can go without this one, whatever else they lack.
		refined.Thing = fulfillment.SKUThing(slices.Min(unknown))
	}
	return true
}

var lineIndex = regexp.MustCompile(`\[(\d{1,4})\]`)

// skuOf returns the SKU of ours that a refused property means: by its value,
// else by its place in the list of lines, else the only one there is.
func skuOf(property exceptionProperty, lines []fulfillment.Line) string {
	var value string
	if json.Unmarshal(property.Value, &value) != nil {
		var named itemIdentifier
		_ = json.Unmarshal(property.Value, &named) // the value is a hint at most
		value = named.SKU
	}
	for _, line := range lines {
		if value != "" && strings.EqualFold(strings.TrimSpace(value), strings.TrimSpace(line.SKU)) {
			return line.SKU
		}
	}
	if at := lineIndex.FindStringSubmatch(property.Name); at != nil {
		if i, err := strconv.Atoi(at[1]); err == nil && i < len(lines) {
			return lines[i].SKU
		}
	}
	if len(lines) == 1 {
		return lines[0].SKU
	}
	return ""
}

func judgeAddress(e exception, refined *fulfillment.Fault) bool {
	if e.ErrorCode != codeRequired || !e.about("shipTo") {
		return false
	}
	refined.Reason = fulfillment.ReasonAddressIncomplete
	return true
}

// judgeRouting recognises a carrier or a service that the warehouse does not have.
func judgeRouting(e exception, refined *fulfillment.Fault, order fulfillment.Order) bool {
	if e.ErrorCode != codeDoesNotExist || !e.about("routingInfo.carrier") && !e.about("routingInfo.mode") {
		return false
	}
	refined.Thing = fulfillment.ShippingThing(order)
	return true
}

// refinedReading adds to the refusal of a query which of its parameters was
// refused: the first that any of the exceptions names.
func refinedReading(err error, response remote.Response) error {
	fault, ok := fulfillment.AsFault(err)
	if !ok || fault.Kind != fulfillment.FaultInvalid {
		return err
	}
	exceptions := exceptionsOf(response)
	if len(exceptions) == 0 {
		return err
	}
	refined := *fault
	refined.Code = exceptions[0].code()
	for _, e := range exceptions {
		if i := slices.IndexFunc(e.Parameters, plainProperty.MatchString); i >= 0 {
			refined.Code, refined.Hint = e.code(), "it refuses the query parameter "+e.Parameters[i]
			break
		}
	}
	return &refined
}

// lacking names the role that the credentials need, if that is what is missing.
func lacking(err error, role string) error {
	fault, ok := fulfillment.AsFault(err)
	if !ok || fault.Kind != fulfillment.FaultPermission {
		return err
	}
	refined := *fault
	refined.Hint = "the credentials need the role " + role
	return &refined
}
