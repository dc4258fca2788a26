// SPDX-License-Identifier: Apache-2.0

package docs

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// figures returns the numbers in the cells after the first.
func figures(row []string) ([]int, error) {
	var numbers []int
	for _, cell := range row[1:] {
		number, err := strconv.Atoi(cell)
		if err != nil {
			return nil, err
		}
		numbers = append(numbers, number)
	}
	return numbers, nil
}

// wrongPromises returns the rows whose sum does not come out.
func wrongPromises(rows [][]string) (wrong []string) {
	for _, row := range rows {
		f, err := figures(row)
		if err != nil || len(f) != 4 || f[0]-f[1]-f[2] != f[3] {
			wrong = append(wrong, fmt.Sprint(row))
		}
	}
	return wrong
}

// wrongWrites returns the rows that do not bring a product with this much on
// hand to the promise.
func wrongWrites(rows [][]string, onHand, promise int) (wrong []string) {
	for _, row := range rows {
		f, err := figures(row)
		if err != nil || len(f) != 5 || f[1] != onHand-f[0] || f[2] != promise-f[1] || f[3] != onHand+f[2] || f[4] != f[3]-f[0] || f[4] != promise {
			wrong = append(wrong, fmt.Sprint(row))
		}
	}
	return wrong
}

func TestWorkedStockTables(t *testing.T) {
	page := read(t, "docs/routines.md")
	_, after, _ := strings.Cut(page, "What is written for the fifth row")
	promises := table(page, "### How stock is computed")
	writes := table("# x\n"+after, "# x")
	if len(promises) != 10 || len(writes) != 4 {
		t.Fatalf("%d and %d rows were found", len(promises), len(writes))
	}
	fifth, err := figures(promises[4])
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range append(wrongPromises(promises), wrongWrites(writes, 57, fifth[3])...) {
		t.Errorf("does not come out: %s", row)
	}
}

func TestWrongSumsAreFound(t *testing.T) {
	if got := wrongPromises([][]string{{"a", "10", "1", "2", "7"}, {"b", "10", "1", "2", "8"}, {"c", "x", "0", "0", "0"}}); !slices.Equal(got, []string{"[b 10 1 2 8]", "[c x 0 0 0]"}) {
		t.Errorf("got %q", got)
	}
	if got := wrongWrites([][]string{{"a", "8", "49", "23", "80", "72"}, {"b", "8", "49", "23", "81", "73"}}, 57, 72); !slices.Equal(got, []string{"[b 8 49 23 81 73]"}) {
		t.Errorf("got %q", got)
	}
}
