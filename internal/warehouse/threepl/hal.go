// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"

	"ordersync.dev/operator/internal/remote"
)

// collection is an answer with a list. Depending on the collection and the
// media type the list is embedded under a link relation or stands under a name
// of its own; names are compared without regard to case by encoding/json.
type collection struct {
	TotalResults *wireInt                   `json:"totalResults"`
	Embedded     map[string]json.RawMessage `json:"_embedded"`
	ResourceList json.RawMessage            `json:"resourceList"`
	Summaries    json.RawMessage            `json:"summaries"`
}

// list finds the list; ok is false when there is none, or when there are
// several and none has the name.
func (c collection) list(name string) (raw json.RawMessage, ok bool) {
	candidates := embedded(c.Embedded)
	for key, value := range map[string]json.RawMessage{"resourceList": c.ResourceList, "summaries": c.Summaries} {
		if listed(value) {
			candidates[key] = value
		}
	}
	if len(candidates) > 1 {
		maps.DeleteFunc(candidates, func(key string, _ json.RawMessage) bool {
			return !strings.EqualFold(key[strings.LastIndexByte(key, '/')+1:], name)
		})
	}
	if len(candidates) != 1 {
		return nil, false
	}
	return slices.Collect(maps.Values(candidates))[0], true
}

// embedded returns the members that hold lists; a lone object is a list of one.
func embedded(members map[string]json.RawMessage) map[string]json.RawMessage {
	lists := map[string]json.RawMessage{}
	for key, value := range members {
		switch {
		case listed(value):
			lists[key] = value
		case bytes.HasPrefix(bytes.TrimSpace(value), []byte("{")):
			lists[key] = slices.Concat([]byte("["), value, []byte("]"))
		}
	}
	return lists
}

func listed(raw json.RawMessage) bool { return bytes.HasPrefix(bytes.TrimSpace(raw), []byte("[")) }

// listOf reads the rows of a collection and their total. Without a total an
// empty object would pass for "nothing there", and nothing may be taken for
// nothing: it is a fault, as is a total that the rows contradict.
func listOf[T any](d *Driver, request remote.Request, response remote.Response, name string) (rows []T, total int64, err error) {
	var answer collection
	if err := d.client.DecodeJSON(request, response, &answer); err != nil {
		return nil, 0, err
	}
	raw, found := answer.list(name)
	switch {
	case answer.TotalResults == nil:
		return nil, 0, d.malformed(request, response, "it has no totalResults")
	case *answer.TotalResults < 0, !found && *answer.TotalResults > 0:
		return nil, 0, d.malformed(request, response, "it has no list that agrees with totalResults")
	case !found:
		return nil, 0, nil
	}
	if err := json.Unmarshal(raw, &rows); err != nil {
		return nil, 0, d.malformed(request, response, "its list is not as documented")
	}
	if int64(*answer.TotalResults) < int64(len(rows)) {
		return nil, 0, d.malformed(request, response, "its list is longer than totalResults")
	}
	return rows, int64(*answer.TotalResults), nil
}

// facilitiesOf reads the list of facilities, which need not have a total.
func facilitiesOf(answer collection) (facilities []facilityDocument, err error) {
	raw, found := answer.list("facility")
	if !found {
		return nil, errNoList
	}
	err = json.Unmarshal(raw, &facilities)
	return facilities, err
}

var errNoList = errors.New("no list")
