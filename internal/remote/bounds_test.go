// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
)

// bomb is ten gigabytes of blanks in ten megabytes: members of a gzip stream
// stand one after the other, so one of 10 MiB is sent 1,000 times.
type bomb struct {
	member []byte
	sent   atomic.Int64
}

func newBomb(t *testing.T) *bomb {
	t.Helper()
	var member bytes.Buffer
	zipped, err := gzip.NewWriterLevel(&member, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	zipped.Write(bytes.Repeat([]byte(" "), 10<<20))
	if err := zipped.Close(); err != nil {
		t.Fatal(err)
	}
	return &bomb{member: member.Bytes()}
}

const bombMembers = 1024

func (b *bomb) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Encoding", "gzip")
	if strings.HasSuffix(r.URL.Path, "/refused") {
		w.WriteHeader(422)
	}
	for range bombMembers {
		n, err := w.Write(b.member)
		b.sent.Add(int64(n))
		if err != nil {
			return
		}
	}
}

// The limit counts what comes out: a bomb is cut after 16 MiB of it, whatever
// is still to come, and neither its ten gigabytes nor the time to unpack them
// are spent.
func TestADecompressionBombIsCut(t *testing.T) {
	bomb := newBomb(t)
	if len(bomb.member) > 11<<10 {
		t.Fatalf("10 MiB in %d bytes are no bomb", len(bomb.member))
	}
	c, _ := serve(t, bomb.ServeHTTP, nil)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for _, path := range []string{"/things", "/refused"} {
		response, err := c.Do(t.Context(), Request{Operation: "list things", Endpoint: "/things", Path: path})
		fault := faultOf(t, err)
		if want := map[string]fulfillment.FaultKind{"/things": fulfillment.FaultTooLarge, "/refused": fulfillment.FaultInvalid}[path]; fault.Kind != want || response.Body != nil {
			t.Errorf("%s: %v, a body of %d bytes", path, err, len(response.Body))
		}
	}
	runtime.ReadMemStats(&after)
	// Growing to 16 MiB takes about five times as much in all.
	if spent := after.TotalAlloc - before.TotalAlloc; spent > 256<<20 {
		t.Errorf("%d MiB were allocated", spent>>20)
	}
	if sent := bomb.sent.Load(); sent >= 2*bombMembers*int64(len(bomb.member)) {
		t.Errorf("all of it was read: %d bytes", sent)
	}
}

// A body that comes in drops ends with the time of its request.
func TestASlowBodyEndsWithItsRequest(t *testing.T) {
	t.Parallel()
	// The server's end waits for the handler, which the request's end ends.
	c, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := io.WriteString(w, " "); err != nil || http.NewResponseController(w).Flush() != nil {
				return
			}
		}
	}, func(o *Options) { o.Timeout = 3 * time.Second; o.MaxBody = 1 << 40 })
	_, err := c.Do(t.Context(), aWrite)
	if fault := faultOf(t, err); fault.Kind != fulfillment.FaultUnavailable || !fault.Uncertain || !strings.Contains(fault.Hint, "no answer within") {
		t.Errorf("%+v", fault)
	}
}

// Headers that never end, of the answer or of its forerunners, are cut.
func TestEndlessHeadersAreCut(t *testing.T) {
	t.Parallel()
	for name, line := range map[string]string{
		"headers":      "X-More: " + strings.Repeat("x", 1000) + "\r\n",
		"one header":   strings.Repeat("x", 1000),
		"forerunners":  "\r\nHTTP/1.1 103 Early Hints\r\nLink: <" + strings.Repeat("x", 1000) + ">\r\n",
		"chunk's tail": strings.Repeat("X-More: x\r\n", 100),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var sent atomic.Int64
			c, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				connection, _, err := w.(http.Hijacker).Hijack()
				if err != nil {
					return
				}
				defer connection.Close()
				head := "HTTP/1.1 200 OK\r\n"
				switch name {
				case "chunk's tail":
					head += "Transfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n0\r\n"
				case "forerunners":
					head = "HTTP/1.1 103 Early Hints\r\n"
				}
				flood(connection, head, line, &sent)
			}, nil)
			_, err := c.Do(t.Context(), aWrite)
			if fault := faultOf(t, err); fault.Kind != fulfillment.FaultUnavailable || !fault.Uncertain || strings.Contains(err.Error(), "xxx") {
				t.Errorf("%+v", fault)
			}
		})
	}
}

// flood writes the line again and again until the client hangs up.
func flood(connection net.Conn, head, line string, sent *atomic.Int64) {
	_, err := io.WriteString(connection, head)
	for err == nil && sent.Load() < 1<<30 {
		var n int
		n, err = io.WriteString(connection, line)
		sent.Add(int64(n))
	}
}

// The length of a body does not bound what it costs to read: each of these is
// shorter than 16 MiB.
func TestAnswersOfTooManyValuesAreTooLarge(t *testing.T) {
	t.Parallel()
	var members strings.Builder
	for i := range 1_000_000 {
		fmt.Fprintf(&members, `,"k%d":0`, i)
	}
	for name, body := range map[string]string{
		"deep lists":                  strings.Repeat("[", 1<<20),
		"deep objects":                strings.Repeat(`{"a":`, 1<<20),
		"an object of a million keys": `{"a":0` + members.String() + "}",
		"a list of millions":          "[" + strings.Repeat("{},", 5_000_000) + "{}]",
		"lists of lists":              "[" + strings.Repeat("["+strings.Repeat("{},", 999)+"{}],", 150) + "[]]",
		"behind a text":               `["a]\"[\\",` + strings.Repeat("{},", 20_000) + "{}]",
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		var into []struct{ A, B, C, D [32]int64 }
		err := Unmarshal([]byte(body), &into)
		runtime.ReadMemStats(&after)
		if err == nil || into != nil {
			t.Errorf("%s: read %d", name, len(into))
		}
		c, _ := client(t, "https://api.example", nil)
		if fault := faultOf(t, c.DecodeJSON(aWrite, Response{Status: 200, Body: []byte(body)}, &into)); fault.Kind != fulfillment.FaultTooLarge || !fault.Uncertain {
			t.Errorf("%s: %+v", name, fault)
		}
	}
}

// The largest answers that are documented are read.
func TestLargeHonestAnswersAreRead(t *testing.T) {
	t.Parallel()
	line := `{"orderItemId":1,"product":{"productId":1,"masterSku":"A"},"unitPrice":{"amount":1.5,"currency":"USD"},"quantityOrdered":1}`
	order := `{"orderId":1,"orderItems":[` + strings.Repeat(line+",", 399) + line + `]}`
	body := []byte("[" + strings.Repeat(order+",", 99) + order + "]")
	var orders []struct {
		OrderItems []json.RawMessage `json:"orderItems"`
	}
	if err := Unmarshal(body, &orders); err != nil || len(orders) != 100 || len(orders[99].OrderItems) != 400 {
		t.Errorf("%d bytes: %d orders, %v", len(body), len(orders), err)
	}
}

// encoding/json mixes the values of a member that stands twice: a line without
// a quantity gets the one of another line.
func TestAMemberThatStandsTwiceIsMalformed(t *testing.T) {
	t.Parallel()
	c, _ := client(t, "https://api.example", nil)
	many := ""
	for i := range 200 {
		many += fmt.Sprintf(`"m%d":{"a":%d},`, i, i)
	}
	for body, twice := range map[string]bool{
		`{"items":[{"a":1,"b":2}],"items":[{"a":3}]}`: true,
		`{"items":[],"Items":[]}`:                     true,
		`{"items":[],"\u0069tems":[]}`:                true,
		`{"kind":1,"\u212aind":2}`:                    true,
		`{"ſku":1,"SKU":2}`:                           true,
		`{"a":{"b":1,"c":{"b":1}},"b":1}`:             false,
		`{"a":[{"b":1},{"b":1}],"c":"{\"a\":1}"}`:     false,
		`[{"a":1},{"a":1}]`:                           false,
		`{"":1,"":2}`:                                 true,
		`{` + many + `"m7":1}`:                        true,
		`{` + many + `"m":1}`:                         false,
		`{"` + strings.Repeat("n", 100) + `":1,"` + strings.Repeat("N", 100) + `":1}`: true,
	} {
		var into any
		err := c.DecodeJSON(aRead, Response{Status: 200, Body: []byte(body)}, &into)
		if !twice {
			if err != nil {
				t.Errorf("%.80s: %v", body, err)
			}
			continue
		}
		if err == nil {
			t.Errorf("%.80s was read", body)
		} else if fault := faultOf(t, err); fault.Kind != fulfillment.FaultMalformed {
			t.Errorf("%.80s: %+v", body, fault)
		}
	}
}

// null has no value of its own in any type, and is documented by no system.
func TestNullIsNoAnswer(t *testing.T) {
	t.Parallel()
	c, _ := client(t, "https://api.example", nil)
	var list []int
	var object struct{ A int }
	for _, into := range []any{&list, &object} {
		if fault := faultOf(t, c.DecodeJSON(aWrite, Response{Status: 200, Body: []byte(" null\n")}, into)); fault.Kind != fulfillment.FaultMalformed || !fault.Uncertain {
			t.Errorf("%+v", fault)
		}
	}
}

// A body that ends in an error is no shorter body.
func TestABodyThatBreaksIsNotRead(t *testing.T) {
	t.Parallel()
	tap := wireTap(func(r *http.Request) *http.Response {
		return &http.Response{StatusCode: 200, Header: http.Header{}, Request: r,
			Body: io.NopCloser(io.MultiReader(strings.NewReader("[]"), iotest.ErrReader(io.ErrUnexpectedEOF)))}
	})
	c, _ := client(t, "https://api.example", func(o *Options) { o.Transport = tap })
	if _, err := c.Do(t.Context(), aWrite); err == nil || !fulfillment.Uncertain(err) && faultOf(t, err).Kind != fulfillment.FaultUnavailable {
		t.Errorf("%v", err)
	}
}

// wireTap is a server without a network: it answers in the process.
type wireTap func(*http.Request) *http.Response

// RoundTrip answers.
func (w wireTap) RoundTrip(r *http.Request) (*http.Response, error) { return w(r), nil }
