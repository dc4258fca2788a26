// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

var labelQuery = map[string]parameter{"labelId": {kind: number64, repeated: true, required: true}}

var listLabelsQuery = paged(50, map[string]parameter{"labelIds": {kind: number64, repeated: true}})

type labelBody struct {
	Name     *string `json:"name"`
	HexColor *string `json:"hexColor"`
}

// listLabels ignores page and limit when labelIds are given, of which it takes a hundred at most.
func (s *Server) listLabels(c *call) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []Label{}
	if !c.has("labelIds") {
		return ok(append(list, cut(c.query, s.labels)...))
	}
	ids := c.numbers("labelIds")
	if len(ids) > 100 {
		return refuse(http.StatusUnprocessableEntity, "at most 100 labelIds")
	}
	for _, label := range s.labels {
		if slices.Contains(ids, label.LabelID) {
			list = append(list, label)
		}
	}
	return ok(list)
}

// createLabels lets two labels have one name: who does not look first makes the same label again.
func (s *Server) createLabels(c *call) reply {
	bodies := *c.body.(*[]labelBody)
	if len(bodies) == 0 {
		return refuse(http.StatusBadRequest, "the list is empty")
	}
	for _, b := range bodies {
		switch {
		case b.Name == nil || *b.Name == "" || b.HexColor == nil:
			return refuse(http.StatusBadRequest, "name and hexColor are required")
		case !isHexColor(*b.HexColor):
			return refuse(http.StatusBadRequest, "hexColor is not a colour")
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	made := []Label{}
	for _, b := range bodies {
		made = append(made, s.addLabel(*b.Name, *b.HexColor))
	}
	return ok(made)
}

func isHexColor(color string) bool {
	digits := strings.TrimPrefix(color, "#")
	return len(digits) == 6 && strings.Trim(strings.ToLower(digits), "0123456789abcdef") == ""
}

func (s *store) addLabel(name, color string) Label {
	s.lastLabel++
	label := Label{s.lastLabel, name, color}
	s.labels = append(s.labels, label)
	return label
}

// AddLabel makes a label known, as a user does.
func (s *Server) AddLabel(name string) Label {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addLabel(name, "#336699")
}

// deleteLabel takes the label off every order.
func (s *Server) deleteLabel(c *call) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := c.arguments["labelId"]
	n := slices.IndexFunc(s.labels, func(l Label) bool { return l.LabelID == id })
	if n < 0 {
		return refuse(http.StatusNotFound, "no such label")
	}
	s.labels = slices.Delete(s.labels, n, n+1)
	for _, order := range s.orderIDs {
		s.unlabel(s.orders[order], []int64{id})
	}
	return ok(nil)
}

func (s *Server) orderLabels(c *call) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.orders[c.arguments["orderId"]]
	if r == nil {
		return refuse(http.StatusNotFound, "no such order")
	}
	return ok(append([]Label{}, r.order.Labels...))
}

func (s *Server) assignLabels(c *call) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.orders[c.arguments["orderId"]]
	if r == nil {
		return refuse(http.StatusNotFound, "no such order")
	}
	var missing []Label
	for _, id := range c.numbers("labelId") {
		n := slices.IndexFunc(s.labels, func(l Label) bool { return l.LabelID == id })
		if n < 0 {
			return refuse(http.StatusUnprocessableEntity, "no such label")
		}
		if !slices.Contains(r.order.Labels, s.labels[n]) && !slices.Contains(missing, s.labels[n]) {
			missing = append(missing, s.labels[n])
		}
	}
	if len(missing) > 0 {
		s.change(r, s.now(), !s.options.LabelsKeepModifiedDate, func(o *Order) { o.Labels = append(o.Labels, missing...) })
	}
	for _, label := range missing {
		s.note(Effect{Kind: Labelled, Time: s.now(), API: true, OrderID: r.order.OrderID, After: label.Name})
	}
	return ok(idReply{r.order.OrderID, fmt.Sprintf("%d labels assigned", len(missing))})
}

func (s *Server) removeLabels(c *call) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.orders[c.arguments["orderId"]]
	if r == nil {
		return refuse(http.StatusNotFound, "no such order")
	}
	s.unlabel(r, c.numbers("labelId"))
	return ok(idReply{r.order.OrderID, "labels removed"})
}

func (s *Server) unlabel(r *record, ids []int64) {
	isMeant := func(l Label) bool { return slices.Contains(ids, l.LabelID) }
	var gone []Label
	for _, label := range r.order.Labels {
		if isMeant(label) {
			gone = append(gone, label)
		}
	}
	if len(gone) == 0 {
		return
	}
	s.change(r, s.now(), !s.options.LabelsKeepModifiedDate, func(o *Order) { o.Labels = slices.DeleteFunc(o.Labels, isMeant) })
	for _, label := range gone {
		s.note(Effect{Kind: Unlabelled, Time: s.now(), API: true, OrderID: r.order.OrderID, Before: label.Name})
	}
}
