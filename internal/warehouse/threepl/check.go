// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"context"

	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/remote"
)

const (
	customersEndpoint  = "/customers"
	facilitiesEndpoint = "/properties/facilities"
	customersPage      = 100

	customerHint = "no customer with this customerID is visible to the credentials; look the number up in the warehouse system, or have the credentials' roles extended"
	facilityHint = "no facility with this facilityID is visible to the credentials; look the number up in the warehouse system, or have the credentials' roles extended"
)

// customerDocument is a customer of the warehouse.
type customerDocument struct {
	ReadOnly struct {
		CustomerID  wireInt `json:"customerId"`
		Deactivated bool    `json:"deactivated"`
	} `json:"readOnly"`
	Facilities []identifier `json:"facilities"`
	Primary    identifier   `json:"primaryFacilityIdentifier"`
}

// facilityDocument is a building; its id is looked for wherever the service
// writes ids.
type facilityDocument struct {
	ID                 wireInt    `json:"id"`
	FacilityID         wireInt    `json:"facilityId"`
	FacilityIdentifier identifier `json:"facilityIdentifier"`
	ReadOnly           struct {
		FacilityID wireInt `json:"facilityId"`
	} `json:"readOnly"`
}

func (f facilityDocument) is(id int64) bool {
	return id == int64(f.ID) || id == int64(f.FacilityID) || id == int64(f.FacilityIdentifier.ID) || id == int64(f.ReadOnly.FacilityID)
}

// Check proves that the credentials are accepted, and that the customer and
// the facility exist. A *fulfillment.Fault says what to do: of kind
// Authentication for the credentials, Permission for a missing role,
// Misconfigured with reason CustomerNotFound or FacilityNotFound.
func (d *Driver) Check(ctx context.Context) error {
	customer, err := d.findCustomer(ctx)
	if err != nil {
		return err
	}
	return d.findFacility(ctx, customer)
}

func (d *Driver) findCustomer(ctx context.Context) (found customerDocument, err error) {
	for page := int64(1); page <= maxPages; page++ {
		request, response, err := d.get(ctx, "find the customer", customersEndpoint, customersEndpoint,
			query(parameter{"pgsiz", decimal(customersPage)}, parameter{"pgnum", decimal(page)}))
		if err != nil {
			return found, err
		}
		customers, total, err := listOf[customerDocument](d, request, response, "customer")
		if err != nil {
			return found, err
		}
		for _, customer := range customers {
			if int64(customer.ReadOnly.CustomerID) != d.customer {
				continue
			}
			if customer.ReadOnly.Deactivated {
				return found, d.absent(request, response, fulfillment.ReasonCustomerNotFound,
					"the customer is deactivated in the warehouse system; have it activated there")
			}
			return customer, nil
		}
		if page*customersPage >= total || len(customers) == 0 {
			return found, d.absent(request, response, fulfillment.ReasonCustomerNotFound, customerHint)
		}
	}
	return found, misconfigured(fulfillment.ReasonCustomerNotFound, customerHint)
}

func (d *Driver) findFacility(ctx context.Context, customer customerDocument) error {
	request, response, err := d.get(ctx, "find the facility", facilitiesEndpoint, facilitiesEndpoint, "")
	if err != nil {
		return err
	}
	var answer collection
	if err := d.client.DecodeJSON(request, response, &answer); err != nil {
		return err
	}
	facilities, err := facilitiesOf(answer)
	if err != nil {
		return d.malformed(request, response, "its list is not as documented")
	}
	for _, facility := range facilities {
		if facility.is(d.facility) {
			return nil
		}
	}
	// The list's paging is not documented; the customer's own record names its
	// buildings too.
	for _, facility := range append(customer.Facilities, customer.Primary) {
		if int64(facility.ID) == d.facility {
			return nil
		}
	}
	return d.absent(request, response, fulfillment.ReasonFacilityNotFound, facilityHint)
}

func (d *Driver) absent(request remote.Request, response remote.Response, reason, hint string) *fulfillment.Fault {
	fault := d.client.Fault(request, response, fulfillment.FaultMisconfigured)
	fault.Reason, fault.Hint = reason, hint
	return fault
}
