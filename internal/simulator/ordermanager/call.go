// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// bodyLimit bounds what is read of a request.
const bodyLimit = 8 << 20

// call is a request that was found to be well-formed.
type call struct {
	query
	arguments map[string]int64
	body      any
}

// reply is an answer before it is written.
type reply struct {
	status  int
	body    any
	refused bool
}

func ok(body any) reply { return reply{status: http.StatusOK, body: body} }

func refuse(status int, message string) reply {
	return reply{status: status, body: map[string]string{"message": message}, refused: true}
}

func refusef(status int, format string, arguments ...any) reply {
	return refuse(status, fmt.Sprintf(format, arguments...))
}

func (s *Server) write(w http.ResponseWriter, r reply) { r.write(w, s.options.ErrorBody) }

// write answers; form is that of refusals.
func (r reply) write(w http.ResponseWriter, form ErrorBody) {
	if !r.refused {
		form = JSONErrors
	}
	switch form {
	case HTMLErrors:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(r.status)
		_, _ = fmt.Fprintf(w, "<!DOCTYPE html><html><body><h1>%d %s</h1></body></html>", r.status, http.StatusText(r.status))
	case EmptyErrors:
		w.WriteHeader(r.status)
	default:
		w.Header().Set("Content-Type", "application/json;charset=UTF-8")
		w.WriteHeader(r.status)
		if r.body != nil {
			_ = json.NewEncoder(w).Encode(r.body)
		}
	}
}

// open checks the arguments, the parameters and the body of a request against its route.
func (s *Server) open(found *route, arguments map[string]string, r *http.Request) (*call, *reply) {
	c := &call{arguments: map[string]int64{}}
	mediaType, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	charset := strings.ToLower(parameters["charset"])
	isJSON := err == nil && mediaType == "application/json" && (charset == "" || charset == "utf-8")
	if found.body != nil && !isJSON {
		return nil, new(refuse(http.StatusUnsupportedMediaType, "the body must be application/json"))
	}
	for name, value := range arguments {
		number, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return nil, new(refusef(http.StatusUnprocessableEntity, "%s in the path must be a number", name))
		}
		c.arguments[name] = number
	}
	if c.query, err = parseQuery(found.query, r.URL.RawQuery, s.options); err != nil {
		return nil, new(refuse(http.StatusUnprocessableEntity, err.Error()))
	}
	data, err := io.ReadAll(io.LimitReader(r.Body, bodyLimit+1))
	switch {
	case err != nil:
		return nil, new(refuse(http.StatusBadRequest, "the body could not be read"))
	case len(data) > bodyLimit:
		return nil, new(refuse(http.StatusRequestEntityTooLarge, "the body is too large"))
	case found.body == nil && len(bytes.TrimSpace(data)) > 0:
		return nil, new(refuse(http.StatusBadRequest, "this call takes no body"))
	case found.body == nil:
		return c, nil
	}
	c.body = found.body()
	if err := decodeStrictly(data, c.body); err != nil {
		return nil, new(refuse(http.StatusBadRequest, err.Error()))
	}
	return c, nil
}
