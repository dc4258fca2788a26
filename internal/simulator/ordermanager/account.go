// SPDX-License-Identifier: Apache-2.0

package ordermanager

import "net/http"

func (s *Server) listWarehouses(*call) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	return ok(append([]Warehouse{}, s.warehouses...))
}

func (s *Server) readWarehouse(c *call) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.warehouse(c.arguments["id"])
	if w == nil {
		return refuse(http.StatusNotFound, "no such warehouse")
	}
	return ok(*w)
}

func (s *Server) listChannels(c *call) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []SalesChannel{}
	for _, channel := range s.channels {
		if channel.Active || c.flag("includeInactive") {
			list = append(list, channel)
		}
	}
	return ok(list)
}

type statusEntry struct {
	ID     int    `json:"id"`
	Status string `json:"status"`
}

// listStatuses: without includeAll the vendor lists what the company uses; here that is everything.
func (s *Server) listStatuses(*call) reply {
	enumerate := func(values []string) []statusEntry {
		list := []statusEntry{}
		for n, value := range values {
			list = append(list, statusEntry{n + 1, value})
		}
		return list
	}
	return ok(map[string]any{"statuses": enumerate(orderStatuses), "unresolvedStatuses": enumerate(unresolvedStatuses)})
}

func (s *Server) readCompany(*call) reply {
	return ok(companyInfo{
		Name: "Acme Synthetic Goods", Status: "ACTIVE", CountryOfOperation: "USA",
		ContactName: "Test Contact", ContactEmail: "contact@acme.example",
		Address: Address{Address1: "1 Example Way", City: "Springfield", State: "NJ", ZipCode: "07081", Country: "USA"},
	})
}
