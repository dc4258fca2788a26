// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"bytes"
	"encoding/json"
	"errors"
	"hash/maphash"
	"slices"
	"strings"
	"unicode"
)

// Bounds of an answer's shape. Three bytes of JSON can become a kilobyte of
// memory, so the length of a body alone does not bound what it costs to read.
// The largest answers that are documented stay far below each of them.
const (
	// maxDepth is how deep lists and objects may stand in each other.
	maxDepth = 100
	// maxMembers is the most elements of one list and the most members of one object.
	maxMembers = 10_000
	// maxElements is the most elements of all lists of an answer together.
	maxElements = 100_000
	// maxValues is the most values of an answer.
	maxValues = 2_000_000
)

var (
	errTooMuch = errors.New("more values than any answer has")
	errTwice   = errors.New("an object has a member twice")
)

// Unmarshal reads JSON from outside. Besides what is not JSON of this shape it
// refuses what would take much more memory than its own length, and objects
// that have a member twice: encoding/json would mix both into one value.
func Unmarshal(body []byte, into any) error {
	if err := checkShape(body); err != nil {
		return err
	}
	return json.Unmarshal(body, into)
}

// container is a list or an object that is not closed yet.
type container struct {
	list bool
	// value says that a value is expected, not a name.
	value   bool
	members int
	// names is where the hashes of the object's names begin; seen has them once
	// there are many.
	names int
	seen  map[uint64]bool
}

// fewNames is up to where names are compared one by one.
const fewNames = 64

// shape is a walk over the text of a JSON value. It goes by brackets, commas
// and names; everything else is left to encoding/json.
type shape struct {
	open             []container
	hashes           []uint64
	seed             maphash.Seed
	elements, values int
}

// checkShape returns an error when the text is out of bounds. Text that is no
// JSON may pass: it is refused when it is read.
func checkShape(body []byte) error {
	s := shape{seed: maphash.MakeSeed()}
	for i := 0; i < len(body); i++ {
		switch body[i] {
		case '"':
			end := i + 1 + stringEnd(body[i+1:])
			if err := s.text(body[i+1 : end]); err != nil {
				return err
			}
			i = end
		case '[', '{':
			if err := s.enter(body[i] == '['); err != nil {
				return err
			}
		case ']', '}':
			s.leave()
		case ':':
			if at := s.inner(); at != nil {
				at.value = true
			}
		case ',':
			if err := s.next(); err != nil {
				return err
			}
		}
	}
	return nil
}

// stringEnd returns the length of a string up to its closing quote.
func stringEnd(text []byte) int {
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			return i
		case '\\':
			i++
		}
	}
	return len(text)
}

func (s *shape) inner() *container {
	if len(s.open) == 0 {
		return nil
	}
	return &s.open[len(s.open)-1]
}

func (s *shape) enter(list bool) error {
	if len(s.open) >= maxDepth {
		return errTooMuch
	}
	s.open = append(s.open, container{list: list, names: len(s.hashes)})
	return s.count()
}

func (s *shape) leave() {
	if at := s.inner(); at != nil {
		s.hashes = s.hashes[:at.names]
		s.open = s.open[:len(s.open)-1]
	}
}

// next begins another element or member.
func (s *shape) next() error {
	if at := s.inner(); at != nil {
		at.value = false
	}
	return s.count()
}

// count counts one more value of the innermost container.
func (s *shape) count() error {
	at := s.inner()
	if at == nil {
		return nil
	}
	at.members++
	s.values++
	if at.list {
		s.elements++
	}
	if at.members > maxMembers || s.elements > maxElements || s.values > maxValues {
		return errTooMuch
	}
	return nil
}

// text takes a string: as the name of a member, if it stands in its place.
func (s *shape) text(raw []byte) error {
	at := s.inner()
	if at == nil || at.list || at.value {
		return nil
	}
	hash := s.hash(raw)
	if at.seen == nil && len(s.hashes)-at.names >= fewNames {
		at.seen = make(map[uint64]bool, 2*fewNames)
		for _, name := range s.hashes[at.names:] {
			at.seen[name] = true
		}
	}
	if at.seen[hash] || at.seen == nil && slices.Contains(s.hashes[at.names:], hash) {
		return errTwice
	}
	if at.seen != nil {
		at.seen[hash] = true
	} else {
		s.hashes = append(s.hashes, hash)
	}
	return nil
}

// hash returns the same number for names that encoding/json takes for one: it
// does not tell capital letters.
func (s *shape) hash(raw []byte) uint64 {
	var short [64]byte
	if len(raw) > len(short) || bytes.ContainsFunc(raw, func(r rune) bool { return r == '\\' || r > unicode.MaxASCII }) {
		var name string
		if json.Unmarshal(slices.Concat([]byte{'"'}, raw, []byte{'"'}), &name) != nil {
			name = string(raw) // it is refused when it is read
		}
		return maphash.String(s.seed, strings.Map(folded, name))
	}
	for i, b := range raw {
		if b >= 'a' && b <= 'z' {
			b -= 'a' - 'A'
		}
		short[i] = b
	}
	return maphash.Bytes(s.seed, short[:len(raw)])
}

// folded returns the smallest of the letters that are one but for their case.
func folded(r rune) rune {
	for next := unicode.SimpleFold(r); ; r, next = next, unicode.SimpleFold(next) {
		if next <= r {
			return next
		}
	}
}
