// SPDX-License-Identifier: Apache-2.0

package fault

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// Kind says what happens to a request that a rule picked.
type Kind string

const (
	// None changes nothing beyond the rule's Latency.
	None Kind = ""
	// StatusBefore answers with Status, Header and Body; the handler does not run.
	StatusBefore Kind = "StatusBefore"
	// StatusAfter runs the handler, throws its answer away and answers with Status, Header and Body.
	StatusAfter Kind = "StatusAfter"
	// DropBefore closes the connection; the handler does not run.
	DropBefore Kind = "DropBefore"
	// DropAfter runs the handler, throws its answer away and closes the connection.
	DropAfter Kind = "DropAfter"
	// Truncate runs the handler and sends only the first KeepBytes of its body.
	Truncate Kind = "Truncate"
	// Slow runs the handler and sends its body ChunkBytes at a time with ChunkPause in between.
	Slow Kind = "Slow"
	// HoldBefore keeps the request waiting before the handler runs, until released.
	HoldBefore Kind = "HoldBefore"
	// HoldAfter runs the handler and keeps its answer back until released.
	HoldAfter Kind = "HoldAfter"
)

// Rule picks requests and says what happens to them.
//
// A request matches when Method, Path and Query agree. Of the matching requests, counted from one since
// the rule was added, Nth picks a single one, Every each n-th, Probability a share of them; with none of
// the three set, all are picked. Times limits how often the rule fires at all.
type Rule struct {
	// Method is an HTTP method in capitals; empty matches all.
	Method string `json:"method,omitempty"`
	// Path is a template (/orders/{id}: one segment per brace), a prefix that ends in *, or empty for all.
	Path string `json:"path,omitempty"`
	// Query lists parameters that must carry these very values among theirs.
	Query map[string]string `json:"query,omitempty"`

	Nth         int     `json:"nth,omitempty"`
	Every       int     `json:"every,omitempty"`
	Probability float64 `json:"probability,omitempty"`
	Times       int     `json:"times,omitempty"`

	// Latency is waited before anything else; it combines with every Kind.
	Latency time.Duration `json:"-"`
	Kind    Kind          `json:"kind,omitempty"`

	// Status, Header and Body are the answer of StatusBefore and StatusAfter. Header names keep their case.
	Status int               `json:"status,omitempty"`
	Header map[string]string `json:"header,omitempty"`
	Body   string            `json:"body,omitempty"`

	// KeepBytes of Truncate; 0 keeps half the body. With Whole the shortened body is framed as if it were
	// complete, so that only its content betrays the cut; without, the connection breaks in the middle.
	KeepBytes int  `json:"keepBytes,omitempty"`
	Whole     bool `json:"whole,omitempty"`

	// ChunkBytes (0 is 64) and ChunkPause of Slow.
	ChunkBytes int           `json:"chunkBytes,omitempty"`
	ChunkPause time.Duration `json:"-"`
}

// TooManyRequests is a rule for an answer 429 with these headers, given before the effect.
func TooManyRequests(method, path string, header map[string]string) Rule {
	return Rule{Method: method, Path: path, Kind: StatusBefore, Status: http.StatusTooManyRequests, Header: header}
}

// plainRule is Rule without its methods, so that the JSON code does not call itself.
type plainRule Rule

type wireRule struct {
	plainRule
	Latency    string `json:"latency,omitempty"`
	ChunkPause string `json:"chunkPause,omitempty"`
}

// MarshalJSON writes durations as text such as "20ms".
func (r Rule) MarshalJSON() ([]byte, error) {
	w := wireRule{plainRule: plainRule(r)}
	if r.Latency != 0 {
		w.Latency = r.Latency.String()
	}
	if r.ChunkPause != 0 {
		w.ChunkPause = r.ChunkPause.String()
	}
	return json.Marshal(w)
}

// UnmarshalJSON refuses members that it does not know: a misspelt rule must not be a rule for everything.
func (r *Rule) UnmarshalJSON(data []byte) error {
	var w wireRule
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&w); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more than one JSON value")
	}
	*r = Rule(w.plainRule)
	for _, d := range []struct {
		name, text string
		into       *time.Duration
	}{{"latency", w.Latency, &r.Latency}, {"chunkPause", w.ChunkPause, &r.ChunkPause}} {
		if d.text == "" {
			continue
		}
		parsed, err := time.ParseDuration(d.text)
		if err != nil {
			return fmt.Errorf("%s is not a duration", d.name)
		}
		*d.into = parsed
	}
	return nil
}

func (r Rule) validate() error {
	set := 0
	for _, used := range []bool{r.Nth != 0, r.Every != 0, r.Probability != 0} {
		if used {
			set++
		}
	}
	isStatus := r.Kind == StatusBefore || r.Kind == StatusAfter
	switch {
	case set > 1:
		return errors.New("only one of nth, every and probability may be set")
	case r.Nth < 0, r.Every < 0, r.Times < 0, r.KeepBytes < 0, r.ChunkBytes < 0:
		return errors.New("counts must not be negative")
	case r.Latency < 0, r.ChunkPause < 0:
		return errors.New("durations must not be negative")
	case r.Probability < 0, r.Probability > 1:
		return errors.New("probability must lie between 0 and 1")
	case r.Path != "" && !strings.HasPrefix(r.Path, "/"):
		return errors.New("path must begin with a slash")
	case r.Method != strings.ToUpper(r.Method):
		return errors.New("method must be in capitals")
	case isStatus && (r.Status < 200 || r.Status > 599):
		return errors.New("status must lie between 200 and 599")
	case !isStatus && (r.Status != 0 || r.Body != "" || len(r.Header) > 0):
		return fmt.Errorf("status, header and body do not go with kind %q", r.Kind)
	}
	switch r.Kind {
	case None, StatusBefore, StatusAfter, DropBefore, DropAfter, Truncate, Slow, HoldBefore, HoldAfter:
		return nil
	}
	return fmt.Errorf("unknown kind %q", r.Kind)
}

func (r Rule) matches(request *http.Request) bool {
	if r.Method != "" && r.Method != request.Method {
		return false
	}
	if !matchesPath(r.Path, request.URL.Path) {
		return false
	}
	if len(r.Query) == 0 {
		return true
	}
	query := request.URL.Query()
	for name, want := range r.Query {
		found := false
		for _, value := range query[name] {
			found = found || value == want
		}
		if !found {
			return false
		}
	}
	return true
}

func matchesPath(pattern, path string) bool {
	if pattern == "" {
		return true
	}
	if prefix, ok := strings.CutSuffix(pattern, "*"); ok {
		return strings.HasPrefix(path, prefix)
	}
	want, have := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(want) != len(have) {
		return false
	}
	for i, segment := range want {
		if isPlaceholder(segment) && have[i] != "" {
			continue
		}
		if segment != have[i] {
			return false
		}
	}
	return true
}

func isPlaceholder(segment string) bool {
	return len(segment) > 2 && segment[0] == '{' && segment[len(segment)-1] == '}'
}
