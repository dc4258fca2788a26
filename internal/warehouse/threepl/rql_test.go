// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"net/url"
	"strings"
	"testing"
)

func TestReferenceIsEscapedTwice(t *testing.T) {
	// The vendor's own example.
	if got, want := query(parameter{"rql", rqlReference + "==" + rqlValue("A,B")}), "rql=referenceNum%3D%3DA%252CB"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestValueSurvivesBothDecodings(t *testing.T) {
	for _, value := range []string{
		"SO-1001", "A,B", "100%", "50%25", "a*", "*", "(x)", "a;b", "a=b", "a!b", "a b", "a+b", "a&b=c#d", "é-漢", `q"'\`, "a/b?c", "~._-", "\t",
	} {
		encoded := query(parameter{"rql", rqlIn(rqlReference, []string{value})})
		values, err := url.ParseQuery(encoded)
		ok(t, err)
		once := values.Get("rql")
		inner, found := strings.CutPrefix(strings.TrimSuffix(once, ")"), "referenceNum=in=(")
		if !found || strings.ContainsAny(inner, "!()*=,;+ ") {
			t.Errorf("%q leaks into the language: %s", value, once)
		}
		for name, decode := range map[string]func(string) (string, error){"path": url.PathUnescape, "form": url.QueryUnescape} {
			twice, err := decode(inner)
			ok(t, err)
			if twice != value {
				t.Errorf("%q comes out as %q when decoded as a %s", value, twice, name)
			}
		}
	}
}

func TestTerms(t *testing.T) {
	got := rqlAll(rqlAny(rqlIn("a", []string{"1", "2"}), rqlIn("b", []string{"x,y"})), "c==3")
	if want := "(a=in=(1,2),b=in=(x%2Cy));c==3"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
