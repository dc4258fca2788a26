// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"net/url"
	"strconv"
	"strings"
)

// rel is the name of a relation, which is also a key under _embedded.
const rel = "http://api.3plCentral.com/rels/"

// link is one entry of _links.
type link struct {
	Href string `json:"href"`
}

// collection is a page of a HAL list. Key is what the list is called under _embedded.
type collection struct {
	total int
	key   string
	list  any
	links map[string]link
	// more are members beside the list.
	more map[string]any
}

// MarshalJSON writes the documented envelope.
func (l collection) MarshalJSON() ([]byte, error) {
	body := map[string]any{"totalResults": l.total, "_embedded": map[string]any{l.key: l.list}}
	if l.links != nil {
		body["_links"] = l.links
	}
	maps.Copy(body, l.more)
	return json.Marshal(body)
}

// page answers with one page of a collection.
func (c *call) page(key string, page window, total int, list any) {
	c.answer(200, collection{total: total, key: key, list: list, links: c.pageLinks(page, total)})
}

func (c *call) pageLinks(page window, total int) map[string]link {
	links := map[string]link{"self": {c.r.URL.RequestURI()}}
	at := func(number int) link {
		query := url.Values{}
		for name, value := range c.query {
			query.Set(name, value)
		}
		query.Set("pgsiz", strconv.Itoa(page.size))
		query.Set("pgnum", strconv.Itoa(number))
		return link{c.r.URL.Path + "?" + query.Encode()}
	}
	if page.number*page.size < total {
		links["next"] = at(page.number + 1)
	}
	if page.number > 1 {
		links["prev"] = at(page.number - 1)
	}
	return links
}

// embeddedNames are what embedded lists are called in the PascalCase shape. A
// collection's own list is ResourceList.
var embeddedNames = map[string]string{
	rel + "orders/item":           "OrderItems",
	rel + "orders/packagecontent": "PackageContents",
}

// pascal turns a resource into the shape of plain JSON: PascalCase, without
// links, embedded lists as plain members.
func pascal(resource any) any {
	encoded, err := json.Marshal(resource)
	if err != nil {
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(encoded))
	decoder.UseNumber()
	var tree any
	if err := decoder.Decode(&tree); err != nil {
		return nil
	}
	return pascalTree(tree, true)
}

func pascalTree(tree any, top bool) any {
	switch value := tree.(type) {
	case []any:
		for i := range value {
			value[i] = pascalTree(value[i], false)
		}
		return value
	case map[string]any:
		out := make(map[string]any, len(value))
		for name, member := range value {
			switch name {
			case "_links":
			case "_embedded":
				for key, list := range member.(map[string]any) {
					out[embeddedName(key, top)] = pascalTree(list, false)
				}
			default:
				out[strings.ToUpper(name[:1])+name[1:]] = pascalTree(member, false)
			}
		}
		return out
	}
	return tree
}

func embeddedName(key string, top bool) string {
	if name, ok := embeddedNames[key]; ok && !top {
		return name
	}
	return "ResourceList"
}

func asTypeError(err error) (*json.UnmarshalTypeError, bool) {
	return errors.AsType[*json.UnmarshalTypeError](err)
}
