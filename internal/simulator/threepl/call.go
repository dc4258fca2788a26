// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"bytes"
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

const (
	halType  = "application/hal+json"
	jsonType = "application/json"
	// bodyAtMost bounds what is read of a request.
	bodyAtMost = 4 << 20
)

// call is one request on its way.
type call struct {
	server *Server
	w      http.ResponseWriter
	r      *http.Request
	body   []byte
	// id is the number in the path.
	id int64
	// hal says that the answer is camelCase HAL; else it is PascalCase.
	hal   bool
	query map[string]string
}

func isMediaType(header string, types ...string) bool {
	media, _, err := mime.ParseMediaType(header)
	return err == nil && slices.Contains(types, media)
}

// negotiate chooses the shape of the answer by the Accept header; false when none fits.
func (c *call) negotiate() bool {
	accept := strings.Join(c.r.Header.Values("Accept"), ",")
	if accept == "" {
		return true
	}
	fits := false
	for one := range strings.SplitSeq(accept, ",") {
		switch {
		case isMediaType(strings.TrimSpace(one), halType):
			c.hal = true
			return true
		case isMediaType(strings.TrimSpace(one), jsonType, "*/*", "application/*"):
			fits = true
		}
	}
	return fits
}

func (c *call) acceptsBody() bool {
	return isMediaType(c.r.Header.Get("Content-Type"), halType, jsonType)
}

// parseQuery decodes the query once, and refuses parameters that the operation does not document.
func (c *call) parseQuery(known []string) *exception {
	c.query = map[string]string{}
	for pair := range strings.SplitSeq(c.r.URL.RawQuery, "&") {
		if pair == "" {
			continue
		}
		rawName, rawValue, _ := strings.Cut(pair, "=")
		name, errName := url.QueryUnescape(rawName)
		value, errValue := url.QueryUnescape(rawValue)
		name = strings.ToLower(name)
		_, twice := c.query[name]
		switch {
		case errName != nil || errValue != nil:
			return queryException(codeNotParsable, "The query string is not URL encoded", name)
		case !slices.Contains(known, name):
			return queryException(codeNotParsable, "Parameters not supported: "+name, name)
		case twice:
			return queryException(codeNotParsable, "The parameter is given twice", name)
		}
		c.query[name] = value
	}
	return nil
}

// window is one page of a collection.
type window struct{ size, number int }

// paging reads pgsiz and pgnum. A size over the maximum is an error, not a shorter page.
func (c *call) paging(size, most int) (window, *exception) {
	page := window{size: size, number: 1}
	for name, into := range map[string]*int{"pgsiz": &page.size, "pgnum": &page.number} {
		text, given := c.query[name]
		if !given {
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return page, queryException(codeNotParsable, "Must be a positive number", name)
		}
		*into = n
	}
	if page.size > most {
		return page, queryException(codeNotParsable, "The page size may be at most "+strconv.Itoa(most), "pgsiz")
	}
	return page, nil
}

// cut returns the page's part of a list.
func cut[T any](list []T, page window) []T {
	from := min((page.number-1)*page.size, len(list))
	return list[from:min(from+page.size, len(list))]
}

// decode reads the body into a model and refuses members that the model does not have.
func (c *call) decode(into any) *exception {
	decoder := json.NewDecoder(bytes.NewReader(c.body))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(into)
	if err == nil && decoder.More() {
		return modelException(codeValueNotSupported, "", nil, "The body holds more than one value")
	}
	if err == nil {
		return nil
	}
	if unknown, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return modelException(codeValueNotSupported, strings.Trim(unknown, `"`), nil, "Properties not supported")
	}
	name := ""
	if wrong, ok := asTypeError(err); ok {
		// The embedded struct is ours and not the vendor's.
		name = strings.TrimPrefix(strings.TrimPrefix(wrong.Field, "OrderDocument."), "OrderFields.")
	}
	return modelException(codeValueNotSupported, name, nil, "The body cannot be read")
}

func (c *call) refuse(status int, fault *exception) {
	if fault.status != 0 {
		status = fault.status
	}
	writeJSON(c.w, status, "application/json; charset=utf-8", fault)
}

// answer writes a resource in the shape that was asked for.
func (c *call) answer(status int, resource any) {
	if c.hal {
		writeJSON(c.w, status, halType+"; charset=utf-8", resource)
		return
	}
	writeJSON(c.w, status, jsonType+"; charset=utf-8", pascal(resource))
}

func writeJSON(w http.ResponseWriter, status int, contentType string, value any) {
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value)
}

func parseID(text string) (int64, error) { return strconv.ParseInt(text, 10, 64) }
