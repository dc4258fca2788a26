// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"encoding/json"
	"errors"
	"strings"
)

// orderDocument is an order as the service writes it, as far as it is read.
type orderDocument struct {
	ReadOnly             orderReadOnly              `json:"readOnly"`
	ReferenceNum         string                     `json:"referenceNum"`
	ExternalID           string                     `json:"externalId"`
	Notes                string                     `json:"notes"`
	ShippingNotes        string                     `json:"shippingNotes"`
	BillingCode          string                     `json:"billingCode"`
	MasterBillOfLadingID string                     `json:"masterBillOfLadingId"`
	FulfillInvInfo       invoiceDocument            `json:"fulfillInvInfo"`
	RoutingInfo          routingDocument            `json:"routingInfo"`
	TransportationCharge json.RawMessage            `json:"upsTransportationCharge"`
	ServiceOptionCharge  json.RawMessage            `json:"upsServiceOptionCharge"`
	ShipTo               contactDocument            `json:"shipTo"`
	ParcelResponse       parcelDocument             `json:"parcelResponse"`
	SavedElements        []savedElement             `json:"savedElements"`
	OrderItems           json.RawMessage            `json:"orderItems"`
	Embedded             map[string]json.RawMessage `json:"_embedded"`
}

type orderReadOnly struct {
	OrderID            wireInt           `json:"orderId"`
	Status             *wireInt          `json:"status"`
	IsClosed           bool              `json:"isClosed"`
	CustomerIdentifier identifier        `json:"customerIdentifier"`
	FacilityIdentifier identifier        `json:"facilityIdentifier"`
	CreationDate       string            `json:"creationDate"`
	ProcessDate        string            `json:"processDate"`
	LastModifiedDate   string            `json:"lastModifiedDate"`
	BatchIdentifier    batchIdentifier   `json:"batchIdentifier"`
	PickTicketPrint    string            `json:"pickTicketPrintDate"`
	PickStarted        string            `json:"pickStartedDate"`
	PickDone           string            `json:"pickDoneDate"`
	PackStarted        string            `json:"packStartedDate"`
	PackDone           string            `json:"packDoneDate"`
	LoadOutDone        string            `json:"loadOutDoneDate"`
	Packages           []packageDocument `json:"packages"`
	ParcelResponse     parcelDocument    `json:"parcelResponse"`
}

type identifier struct {
	ID wireInt `json:"id"`
}

type batchIdentifier struct {
	ID      wireInt `json:"id"`
	NameKey struct {
		Name string `json:"name"`
	} `json:"nameKey"`
}

type itemIdentifier struct {
	SKU string  `json:"sku,omitempty"`
	ID  wireInt `json:"id,omitempty"`
}

type routingDocument struct {
	Carrier        string `json:"carrier"`
	Mode           string `json:"mode"`
	SCACCode       string `json:"scacCode"`
	BillOfLading   string `json:"billOfLading"`
	TrackingNumber string `json:"trackingNumber"`

	Account              string `json:"account"`
	ShipPointZip         string `json:"shipPointZip"`
	IsCod                bool   `json:"isCod"`
	IsInsurance          bool   `json:"isInsurance"`
	RequiresDeliveryConf bool   `json:"requiresDeliveryConf"`
}

type invoiceDocument struct {
	GiftMessage string `json:"fulfillInvGiftMessage"`
}

type contactDocument struct {
	CompanyName  string `json:"companyName"`
	Name         string `json:"name"`
	Address1     string `json:"address1"`
	Address2     string `json:"address2"`
	City         string `json:"city"`
	State        string `json:"state"`
	Zip          string `json:"zip"`
	Country      string `json:"country"`
	PhoneNumber  string `json:"phoneNumber"`
	EmailAddress string `json:"emailAddress"`
}

type parcelDocument struct {
	TrackingNumbers []string `json:"trackingNumbers"`
}

type packageDocument struct {
	PackageID       wireInt                    `json:"packageId"`
	TrackingNumber  string                     `json:"trackingNumber"`
	PackageContents []contentDocument          `json:"packageContents"`
	Embedded        map[string]json.RawMessage `json:"_embedded"`
}

type contentDocument struct {
	OrderItemID wireInt     `json:"orderItemId"`
	Qty         json.Number `json:"qty"`
}

type lineDocument struct {
	ReadOnly struct {
		OrderItemID wireInt              `json:"orderItemId"`
		Allocations []allocationDocument `json:"allocations"`
	} `json:"readOnly"`
	ItemIdentifier itemIdentifier `json:"itemIdentifier"`
	ExternalID     string         `json:"externalId"`
	Qty            json.Number    `json:"qty"`
	Notes          string         `json:"notes"`
}

type allocationDocument struct {
	ProperlyPicked json.Number `json:"properlyPickedPrimary"`
}

// lines returns the order's lines: embedded, as the service writes them, or
// under the plain name, as it reads them. given is false when there is neither.
func (o orderDocument) lines() (lines []lineDocument, given bool, err error) {
	raw, several := lastNamed(o.Embedded, "item")
	switch {
	case several:
		return nil, false, errSeveral
	case raw == nil:
		raw = o.OrderItems
	}
	if !listed(raw) {
		return nil, false, nil
	}
	err = json.Unmarshal(raw, &lines)
	return lines, true, err
}

// packages returns the order's packages: read-only members of the order, or embedded.
func (o orderDocument) packages() ([]packageDocument, error) {
	packages := o.ReadOnly.Packages
	raw, several := lastNamed(o.Embedded, "package")
	if len(packages) > 0 || raw == nil {
		return packages, nil
	}
	if several {
		return nil, errSeveral
	}
	err := json.Unmarshal(raw, &packages)
	return packages, err
}

var errSeveral = errors.New("more than one embedded list")

// lastNamed returns the embedded list whose link relation ends in the name. Of
// several none is better than another.
func lastNamed(members map[string]json.RawMessage, name string) (raw json.RawMessage, several bool) {
	for key, value := range embedded(members) {
		if strings.EqualFold(key[strings.LastIndexByte(key, '/')+1:], name) {
			raw, several = value, raw != nil
		}
	}
	return raw, several
}

// contents returns what is in the package.
func (p packageDocument) contents() ([]contentDocument, error) {
	contents := p.PackageContents
	lists := embedded(p.Embedded)
	if len(contents) > 0 || len(lists) == 0 {
		return contents, nil
	}
	if len(lists) > 1 {
		return nil, errSeveral
	}
	for _, raw := range lists {
		if err := json.Unmarshal(raw, &contents); err != nil {
			return nil, err
		}
	}
	return contents, nil
}
