// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"cmp"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"ordersync.dev/operator/internal/fulfillment"
)

// paper is a warehouse that keeps its books on paper, behind HTTP: the
// smallest that a destination can have, and the one that the suite itself is
// tested with. An order is created in two steps, as in many systems: it is
// begun as a draft with its reference and identity, and finished with its lines.
type paper struct {
	mutex sync.Mutex
	// can is what this warehouse can do.
	can    fulfillment.Capabilities
	gate   *Gate
	orders []*sheet
	onHand map[string]fulfillment.Quantity
	// foreign is stock that is not ours.
	foreign map[string]fulfillment.Quantity
	minutes int
	// session is the only token that is good.
	session int
	pretend bool
	// What a worse warehouse does, and a good driver copes with or says.
	shipsUnseen, cancelsAnything bool
}

// sheet is an order on paper.
type sheet struct {
	fulfillment.WarehouseOrder
	draft bool
}

const paperPage = 4

// everything is what a paper warehouse can do at most.
var everything = fulfillment.Capabilities{
	FindOrder: true, ReferenceUnique: fulfillment.ReferenceEnforced, CancelOrder: true, IncrementalShipments: true,
	PartialShipments: true, EditOrder: true, CancelFreesReference: true, ReferencePattern: `^\S(.*\S)?$`,
}

// newPaper starts a paper warehouse and returns it with its address.
func newPaper(t testing.TB, can fulfillment.Capabilities) (*paper, string) {
	t.Helper()
	p := &paper{can: can, onHand: map[string]fulfillment.Quantity{}, foreign: map[string]fulfillment.Quantity{}}
	p.gate = NewGate(http.HandlerFunc(p.serve), func(r *http.Request, _ []byte) bool {
		return slices.Contains([]string{"/begin", "/finish", "/discard", "/cancel", "/adopt", "/update"}, r.URL.Path)
	})
	server := httptest.NewUnstartedServer(p.gate)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Start()
	t.Cleanup(server.Close)
	return p, server.URL
}

// question is what the driver sends, whatever it asks.
type question struct {
	ID       string
	Identity string
	After    string
	Since    time.Time
	Lookups  []fulfillment.Lookup
	Order    fulfillment.Order
	// Reference of the order.
	Reference string
	// Parts that are written, and what the order is to remember.
	Parts     []fulfillment.Part
	Delivered fulfillment.Delivered
}

// answer is what it gets.
type answer struct {
	Orders []fulfillment.WarehouseOrder
	Next   string
	Report fulfillment.StockReport
	ID     string
	Token  string
}

func (p *paper) serve(w http.ResponseWriter, r *http.Request) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.minutes++
	var q question
	if err := json.NewDecoder(r.Body).Decode(&q); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	if r.URL.Path == "/token" {
		p.reply(w, answer{Token: strconv.Itoa(p.session)}, nil)
		return
	}
	if r.Header.Get("Token") != strconv.Itoa(p.session) {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	operations := map[string]func(question) (answer, *fulfillment.Fault){
		"/find": p.find, "/open": p.open, "/closed": p.closed, "/read": p.read, "/stock": p.stock,
		"/begin": p.begin, "/finish": p.finish, "/discard": p.discard, "/cancel": p.cancel, "/adopt": p.adopt, "/update": p.update,
	}
	a, refusal := operations[r.URL.Path](q)
	p.reply(w, a, refusal)
}

func (p *paper) reply(w http.ResponseWriter, a answer, refusal *fulfillment.Fault) {
	if refusal != nil {
		w.WriteHeader(http.StatusConflict)
		_ = json.NewEncoder(w).Encode(refusal)
		return
	}
	_ = json.NewEncoder(w).Encode(a)
}

func refuse(kind fulfillment.FaultKind, reason string) *fulfillment.Fault {
	return &fulfillment.Fault{Kind: kind, System: "paper", Operation: "serve", Reason: reason}
}

func (p *paper) now() time.Time {
	return time.Date(2026, 11, 23, 0, p.minutes, 0, 0, time.UTC)
}

// select returns copies of the sheets for which the condition holds, drafts apart.
func (p *paper) pick(wanted func(*sheet) bool) (found []fulfillment.WarehouseOrder) {
	for _, s := range p.orders {
		if !s.draft && wanted(s) {
			copied := s.WarehouseOrder
			copied.Lines = slices.Clone(s.Lines)
			copied.Content = paperContent(s.Identity, s.ShipTo, s.Lines)
			found = append(found, copied)
		}
	}
	return found
}

func (p *paper) find(q question) (answer, *fulfillment.Fault) {
	return answer{Orders: p.pick(func(s *sheet) bool {
		return slices.ContainsFunc(q.Lookups, func(l fulfillment.Lookup) bool {
			return l.ID != 0 && s.Identity == l.ID.String() || slices.Contains(l.References, s.Reference)
		})
	})}, nil
}

func (p *paper) open(q question) (answer, *fulfillment.Fault) {
	return p.page(q, func(s *sheet) bool { return s.State == fulfillment.WarehouseOpen })
}

func (p *paper) closed(q question) (answer, *fulfillment.Fault) {
	return p.page(q, func(s *sheet) bool { return s.State != fulfillment.WarehouseOpen && !s.ModifiedAt.Before(q.Since) })
}

// page returns the sheets after the one that the question names.
func (p *paper) page(q question, wanted func(*sheet) bool) (a answer, _ *fulfillment.Fault) {
	last, _ := strconv.Atoi(cmp.Or(q.After, "0"))
	a.Orders = p.pick(func(s *sheet) bool {
		id, _ := strconv.Atoi(s.ID)
		return id > last && wanted(s)
	})
	if len(a.Orders) > paperPage {
		a.Orders = a.Orders[:paperPage]
		a.Next = a.Orders[paperPage-1].ID
	}
	return a, nil
}

func (p *paper) sheet(id string) *sheet {
	if at := slices.IndexFunc(p.orders, func(s *sheet) bool { return s.ID == id }); at >= 0 {
		return p.orders[at]
	}
	return nil
}

func (p *paper) read(q question) (answer, *fulfillment.Fault) {
	orders := p.pick(func(s *sheet) bool { return s.ID == q.ID })
	if len(orders) == 0 {
		return answer{}, refuse(fulfillment.FaultNotFound, "")
	}
	return answer{Orders: orders}, nil
}

func (p *paper) stock(question) (a answer, _ *fulfillment.Fault) {
	for sku, onHand := range p.onHand {
		a.Report.Items = append(a.Report.Items, sku)
		if onHand != 0 {
			a.Report.Rows = append(a.Report.Rows, fulfillment.WarehouseStock{
				SKU: sku, OnHand: new(onHand), Available: new(onHand - p.held(sku)),
			})
		}
	}
	a.Report.Complete = true
	return a, nil
}

// held is how much of a SKU open orders wait for.
func (p *paper) held(sku string) (sum fulfillment.Quantity) {
	for _, o := range p.pick(func(s *sheet) bool { return s.State == fulfillment.WarehouseOpen }) {
		for _, line := range o.Lines {
			if line.SKU == sku {
				sum += line.Ordered - line.Shipped
			}
		}
	}
	return sum
}

// begin enters a draft. A draft of the same identity is gone on with.
func (p *paper) begin(q question) (answer, *fulfillment.Fault) {
	for _, s := range p.orders {
		cancelled := s.State == fulfillment.WarehouseCancelled && p.can.CancelFreesReference
		switch {
		case s.Reference != q.Reference || cancelled:
		case s.draft && s.Identity == q.Identity:
			return answer{ID: s.ID}, nil
		case p.can.ReferenceUnique == fulfillment.ReferenceEnforced:
			return answer{}, refuse(fulfillment.FaultDuplicate, "")
		}
	}
	return answer{ID: p.enter(q, true).ID}, nil
}

func (p *paper) enter(q question, draft bool) *sheet {
	s := &sheet{draft: draft, WarehouseOrder: fulfillment.WarehouseOrder{
		ID: strconv.Itoa(len(p.orders) + 1), Reference: q.Reference, Identity: q.Identity, State: fulfillment.WarehouseOpen,
		ShipTo: q.Order.ShipTo, ModifiedAt: p.now(),
	}}
	p.orders = append(p.orders, s)
	return s
}

func (p *paper) finish(q question) (answer, *fulfillment.Fault) {
	s := p.sheet(q.ID)
	var lines []fulfillment.WarehouseLine
	for _, line := range q.Order.Lines {
		onHand, known := p.onHand[line.SKU]
		switch {
		case !known:
			return answer{}, refuse(fulfillment.FaultInvalid, fulfillment.ReasonUnknownSKU)
		case onHand-p.held(line.SKU) < fulfillment.Units(line.Quantity):
			return answer{}, refuse(fulfillment.FaultInvalid, fulfillment.ReasonRefusedByWarehouse)
		}
		lines = append(lines, fulfillment.WarehouseLine{
			LineID: strconv.FormatInt(line.ID, 10), SKU: line.SKU, Ordered: fulfillment.Units(line.Quantity),
		})
	}
	s.Lines, s.ShipTo, s.RoutedTo, s.draft = lines, q.Order.ShipTo, q.Order.WarehouseID, false
	s.Delivered = p.remember(s, q.Order)
	return p.read(q)
}

// discard throws a draft away: what is left of it is found by nobody.
func (p *paper) discard(q question) (answer, *fulfillment.Fault) {
	if s := p.sheet(q.ID); s != nil && s.draft {
		s.Reference, s.Identity, s.State = "", "", fulfillment.WarehouseCancelled
	}
	return answer{}, nil
}

func (p *paper) cancel(q question) (answer, *fulfillment.Fault) {
	s := p.sheet(q.ID)
	switch {
	case s == nil:
		return answer{}, refuse(fulfillment.FaultNotFound, "")
	case p.pretend:
		p.pretend = false
		return answer{}, nil
	case p.cancelsAnything:
		s.State, s.Tracking, s.Packages = fulfillment.WarehouseCancelled, nil, nil
		for i := range s.Lines {
			s.Lines[i].Shipped = 0
		}
		return answer{}, nil
	case !p.can.CancelOrder, s.State != fulfillment.WarehouseOpen, s.InProgress != "", len(s.Tracking) > 0:
		return answer{}, refuse(fulfillment.FaultConflict, "")
	}
	s.State = fulfillment.WarehouseCancelled
	p.touch(s)
	return answer{}, nil
}

func (p *paper) adopt(q question) (answer, *fulfillment.Fault) {
	s := p.sheet(q.ID)
	switch {
	case s == nil:
		return answer{}, refuse(fulfillment.FaultNotFound, "")
	case s.Identity == q.Identity:
		return answer{}, nil
	case s.Identity != "", s.State != fulfillment.WarehouseOpen:
		return answer{}, refuse(fulfillment.FaultConflict, "")
	}
	s.Identity = q.Identity
	s.Delivered = p.remember(s, q.Order)
	s.RoutedTo = cmp.Or(s.RoutedTo, q.Order.WarehouseID)
	p.touch(s)
	return answer{}, nil
}

func (p *paper) touch(s *sheet) {
	if !p.shipsUnseen {
		s.ModifiedAt = p.now()
	}
}
