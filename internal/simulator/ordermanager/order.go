// SPDX-License-Identifier: Apache-2.0

package ordermanager

import "slices"

// Order statuses.
const (
	StatusUnresolved         = "UNRESOLVED"
	StatusAwaitingPayment    = "AWAITING_PAYMENT"
	StatusAwaitingShipment   = "AWAITING_SHIPMENT"
	StatusAwaitingMCF        = "AWAITING_MC_FULFILLMENT"
	StatusAwaiting3PLExport  = "AWAITING_3PL_EXPORT"
	StatusAwaitingDropship   = "AWAITING_DROPSHIP"
	StatusPendingFulfillment = "PENDING_FULFILLMENT"
	StatusShipped            = "SHIPPED"
	StatusCancelled          = "CANCELLED"
	StatusOnHold             = "ON_HOLD"
	StatusSKUUnprocessed     = "SKU_UNPROCESSED"
	StatusProcessedOutside   = "PROCESSED_OUTSIDE_OF_SKUBANA"
	StatusInboundPlan        = "INBOUND_SHIPMENT_PLAN"
)

var orderStatuses = []string{
	StatusUnresolved, StatusAwaitingPayment, StatusAwaitingShipment, StatusAwaitingMCF, StatusAwaiting3PLExport,
	StatusAwaitingDropship, StatusPendingFulfillment, StatusShipped, StatusCancelled, StatusOnHold,
	StatusSKUUnprocessed, StatusProcessedOutside, StatusInboundPlan,
}

var unresolvedStatuses = []string{
	"RESOLVED", "MISSING_ORDER_INFO", "MISSING_PRODUCT_INFO", "MISSING_FULFILLMENT_SOURCE", "MISSING_PICKING_LOCATION",
	"ORDERBOT_CONFLICT", "OUT_OF_STOCK", "MULTIPLE_WAREHOUSES", "FBA_UNRESOLVED", "MISSING_VENDOR_PRODUCT",
}

var orderTypes = []string{"STANDARD", "PRIME", "POS", "FBA_WORKFLOW", "FBA", "STOCK_TRANSFER"}

var cancelReasons = []string{
	"NO_INVENTORY", "SHIPPING_ADDRESS_UNDELIVERABLE", "CUSTOMER_EXCHANGE", "BUYER_CANCELLED", "BUYER_HAS_NOT_PAID",
	"GENERAL_ADJUSTMENT", "CARRIER_CREDIT_DECISION", "RISK_ASSESSMENT_INFORMATION_NOT_VALID", "CUSTOMER_RETURN",
	"MERCHANDISE_NOT_RECEIVED", "OTHER",
}

// Order is an order as GET /v1.1/orders shows it.
type Order struct {
	OrderID          int64           `json:"orderId"`
	OrderNumber      string          `json:"orderNumber"`
	OrderStatus      string          `json:"orderStatus"`
	UnresolvedStatus string          `json:"unresolvedStatus,omitempty"`
	OrderType        string          `json:"orderType"`
	SalesChannel     *SalesChannel   `json:"salesChannel,omitempty"`
	Source           *WarehouseInfo  `json:"fulfillmentSource,omitempty"`
	RelatedOrderIDs  []int64         `json:"relatedOrderIds,omitempty"`
	External         bool            `json:"external"`
	Customer         *Customer       `json:"customer,omitempty"`
	OrderDate        Time            `json:"orderDate,omitzero"`
	CreatedDate      Time            `json:"createdDate,omitzero"`
	ModifiedDate     Time            `json:"modifiedDate,omitzero"`
	PaymentDate      Time            `json:"paymentDate,omitzero"`
	ShipDate         Time            `json:"shipDate,omitzero"`
	ShipByDate       Time            `json:"shipByDate,omitzero"`
	ReceiveByDate    Time            `json:"receiveByDate,omitzero"`
	HoldUntilDate    Time            `json:"holdUntilDate,omitzero"`
	ShipName         string          `json:"shipName,omitempty"`
	ShipCompany      string          `json:"shipCompany,omitempty"`
	ShipAddress1     string          `json:"shipAddress1,omitempty"`
	ShipAddress2     string          `json:"shipAddress2,omitempty"`
	ShipAddress3     string          `json:"shipAddress3,omitempty"`
	ShipCity         string          `json:"shipCity,omitempty"`
	ShipState        string          `json:"shipState,omitempty"`
	ShipZipCode      string          `json:"shipZipCode,omitempty"`
	ShipCountry      string          `json:"shipCountry,omitempty"` // ISO 3166-1 alpha-3
	ShipPhone        string          `json:"shipPhone,omitempty"`
	ShipEmail        string          `json:"shipEmail,omitempty"`
	AddressType      string          `json:"addressType,omitempty"`
	RequestedService string          `json:"requestedShippingService,omitempty"`
	ShipMethod       *ShipMethod     `json:"shipMethod,omitempty"`
	Confirmation     string          `json:"deliveryConfirmation,omitempty"`
	SaturdayDelivery bool            `json:"saturdayDelivery"`
	NoSignature      bool            `json:"releaseWithoutSignature"`
	BillingOption    string          `json:"customShipBillingOption,omitempty"`
	Billing          *ShipBilling    `json:"customShipBilling,omitempty"`
	Insurance        string          `json:"insuranceProvider,omitempty"`
	InsuredValue     *Money          `json:"insuredValue,omitempty"`
	Weight           float64         `json:"weight,omitempty"` // ounces
	Items            []OrderItem     `json:"orderItems"`
	Currency         string          `json:"currency,omitempty"`
	OrderTotal       *Money          `json:"orderTotal,omitempty"`
	OrderItemTotal   *Money          `json:"orderItemTotal,omitempty"`
	ShippingCost     *Money          `json:"shippingCost,omitempty"`
	Discount         *Money          `json:"discount,omitempty"`
	AmountPaid       *Money          `json:"amountPaid,omitempty"`
	Gift             bool            `json:"gift"`
	GiftMessage      string          `json:"giftMessage,omitempty"`
	InternalNotes    string          `json:"internalNotes,omitempty"`
	NotesFromBuyer   string          `json:"notesFromBuyer,omitempty"`
	NotesToBuyer     string          `json:"notesToBuyer,omitempty"`
	CustomField1     string          `json:"customField1,omitempty"`
	CustomField2     string          `json:"customField2,omitempty"`
	CustomField3     string          `json:"customField3,omitempty"`
	Labels           []Label         `json:"labels,omitempty"`
	CancelReason     *CancelReason   `json:"cancelReason,omitempty"`
	Shipment         *Shipment       `json:"shipment,omitempty"`
	Shipments        []ShipmentItems `json:"shipments,omitempty"`
}

// OrderItem is one line of an order.
type OrderItem struct {
	OrderItemID     int64        `json:"orderItemId"`
	ListingSKU      string       `json:"listingSku,omitempty"`
	ListingName     string       `json:"listingName,omitempty"`
	Product         *ProductInfo `json:"product,omitempty"`
	QuantityOrdered int32        `json:"quantityOrdered"`
	UnitPrice       *Money       `json:"unitPrice,omitempty"`
	Tax             *Money       `json:"tax,omitempty"`
	Discount        *Money       `json:"discount,omitempty"`
	Notes           string       `json:"notes,omitempty"`
	POItemNumber    string       `json:"purchaseOrderItemNumber,omitempty"`
	BrokenDown      bool         `json:"brokenDown"`
	Fulfilled       bool         `json:"fulfilled"`
}

// Item is a line of a product that AddProduct made known.
func Item(sku string, quantity int32) OrderItem {
	return OrderItem{ListingSKU: sku, Product: &ProductInfo{MasterSKU: sku}, QuantityOrdered: quantity}
}

// WarehouseInfo is the warehouse that an order is routed to.
type WarehouseInfo struct {
	WarehouseID int64  `json:"warehouseId"`
	Name        string `json:"name,omitempty"`
}

// Customer is the buyer.
type Customer struct {
	CustomerID     int64    `json:"customerId"`
	Name           string   `json:"name,omitempty"`
	CompanyName    string   `json:"companyName,omitempty"`
	EmailAddresses []string `json:"emailAddresses,omitempty"`
}

// ShipMethod is how an order goes.
type ShipMethod struct {
	ShippingCarrier   string `json:"shippingCarrier,omitempty"`
	ProviderID        int32  `json:"shippingProviderId,omitempty"`
	ShippingServiceID int32  `json:"shippingServiceId,omitempty"`
	PackageTypeID     int32  `json:"packageTypeId,omitempty"`
}

// ShipBilling is the carrier account that pays when it is not the merchant's.
type ShipBilling struct {
	AccountNumber  string `json:"accountNumber,omitempty"`
	BillingZipCode string `json:"billingZipCode,omitempty"`
	Country        string `json:"country,omitempty"` // ISO 3166-1 alpha-3
	CODAmount      *Money `json:"codAmount,omitempty"`
}

// CancelReason says why an order was cancelled.
type CancelReason struct {
	Type    string `json:"type"`
	Details string `json:"details,omitempty"`
}

// Label hangs on orders.
type Label struct {
	LabelID  int64  `json:"labelId"`
	Name     string `json:"name"`
	HexColor string `json:"hexColor"`
}

// Shipment is one shipment as GET /v1/shipments shows it.
type Shipment struct {
	ShipmentID        int64       `json:"shipmentId"`
	OrderID           int64       `json:"orderId"`
	OrderNumber       string      `json:"orderNumber"`
	WarehouseID       int64       `json:"warehouseId,omitempty"`
	Type              string      `json:"type"`
	Created           Time        `json:"created,omitzero"`
	ShipDate          Time        `json:"shipDate,omitzero"`
	EstimatedArrival  Time        `json:"estimatedArrival,omitzero"`
	Received          Time        `json:"received,omitzero"`
	DeliveryStatus    string      `json:"deliveryStatus,omitempty"`
	TrackingNumber    string      `json:"trackingNumber"`
	InsuranceTracking string      `json:"insuranceTrackingNumber,omitempty"`
	TransactionID     string      `json:"transactionId,omitempty"`
	CarrierFee        *Money      `json:"carrierFee,omitempty"`
	BatchNumber       int32       `json:"batchNumber,omitempty"`
	External          bool        `json:"external"`
	ShipMethod        *ShipMethod `json:"shipMethod,omitempty"`
}

// ShipmentItems is what went in one parcel.
type ShipmentItems struct {
	Items           []ShippedItem `json:"items"`
	TrackingNumbers []string      `json:"trackingNumbers"`
}

// ShippedItem is one line of a parcel.
type ShippedItem struct {
	ListingSKU string `json:"listingSku"`
	Quantity   int32  `json:"quantity"`
}

// warehouseID is 0 for an order that is not routed.
func (o *Order) warehouseID() int64 {
	if o.Source == nil {
		return 0
	}
	return o.Source.WarehouseID
}

func (o *Order) channelID() int32 {
	if o.SalesChannel == nil {
		return 0
	}
	return o.SalesChannel.SalesChannelID
}

// clone copies what a caller may change without reaching into the server's state.
func (o *Order) clone() Order {
	c := *o
	c.Items = slices.Clone(o.Items)
	for n := range c.Items {
		if c.Items[n].Product != nil {
			c.Items[n].Product = new(*c.Items[n].Product)
		}
	}
	c.Labels = slices.Clone(o.Labels)
	c.RelatedOrderIDs = slices.Clone(o.RelatedOrderIDs)
	c.Shipments = slices.Clone(o.Shipments)
	for n := range c.Shipments {
		c.Shipments[n].TrackingNumbers = slices.Clone(c.Shipments[n].TrackingNumbers)
	}
	c.Source = clonePointer(o.Source)
	c.SalesChannel = clonePointer(o.SalesChannel)
	c.Shipment = clonePointer(o.Shipment)
	c.ShipMethod = clonePointer(o.ShipMethod)
	c.Billing = clonePointer(o.Billing)
	c.Customer = clonePointer(o.Customer)
	return c
}

func clonePointer[T any](p *T) *T {
	if p == nil {
		return nil
	}
	return new(*p)
}
