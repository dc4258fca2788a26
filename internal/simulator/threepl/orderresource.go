// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"slices"
	"strings"
)

// orderResource is an order as it is shown.
type orderResource struct {
	ReadOnly orderReadOnly `json:"readOnly"`
	OrderFields
	ParcelResponse *parcelResponse `json:"parcelResponse,omitempty"`
	Embedded       *embeddedItems  `json:"_embedded,omitempty"`
	Links          map[string]link `json:"_links"`
}

type embeddedItems struct {
	Items []itemResource `json:"http://api.3plCentral.com/rels/orders/item"`
}

// orderReadOnly has the members of the vendor's sample that this simulator
// gives a meaning to.
type orderReadOnly struct {
	OrderID                        int64             `json:"orderId"`
	AsnCandidate                   int               `json:"asnCandidate"`
	FullyAllocated                 bool              `json:"fullyAllocated"`
	DeferNotification              bool              `json:"deferNotification"`
	IsClosed                       bool              `json:"isClosed"`
	ProcessDate                    string            `json:"processDate,omitempty"`
	PickDoneDate                   string            `json:"pickDoneDate,omitempty"`
	PackDoneDate                   string            `json:"packDoneDate,omitempty"`
	LoadedState                    int               `json:"loadedState"`
	AsnSent                        bool              `json:"asnSent"`
	BatchIdentifier                *batchIdentifier  `json:"batchIdentifier,omitempty"`
	Packages                       []packageReadOnly `json:"packages,omitempty"`
	ParcelLabelType                int               `json:"parcelLabelType"`
	CustomerIdentifier             Identifier        `json:"customerIdentifier"`
	FacilityIdentifier             Identifier        `json:"facilityIdentifier"`
	WarehouseTransactionSourceType int64             `json:"warehouseTransactionSourceType"`
	TransactionEntryType           int64             `json:"transactionEntryType"`
	CreationDate                   string            `json:"creationDate"`
	CreatedByIdentifier            Identifier        `json:"createdByIdentifier"`
	LastModifiedDate               string            `json:"lastModifiedDate"`
	LastModifiedByIdentifier       Identifier        `json:"lastModifiedByIdentifier"`
	Status                         Status            `json:"status"`
}

type batchIdentifier struct {
	NameKey struct {
		CustomerIdentifier Identifier `json:"customerIdentifier"`
		Name               string     `json:"name"`
	} `json:"nameKey"`
	ID int64 `json:"id"`
}

type parcelResponse struct {
	OrderID         int64    `json:"orderId"`
	TrackingNumbers []string `json:"trackingNumbers"`
}

// packageReadOnly is a package inside readOnly.packages of an order.
type packageReadOnly struct {
	packageFields
	Oversize        bool             `json:"oversize"`
	Cod             bool             `json:"cod"`
	PackageContents []packageContent `json:"packageContents"`
}

// packageResource is a package of /orders/{id}/packages.
type packageResource struct {
	packageFields
	ReadOnly struct {
		Oversize bool `json:"oversize"`
		Cod      bool `json:"cod"`
	} `json:"readOnly"`
	Embedded struct {
		Contents []packageContent `json:"http://api.3plCentral.com/rels/orders/packagecontent"`
	} `json:"_embedded"`
}

type packageFields struct {
	PackageID      int64    `json:"packageId"`
	PackageTypeID  int64    `json:"packageTypeId"`
	Length         Quantity `json:"length"`
	Width          Quantity `json:"width"`
	Height         Quantity `json:"height"`
	Weight         Quantity `json:"weight"`
	TrackingNumber string   `json:"trackingNumber,omitempty"`
	Description    string   `json:"description,omitempty"`
	CreateDate     string   `json:"createDate"`
}

type packageContent struct {
	PackageContentID int64    `json:"packageContentId"`
	PackageID        int64    `json:"packageId"`
	OrderItemID      int64    `json:"orderItemId"`
	ReceiveItemID    int64    `json:"receiveItemId"`
	Qty              Quantity `json:"qty"`
}

// itemResource is a line of an order.
type itemResource struct {
	ReadOnly itemReadOnly `json:"readOnly"`
	OrderItem
}

type itemReadOnly struct {
	OrderItemID    int64        `json:"orderItemId"`
	FullyAllocated bool         `json:"fullyAllocated"`
	UnitIdentifier Identifier   `json:"unitIdentifier"`
	EstimatedQty   Quantity     `json:"estimatedQty"`
	Allocations    []allocation `json:"allocations,omitempty"`
}

type allocation struct {
	ReceiveItemID         int64    `json:"receiveItemId"`
	Qty                   Quantity `json:"qty"`
	ProperlyPickedPrimary Quantity `json:"properlyPickedPrimary"`
	LoadedOut             bool     `json:"loadedOut"`
}

// detail is what a client asks to be shown beside an order's own members.
type detail struct {
	items, packages, contacts, savedElements, billing, parcel bool
	allocations, itemElements                                 bool
}

var fullDetail = detail{items: true, packages: true, contacts: true, savedElements: true, billing: true, parcel: true,
	allocations: true, itemElements: true}

var detailNames = []string{"none", "orderitems", "billingdetails", "savedelements", "packages", "contacts", "proposedbilling",
	"outboundserialnumbers", "smallparcel", "parceloptions", "inserts", "all"}

var itemDetailNames = []string{"none", "savedelements", "allocations", "all", "allocationswithdetail"}

// detail reads the detail and itemdetail parameters.
func (c *call) detail() (detail, *exception) {
	named, fault := c.names("detail", detailNames)
	if fault != nil {
		return detail{}, fault
	}
	itemNamed, fault := c.names("itemdetail", itemDetailNames)
	if fault != nil {
		return detail{}, fault
	}
	all, allItem := named["all"], itemNamed["all"]
	return detail{
		items:         all || named["orderitems"],
		packages:      all || named["packages"],
		contacts:      all || named["contacts"] || c.server.options.ContactsAlways,
		savedElements: all || named["savedelements"],
		billing:       all || named["billingdetails"],
		parcel:        all || named["smallparcel"],
		allocations:   allItem || itemNamed["allocations"] || itemNamed["allocationswithdetail"],
		itemElements:  allItem || itemNamed["savedelements"],
	}, nil
}

func (c *call) names(parameter string, known []string) (map[string]bool, *exception) {
	named := map[string]bool{}
	text := strings.ToLower(c.query[parameter])
	if text == "" {
		return named, nil
	}
	for name := range strings.SplitSeq(text, ",") {
		if !slices.Contains(known, name) {
			return nil, queryException(codeNotParsable, "Values not supported: "+name, parameter)
		}
		named[name] = true
	}
	return named, nil
}

func (c *customer) identifier() Identifier {
	return Identifier{ID: c.ID, Name: c.Name, ExternalID: c.ExternalID}
}

func (f *facility) identifier() Identifier { return Identifier{ID: f.ID, Name: f.Name} }

// resource shows an order.
func (s *Server) resource(o *order, show detail) orderResource {
	zone := o.facility.zone
	shown := orderResource{
		ReadOnly: orderReadOnly{
			OrderID:            o.id,
			FullyAllocated:     o.fullyAllocated(),
			DeferNotification:  !o.complete,
			IsClosed:           o.closed(),
			ProcessDate:        wallText(o.processed, zone),
			PickDoneDate:       wallText(o.pickDone, zone),
			PackDoneDate:       wallText(o.packDone, zone),
			CustomerIdentifier: o.customer.identifier(),
			FacilityIdentifier: o.facility.identifier(),
			// 7 is the REST API, 4 the API as the way of entry.
			WarehouseTransactionSourceType: 7,
			TransactionEntryType:           4,
			CreationDate:                   wallText(o.created, zone),
			CreatedByIdentifier:            Identifier{ID: 1, Name: "api"},
			LastModifiedDate:               wallText(o.modified, zone),
			LastModifiedByIdentifier:       Identifier{ID: 1, Name: "api"},
			Status:                         o.status,
		},
		OrderFields: o.doc.OrderFields,
		Links:       map[string]link{"self": {"/orders/" + idText(o.id)}},
	}
	shown.CustomerIdentifier, shown.FacilityIdentifier = nil, nil
	shown.DeferNotification, shown.WarehouseTransactionSourceEnum, shown.TransactionEntryTypeEnum = nil, nil, nil
	if !show.contacts {
		shown.ShipTo, shown.SoldTo, shown.BillTo = nil, nil, nil
	}
	if !show.savedElements {
		shown.SavedElements = nil
	}
	if !show.billing {
		shown.Billing = nil
	}
	if o.batchID != 0 {
		batch := &batchIdentifier{ID: o.batchID}
		batch.NameKey.CustomerIdentifier, batch.NameKey.Name = o.customer.identifier(), o.batch
		shown.ReadOnly.BatchIdentifier = batch
	}
	if show.packages {
		for _, p := range o.packages {
			shown.ReadOnly.Packages = append(shown.ReadOnly.Packages, packageReadOnly{packageFields: o.fields(p), PackageContents: o.contents(p)})
		}
	}
	if numbers := o.parcels; show.parcel && len(numbers) > 0 {
		shown.ParcelResponse = &parcelResponse{OrderID: o.id, TrackingNumbers: numbers}
	}
	if show.items {
		shown.Embedded = &embeddedItems{Items: o.itemResources(show)}
	}
	return shown
}

func (o *order) itemResources(show detail) []itemResource {
	items := make([]itemResource, 0, len(o.lines))
	for _, l := range o.lines {
		shown := itemResource{
			ReadOnly: itemReadOnly{OrderItemID: l.id, FullyAllocated: o.status != StatusOpen || l.allocated == l.qty,
				UnitIdentifier: Identifier{ID: 1, Name: "Each"}, EstimatedQty: l.qty},
			OrderItem: l.doc,
		}
		shown.ItemIdentifier = &ItemIdentifier{ID: l.item.ID, SKU: l.item.SKU}
		shown.Qty = new(l.qty)
		if !show.itemElements {
			shown.SavedElements = nil
		}
		if set := l.allocated + l.shipped; show.allocations && set > 0 {
			shown.ReadOnly.Allocations = []allocation{{ReceiveItemID: l.bin.receiveItemID, Qty: set,
				ProperlyPickedPrimary: l.shipped, LoadedOut: o.status == StatusClosed}}
		}
		items = append(items, shown)
	}
	return items
}

func (o *order) fields(p Package) packageFields {
	return packageFields{PackageID: p.ID, PackageTypeID: 2, Length: Units(10), Width: Units(8), Height: Units(6), Weight: Units(2),
		TrackingNumber: p.Tracking, Description: p.Description, CreateDate: wallText(p.Created, o.facility.zone)}
}

func (o *order) contents(p Package) []packageContent {
	contents := make([]packageContent, 0, len(p.Contents))
	for i, content := range p.Contents {
		receiveItemID := int64(0)
		for _, l := range o.lines {
			if l.id == content.LineID {
				receiveItemID = l.bin.receiveItemID
			}
		}
		contents = append(contents, packageContent{PackageContentID: p.ID*1000 + int64(i), PackageID: p.ID,
			OrderItemID: content.LineID, ReceiveItemID: receiveItemID, Qty: content.Qty})
	}
	return contents
}
