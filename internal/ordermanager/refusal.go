// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/remote"
)

// Error codes of Order Manager that are known.
const (
	// codeUnknownProduct: the product does not exist.
	codeUnknownProduct = "ERR053"
	// codeNoStock: the product has no stock record at this warehouse and location.
	codeNoStock = "ERR097"
)

// refusal is one entry of errors[] in an answer. Bulk writes answer 200 (some
// 201) whatever became of their items, so this is where refusals are.
type refusal struct {
	// Index counts from 1.
	Index *int `json:"index"`
	// Identifier and UserIdentifier have no documented shape.
	Identifier     json.RawMessage `json:"identifier"`
	UserIdentifier json.RawMessage `json:"userIdentifier"`
	FieldName      string          `json:"fieldName"`
	ErrorCode      string          `json:"errorCode"`
	Severity       string          `json:"severity"`
}

// informs reports whether the entry is no refusal at all.
func (r refusal) informs() bool { return strings.EqualFold(r.Severity, "INFO") }

// item returns which of n items the refusal is about, counted from 0, or -1. An
// identifier that names exactly one item comes before the index.
func (r refusal) item(n int, named func(i int, identifier string) bool) int {
	for _, raw := range []json.RawMessage{r.Identifier, r.UserIdentifier} {
		found := -1
		for _, text := range identifiers(raw) {
			for i := range n {
				if !named(i, text) {
					continue
				}
				if found >= 0 && found != i {
					found = n // more than one: it proves nothing
					break
				}
				found = i
			}
		}
		if found >= 0 && found < n {
			return found
		}
	}
	if r.Index != nil && *r.Index >= 1 && *r.Index <= n {
		return *r.Index - 1
	}
	return -1
}

// identifiers returns the texts and numbers that an identifier is or holds.
func identifiers(raw json.RawMessage) []string {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil {
		return nil
	}
	switch value := value.(type) {
	case string:
		return []string{value}
	case json.Number:
		return []string{value.String()}
	case map[string]any:
		var texts []string
		for _, name := range []string{"orderId", "masterSku", "productId"} {
			switch inner := value[name].(type) {
			case string:
				texts = append(texts, inner)
			case json.Number:
				texts = append(texts, inner.String())
			}
		}
		return texts
	}
	return nil
}

var (
	codeShape     = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{0,39}$`)
	propertyShape = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.\[\]]{0,63}$`)
)

// code returns a remote's code when it has the shape of one: a sentence in its
// place could hold anything.
func code(text string) string {
	if codeShape.MatchString(text) {
		return text
	}
	return ""
}

// refined adds the code and the property that a refusal names to its fault. The
// body of a refused request is not documented; what cannot be read adds nothing.
func refined(response remote.Response, err error) error {
	fault, ok := fulfillment.AsFault(err)
	if !ok || fault.Status < 400 {
		return err
	}
	var body struct {
		ErrorCode string    `json:"errorCode"`
		FieldName string    `json:"fieldName"`
		Errors    []refusal `json:"errors"`
	}
	if remote.Unmarshal(response.Body, &body) != nil {
		return err
	}
	if len(body.Errors) > 0 {
		body.ErrorCode, body.FieldName = body.Errors[0].ErrorCode, body.Errors[0].FieldName
	}
	fault.Code = code(body.ErrorCode)
	if fault.Hint == "" && propertyShape.MatchString(body.FieldName) {
		fault.Hint = "property " + body.FieldName
	}
	return err
}

// same reports whether two SKUs are one. Filters search by prefix and ignore
// case, so every answer is compared whole.
func same(a, b string) bool { return strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b)) }

func formatID[T ~int64](id T) string { return strconv.FormatInt(int64(id), 10) }
