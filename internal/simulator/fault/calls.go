// SPDX-License-Identifier: Apache-2.0

package fault

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Request is one line of the log.
type Request struct {
	// Number counts all requests from one since the injector was made.
	Number   int       `json:"number"`
	Time     time.Time `json:"time"`
	Method   string    `json:"method"`
	Path     string    `json:"path"`
	Template string    `json:"template"`
	Query    string    `json:"query,omitempty"`
	// UserAgent is what the caller says it is.
	UserAgent string `json:"userAgent,omitempty"`
	// Rules are the IDs of the rules that fired on it.
	Rules []string `json:"rules,omitempty"`
}

// keysAtMost bounds the map of calls: a client gone wild must not eat the simulator's memory.
const keysAtMost = 1000

// OtherCalls is the key under which calls are counted once there are too many different ones.
const OtherCalls = "OTHER"

// Calls counts every request since the start or the last ResetCalls by "METHOD /path/{template}".
// Requests that a rule answered, dropped or held count as well: they reached the server.
func (i *Injector) Calls() map[string]int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return maps.Clone(i.calls)
}

// ResetCalls sets every count to nothing and empties the log.
func (i *Injector) ResetCalls() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.calls = map[string]int{}
	i.log = nil
}

// Log returns the last requests, oldest first; empty unless Options.LogSize was set.
func (i *Injector) Log() []Request {
	i.mu.Lock()
	defer i.mu.Unlock()
	return slices.Clone(i.log)
}

// count notes a request; the caller holds the lock.
func (i *Injector) count(request *http.Request) Request {
	i.requests++
	noted := Request{
		Number:   i.requests,
		Time:     i.now(),
		Method:   request.Method,
		Path:     request.URL.Path,
		Template: i.template(request.URL.Path),
		Query:    request.URL.RawQuery,

		UserAgent: request.UserAgent(),
	}
	key := noted.Method + " " + noted.Template
	if _, known := i.calls[key]; !known && len(i.calls) >= keysAtMost {
		key = OtherCalls
	}
	i.calls[key]++
	return noted
}

// remember adds a request to the log; the caller holds the lock.
func (i *Injector) remember(request Request) {
	if i.logSize <= 0 {
		return
	}
	if len(i.log) >= i.logSize {
		i.log = append(i.log[:0], i.log[len(i.log)-i.logSize+1:]...)
	}
	i.log = append(i.log, request)
}

// template names the path as the first given template does, or with {id} for segments that are numbers.
func (i *Injector) template(path string) string {
	for _, template := range i.templates {
		if matchesPath(template, path) {
			return template
		}
	}
	segments := strings.Split(path, "/")
	for n, segment := range segments {
		if segment != "" && strings.Trim(segment, "0123456789") == "" {
			segments[n] = "{id}"
		}
	}
	return strings.Join(segments, "/")
}
