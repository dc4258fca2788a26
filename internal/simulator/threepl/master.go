// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Customer is a merchant whose goods the warehouse keeps.
type Customer struct {
	// ID is given by AddCustomer when 0.
	ID         int64   `json:"id"`
	Name       string  `json:"name"`
	ExternalID string  `json:"externalId,omitempty"`
	Facilities []int64 `json:"facilities"`
	// OrderQueue keeps orders unallocated when they come in; see AllocateAll.
	OrderQueue  bool `json:"orderQueue,omitempty"`
	Deactivated bool `json:"deactivated,omitempty"`
}

// Facility is a building.
type Facility struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
	// TimeZone is an IANA name, the building's clock; empty means UTC. The API
	// itself shows a name of another system [documented]: see WindowsZone.
	TimeZone string `json:"timeZone,omitempty"`
	// WindowsZone is what the API shows as timeZoneName.
	WindowsZone string `json:"windowsZone,omitempty"`
	Deactivated bool   `json:"deactivated,omitempty"`
}

// Item is a thing of one customer: a SKU belongs to a customer, and two
// customers may have the same one.
type Item struct {
	ID          int64  `json:"id"`
	CustomerID  int64  `json:"customerId"`
	SKU         string `json:"sku"`
	UPC         string `json:"upc,omitempty"`
	Description string `json:"description,omitempty"`
	Deactivated bool   `json:"deactivated,omitempty"`
}

// Carrier is one entry of the list of carriers.
type Carrier struct {
	Name     string   `json:"name"`
	SCAC     string   `json:"scac"`
	Services []string `json:"services"`
}

type customer struct {
	Customer
	created time.Time
	items   []*Item
	bySKU   map[string]*Item
	byID    map[int64]*Item
}

type facility struct {
	Facility
	zone *time.Location
}

func defaultCarriers() []Carrier {
	return []Carrier{
		{"UPS", "UPSN", []string{"Ground", "2nd Day Air", "Next Day Air"}},
		{"FedEx", "FDEG", []string{"Ground", "2Day", "Standard Overnight"}},
		{"USPS", "USPS", []string{"Priority", "First Class", "Ground Advantage"}},
		{"Freight", "FRGT", []string{"LTL"}},
	}
}

// SetCarriers replaces the list of carriers.
func (s *Server) SetCarriers(carriers []Carrier) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.carriers = slices.Clone(carriers)
}

// AddCustomer adds a merchant and returns its id.
func (s *Server) AddCustomer(c Customer) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.ID == 0 {
		c.ID = s.nextID()
	}
	if s.customers[c.ID] != nil {
		return 0, fmt.Errorf("customer %d exists", c.ID)
	}
	for _, id := range c.Facilities {
		if s.facilities[id] == nil {
			return 0, fmt.Errorf("facility %d does not exist", id)
		}
	}
	s.customers[c.ID] = &customer{Customer: c, created: s.now(), bySKU: map[string]*Item{}, byID: map[int64]*Item{}}
	s.customerOrder = insertSorted(s.customerOrder, c.ID)
	return c.ID, nil
}

// SetOrderQueue switches a customer's order queue on or off.
func (s *Server) SetOrderQueue(customerID int64, on bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.customers[customerID]
	if c == nil {
		return fmt.Errorf("customer %d does not exist", customerID)
	}
	c.OrderQueue = on
	return nil
}

// AddFacility adds a building and returns its id.
func (s *Server) AddFacility(f Facility) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.ID == 0 {
		f.ID = s.nextID()
	}
	if s.facilities[f.ID] != nil {
		return 0, fmt.Errorf("facility %d exists", f.ID)
	}
	zone := time.UTC
	if f.TimeZone != "" {
		loaded, err := time.LoadLocation(f.TimeZone)
		if err != nil {
			return 0, fmt.Errorf("facility %d: %w", f.ID, err)
		}
		zone = loaded
	}
	s.facilities[f.ID] = &facility{Facility: f, zone: zone}
	s.facilityOrder = insertSorted(s.facilityOrder, f.ID)
	return f.ID, nil
}

// AddItem adds a SKU to a customer and returns its id.
func (s *Server) AddItem(item Item) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.customers[item.CustomerID]
	switch {
	case c == nil:
		return 0, fmt.Errorf("customer %d does not exist", item.CustomerID)
	case item.SKU == "":
		return 0, fmt.Errorf("an item needs a SKU")
	case c.bySKU[s.fold(item.SKU)] != nil:
		return 0, fmt.Errorf("customer %d has the SKU %q", item.CustomerID, item.SKU)
	}
	if item.ID == 0 {
		item.ID = s.nextID()
	}
	added := new(item)
	c.items = append(c.items, added)
	c.bySKU[s.fold(item.SKU)] = added
	c.byID[item.ID] = added
	return item.ID, nil
}

func (s *Server) fold(text string) string { return folded(text, !s.options.CaseSensitive) }

func (c *customer) servedBy(facilityID int64) bool { return slices.Contains(c.Facilities, facilityID) }

func (s *Server) carrier(name string) (Carrier, bool) {
	at := slices.IndexFunc(s.carriers, func(c Carrier) bool { return strings.EqualFold(c.Name, name) })
	if at < 0 {
		return Carrier{}, false
	}
	return s.carriers[at], true
}

func (c Carrier) offers(service string) bool {
	return slices.ContainsFunc(c.Services, func(one string) bool { return strings.EqualFold(one, service) })
}

func insertSorted(ids []int64, id int64) []int64 {
	at, _ := slices.BinarySearch(ids, id)
	return slices.Insert(ids, at, id)
}
