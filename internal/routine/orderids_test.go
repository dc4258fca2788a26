// SPDX-License-Identifier: Apache-2.0

package routine

import (
	"math/rand/v2"
	"slices"
	"testing"

	"ordersync.dev/operator/internal/fulfillment"
)

func TestOrderIDsInCompactForm(t *testing.T) {
	tests := []struct {
		name string
		ids  []fulfillment.OrderID
		want string
	}{
		{"none", nil, ""},
		{"one", []fulfillment.OrderID{8812001}, "8812001"},
		{"a range", []fulfillment.OrderID{8812001, 8812002, 8812003}, "8812001-8812003"},
		{"a range and two more", []fulfillment.OrderID{8812001, 8812002, 8812009, 8812021}, "8812001-8812002,+7,+12"},
		{"a later range", []fulfillment.OrderID{5, 10, 11, 12}, "5,+5-2"},
		{"unsorted and repeated", []fulfillment.OrderID{12, 5, 11, 10, 5}, "5,+5-2"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			text, complete := EncodeOrderIDs(test.ids, 1024)
			if text != test.want || !complete {
				t.Fatalf("got %q, complete %v; want %q", text, complete, test.want)
			}
			back, err := DecodeOrderIDs(text)
			if err != nil {
				t.Fatal(err)
			}
			want := slices.Clone(test.ids)
			slices.Sort(want)
			want = slices.Compact(want)
			if !slices.Equal(back, want) {
				t.Fatalf("read back %v, want %v", back, want)
			}
		})
	}
}

func TestOrderIDsSurviveTheRoundTrip(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		var ids []fulfillment.OrderID
		id := fulfillment.OrderID(random.Int64N(1 << 40))
		for range random.IntN(200) {
			id += 1 + fulfillment.OrderID(random.Int64N(3)*random.Int64N(50))
			ids = append(ids, id)
		}
		text, complete := EncodeOrderIDs(ids, 1<<20)
		back, err := DecodeOrderIDs(text)
		if err != nil || !complete || !slices.Equal(back, ids) {
			t.Fatalf("%v became %q and then %v (%v)", ids, text, back, err)
		}
	}
}

func TestOrderIDsThatDoNotFitAreLeftOut(t *testing.T) {
	ids := []fulfillment.OrderID{100, 200, 300, 400}
	text, complete := EncodeOrderIDs(ids, 9)
	if complete || text != "100,+100" {
		t.Fatalf("got %q, complete %v", text, complete)
	}
}

func TestWhatIsNoListOfOrderIDsIsRefused(t *testing.T) {
	for _, text := range []string{"+5", "x", "5,6", "5-", "5-4", "-5", "0", "5,+0", "5,,+1", "1-999999999999", "9223372036854775807,+9223372036854775807", "5,+-3", "5,+3-x"} {
		if ids, err := DecodeOrderIDs(text); err == nil {
			t.Errorf("%q was read as %d ids", text, len(ids))
		}
	}
}

func FuzzDecodeOrderIDs(f *testing.F) {
	for _, seed := range []string{"", "5", "8812001-8812040,+7,+12", "5,+5-2", "1-999999999999", "9223372036854775807,+1", "5,+-3"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		ids, err := DecodeOrderIDs(text)
		if len(ids) > maxDecodedIDs {
			t.Fatalf("%d ids", len(ids))
		}
		if err != nil {
			return
		}
		again, complete := EncodeOrderIDs(ids, 1<<24)
		back, err := DecodeOrderIDs(again)
		want := slices.Clone(ids)
		slices.Sort(want)
		if err != nil || !complete || !slices.Equal(back, slices.Compact(want)) {
			t.Fatalf("%q: %v became %q", text, ids, again)
		}
	})
}
