// SPDX-License-Identifier: Apache-2.0

// Package threepl is a strict simulator of the REST API of Extensiv 3PL
// Warehouse Manager: the documented paths, shapes, paging, filters and
// refusals, on state held in memory. What the vendor does not document is an
// option, and by default the reading that is harder on the client.
//
// Whatever a real server would refuse is refused with the documented body, so
// that a client that passes here has read the documentation.
package threepl

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"strings"
	"sync"
	"time"

	"ordersync.dev/operator/internal/simulator/fault"
)

// Server is the warehouse system. It is an http.Handler for its API, and its
// methods are the hands of the people in the warehouse. It is safe for
// concurrent use.
type Server struct {
	options Options
	now     func() time.Time
	faults  *fault.Injector
	handler http.Handler
	routes  []route

	mu        sync.Mutex
	access    access
	limiter   limiter
	customers map[int64]*customer
	// facilityOrder and customerOrder keep lists in the order of their ids.
	customerOrder []int64
	facilities    map[int64]*facility
	facilityOrder []int64
	carriers      []Carrier
	orders        orderBook
	stock         stockroom
	effects       []Effect
	// lastID numbers everything but orders, so that no id of one kind can be
	// mistaken for that of another unnoticed.
	lastID     int64
	rowVersion uint64
}

// New returns a warehouse system without customers, facilities or stock.
func New(options Options) *Server {
	options = options.withDefaults()
	s := &Server{
		options:    options,
		now:        options.Now,
		customers:  map[int64]*customer{},
		facilities: map[int64]*facility{},
		carriers:   defaultCarriers(),
		orders:     newOrderBook(options.FirstOrderID),
		stock:      newStockroom(),
		lastID:     5000,
	}
	s.access = newAccess(options)
	s.routes = s.table()
	s.faults = fault.New(fault.Options{
		Seed:      options.FaultSeed,
		LogSize:   options.LogSize,
		Now:       options.Now,
		Templates: []string{"/orders/{id}/canceler", "/orders/{id}/items", "/orders/{id}/packages", "/orders/{id}", "/customers/{id}/items"},
	})
	s.handler = s.faults.Wrap(http.HandlerFunc(s.serve))
	return s
}

// ServeHTTP answers as the warehouse system does.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Faults is what makes the server misbehave on purpose, and counts its calls.
func (s *Server) Faults() *fault.Injector { return s.faults }

// route is one documented operation.
type route struct {
	method string
	// path has {id} for a number.
	path string
	// role is what the credentials need, in the vendor's words.
	role string
	// parameters are the documented query parameters, in lower case.
	parameters []string
	// body says that the operation takes one, and so checks its media type.
	body  bool
	serve func(*call)
}

var paged = []string{"pgsiz", "pgnum", "rql", "sort"}

func with(parameters []string, more ...string) []string {
	return append(append([]string{}, parameters...), more...)
}

func (s *Server) table() []route {
	orderDetail := []string{"detail", "itemdetail"}
	return []route{
		{http.MethodGet, "/orders", "OrderView", with(with(paged, orderDetail...), "skulist", "skucontains"), false, s.listOrders},
		{http.MethodPost, "/orders", "OrderWrite", nil, true, s.createOrder},
		{http.MethodGet, "/orders/{id}", "OrderView", orderDetail, false, s.getOrder},
		{http.MethodPut, "/orders/{id}", "OrderEdit", orderDetail, true, s.putOrder},
		{http.MethodPost, "/orders/{id}/canceler", "OrderEdit", nil, true, s.cancelOrder},
		{http.MethodGet, "/orders/{id}/items", "OrderView", []string{"itemdetail"}, false, s.getOrderItems},
		{http.MethodGet, "/orders/{id}/packages", "OrderView", nil, false, s.getOrderPackages},
		{http.MethodGet, "/inventory/stocksummaries", "InventoryDetailView", []string{"pgsiz", "pgnum", "rql", "orderednotallocated"}, false, s.listStockSummaries},
		{http.MethodGet, "/inventory/stockdetails", "InventoryDetailView", with(paged, "customerid", "facilityid"), false, s.listStockDetails},
		{http.MethodGet, "/customers", "CustomerView", with(paged, "facilityid"), false, s.listCustomers},
		{http.MethodGet, "/customers/{id}/items", "ItemView", paged, false, s.listItems},
		{http.MethodGet, "/properties/facilities", "FacilityView", with(paged, "customerid"), false, s.listFacilities},
		{http.MethodGet, "/properties/carriers", "ReadPropertiesThirdParty", nil, false, s.listCarriers},
	}
}

// serve answers one request. It reads the request before it takes the lock and
// writes the answer after it let go: a slow client holds up nobody else.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	if s.options.MaxURLLength > 0 && len(r.URL.RequestURI()) > s.options.MaxURLLength {
		http.Error(w, "The request URL is too long.", http.StatusRequestURITooLong)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyAtMost))
	if err != nil {
		http.Error(w, "The request cannot be read.", http.StatusBadRequest)
		return
	}
	kept := &keptAnswer{header: http.Header{}, status: http.StatusOK}
	s.judge(&call{server: s, w: kept, r: r, body: body})
	kept.send(w)
}

// judge refuses, in the order in which a server would: path, credentials, rate,
// method, role, media types, parameters. What is left is served.
func (s *Server) judge(c *call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.r.URL.Path == tokenPath {
		s.serveToken(c)
		return
	}
	found, id, allowed := s.find(c.r)
	c.id = id
	if len(allowed) == 0 {
		c.w.WriteHeader(http.StatusNotFound)
		return
	}
	if !s.access.bearer(c.r, s.now()) {
		c.w.Header().Set("WWW-Authenticate", "Bearer")
		c.refuse(http.StatusUnauthorized, authorizationException("", "Authorization has been denied for this request."))
		return
	}
	if after, limited := s.limiter.take(s.options.RateLimit, s.now()); limited {
		refuseRate(c.w, s.options.RateLimit, s.now(), after)
		return
	}
	if found == nil {
		c.w.Header().Set("Allow", strings.Join(allowed, ", "))
		c.w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	if !s.access.has(found.role) {
		c.refuse(http.StatusForbidden, authorizationException("", "The role "+found.role+" is required."))
		return
	}
	if !c.negotiate() {
		c.w.WriteHeader(http.StatusNotAcceptable)
		return
	}
	if found.body && !c.acceptsBody() {
		c.w.WriteHeader(http.StatusUnsupportedMediaType)
		return
	}
	if fault := c.parseQuery(found.parameters); fault != nil {
		c.refuse(http.StatusBadRequest, fault)
		return
	}
	found.serve(c)
}

// keptAnswer is an answer before it is sent.
type keptAnswer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (k *keptAnswer) Header() http.Header            { return k.header }
func (k *keptAnswer) Write(data []byte) (int, error) { return k.body.Write(data) }
func (k *keptAnswer) WriteHeader(status int)         { k.status = status }
func (k *keptAnswer) send(w http.ResponseWriter) {
	maps.Copy(w.Header(), k.header)
	w.WriteHeader(k.status)
	_, _ = w.Write(k.body.Bytes())
}

// find returns the operation, the number in its path, and the methods that the path knows.
func (s *Server) find(r *http.Request) (found *route, id int64, allowed []string) {
	for _, candidate := range s.routes {
		number, ok := matchPath(candidate.path, r.URL.Path)
		if !ok {
			continue
		}
		allowed = append(allowed, candidate.method)
		if candidate.method == r.Method {
			found, id = new(candidate), number
		}
	}
	return found, id, allowed
}

func matchPath(pattern, path string) (id int64, ok bool) {
	want, have := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(want) != len(have) {
		return 0, false
	}
	for i, segment := range want {
		if segment == "{id}" {
			n, err := parseID(have[i])
			if err != nil {
				return 0, false
			}
			id = n
			continue
		}
		// IIS compares paths without regard to case.
		if !strings.EqualFold(segment, have[i]) {
			return 0, false
		}
	}
	return id, true
}

// nextID numbers everything but orders.
func (s *Server) nextID() int64 {
	s.lastID++
	return s.lastID
}

// nextVersion is the row version behind an ETag: it never repeats.
func (s *Server) nextVersion() uint64 {
	s.rowVersion++
	return s.rowVersion
}
