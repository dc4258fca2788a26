// SPDX-License-Identifier: Apache-2.0

package fulfillment

// Reasons of connections and runs that arise at a remote system. The ones that
// arise in the cluster are in api/v1alpha1/conditions.go.
const (
	ReasonCredentialsRefused = "CredentialsRefused"
	ReasonPermissionDenied   = "PermissionDenied"
	ReasonUnreachable        = "Unreachable"
	ReasonThrottled          = "Throttled"
	ReasonMalformedAnswer    = "MalformedAnswer"
	ReasonAnswerTooLarge     = "AnswerTooLarge"
	ReasonRequestRefused     = "RequestRefused"
	ReasonNotLeading         = "NotLeading"
	// ReasonAccountResting: the account is not asked for a while, since its
	// requests failed in a row.
	ReasonAccountResting = "AccountResting"
	// ReasonAddressNotAllowed: the host is in a network that connections may not reach.
	ReasonAddressNotAllowed = "AddressNotAllowed"

	ReasonWarehouseNotFound  = "WarehouseNotFound"
	ReasonWarehouseAmbiguous = "WarehouseAmbiguous"
	ReasonWarehouseInactive  = "WarehouseInactive"
	ReasonTooManyWarehouses  = "TooManyWarehouses"
	ReasonEveryWarehouse     = "EveryWarehouse"
	ReasonCustomerNotFound   = "CustomerNotFound"
	ReasonFacilityNotFound   = "FacilityNotFound"

	ReasonRefusingAll      = "RefusingAll"
	ReasonLabelRefused     = "LabelRefused"
	ReasonAvailableDiffers = "AvailableDiffers"
	ReasonAvailableMatches = "AvailableMatches"
	ReasonStockIncomplete  = "StockIncomplete"
	ReasonStockShared      = "StockShared"
	// ReasonStockLocationMissing: an in-house warehouse keeps stock at several
	// locations, and none is named, or one that no product has stock at.
	ReasonStockLocationMissing = "StockLocationMissing"

	// ReasonSecondWriterSeen: somebody else writes orders of this connection.
	ReasonSecondWriterSeen = "SecondWriterSeen"

	// ReasonMappingUnreadable: a mapping that the connection names cannot be read.
	ReasonMappingUnreadable = "MappingUnreadable"
)

// Reasons of single orders and products that did not go through.
const (
	// ReasonTooLate: the warehouse ships, or has shipped, what was cancelled.
	ReasonTooLate = "TooLate"
	// ReasonCancelNotSupported: the warehouse system cannot cancel.
	ReasonCancelNotSupported = "NotSupported"
	// ReasonCancelUnknown: the answer to a cancellation proves nothing.
	ReasonCancelUnknown = "CancelUnknown"
	// ReasonHeldButSent: the order is on hold in Order Manager and open in the warehouse.
	ReasonHeldButSent = "HeldButSent"
	// ReasonNotWanted: the order is open in the warehouse and closed in Order Manager.
	ReasonNotWanted = "NotWanted"
	// ReasonRoutedElsewhere: the order is open in the warehouse and routed to
	// another one in Order Manager, and it is not known which one it was delivered for.
	ReasonRoutedElsewhere = "RoutedElsewhere"
	// ReasonMissingInOrderManager: the order is open in the warehouse and Order Manager does not know it.
	ReasonMissingInOrderManager = "MissingInOrderManager"
	// ReasonReferenceTaken: orders that are not ours hold every reference the order could have.
	ReasonReferenceTaken = "ReferenceTaken"
	// ReasonNotAdopted: the warehouse's order could not be given its identity.
	ReasonNotAdopted = "NotAdopted"
	// ReasonAlreadyShipped: the warehouse shipped the order before it was marked sent.
	ReasonAlreadyShipped = "AlreadyShipped"
	// ReasonAmbiguous: more than one order in the warehouse could be this one.
	ReasonAmbiguous = "Ambiguous"
	// ReasonDiffers: the warehouse's order does not say what Order Manager's says.
	ReasonDiffers = "Differs"
	// ReasonEdited: the order was changed in Order Manager after the warehouse got it.
	ReasonEdited = "Edited"
	// ReasonEditedOnBothSides: it was changed in the warehouse as well.
	ReasonEditedOnBothSides = "EditedOnBothSides"
	// ReasonEditTooLate: the warehouse is at work on an order that was changed.
	ReasonEditTooLate = "EditTooLate"
	// ReasonEditRefused: the warehouse refuses what the order was changed to.
	ReasonEditRefused = "EditRefused"
	// ReasonEditUnknown: the answer to an update of the warehouse's order proves nothing.
	ReasonEditUnknown = "EditUnknown"
	// ReasonRefusedByWarehouse: the warehouse refused the order.
	ReasonRefusedByWarehouse = "RefusedByWarehouse"
	// ReasonUnknownSKU: the warehouse does not know a SKU of the order.
	ReasonUnknownSKU = "UnknownSKU"
	// ReasonUnknownKit: Order Manager does not tell what a kit of the order is made of.
	ReasonUnknownKit = "UnknownKit"
	// ReasonBrokenDownInPart: Order Manager calls a kit of the order broken down,
	// and the order does not hold its components.
	ReasonBrokenDownInPart = "BrokenDownInPart"
	// ReasonNoLines: the order has nothing to ship.
	ReasonNoLines = "NoLines"
	// ReasonQuantityNotWhole: a quantity is not a whole positive number.
	ReasonQuantityNotWhole = "QuantityNotWhole"
	// ReasonUnknownCountry: the ship-to country is not a known code.
	ReasonUnknownCountry = "UnknownCountry"
	// ReasonAddressIncomplete: the address lacks what the warehouse requires.
	ReasonAddressIncomplete = "AddressIncomplete"
	// ReasonReferenceUnusable: the reference is too long or has a forbidden shape.
	ReasonReferenceUnusable = "ReferenceUnusable"
	// ReasonMarkRefused: Order Manager would not mark the order as sent.
	ReasonMarkRefused = "MarkRefused"
	// ReasonTooManyUnproven: so many reports have not shown yet that no more can be remembered.
	ReasonTooManyUnproven = "TooManyUnproven"
	// ReasonOutcomeUnknown: the answer to a write was lost; the next run looks.
	ReasonOutcomeUnknown = "OutcomeUnknown"
	// ReasonTwiceInWarehouse: the warehouse has the order, or its reference, more than once.
	ReasonTwiceInWarehouse = "TwiceInWarehouse"
	// ReasonUnknownInWarehouse: Order Manager calls the order sent and the warehouse does not know it.
	ReasonUnknownInWarehouse = "UnknownInWarehouse"
	// ReasonCancelledByWarehouse: Order Manager calls the order sent and the warehouse cancelled it.
	ReasonCancelledByWarehouse = "CancelledByWarehouse"
	// ReasonClosedShort: the warehouse closed the order without shipping all of it.
	ReasonClosedShort = "ClosedShort"
	// ReasonNoTracking: the order shipped without a tracking number.
	ReasonNoTracking = "NoTracking"
	// ReasonSplitNotAllowed: Order Manager would not split an order.
	ReasonSplitNotAllowed = "SplitNotAllowed"
	// ReasonSplitOff: the order was split off one that the warehouse has.
	ReasonSplitOff = "SplitOff"
	// ReasonOverdue: the order is sent and should have shipped by now.
	ReasonOverdue = "Overdue"
	// ReasonTrackingDiffers: the warehouse has another tracking number for a shipment that was confirmed.
	ReasonTrackingDiffers = "TrackingDiffers"
	// ReasonCorrectionPending: Order Manager took a corrected tracking number and does not show it.
	ReasonCorrectionPending = "CorrectionPending"
	// ReasonCorrectionRefused: Order Manager would not take a corrected tracking number.
	ReasonCorrectionRefused = "CorrectionRefused"
	// ReasonTrackingNotAdded: the order's other tracking numbers could not be written.
	ReasonTrackingNotAdded = "TrackingNotAdded"
	// ReasonConfirmationRefused: Order Manager would not take the shipment.
	ReasonConfirmationRefused = "ConfirmationRefused"
	// ReasonConfirmationPending: Order Manager has not said what became of the shipment.
	ReasonConfirmationPending = "ConfirmationPending"
	// ReasonNoStartingInventory: the product has no stock record in Order Manager.
	ReasonNoStartingInventory = "NoStartingInventory"
	// ReasonUnknownProduct: Order Manager does not know the product.
	ReasonUnknownProduct = "UnknownProduct"
	// ReasonStockAtOtherLocations: other locations of the warehouse in Order
	// Manager hold more than the warehouse can promise.
	ReasonStockAtOtherLocations = "StockAtOtherLocations"
	// ReasonMappingRefused: the rows that speak of a SKU, a ship method or a
	// carrier contradict each other or are wrong.
	ReasonMappingRefused = "MappingRefused"
	// ReasonUnmappedShipMethod: no row names the order's ship method.
	ReasonUnmappedShipMethod = "UnmappedShipMethod"
	// ReasonCustomFieldsUnread: the order's custom fields are to be loaded and
	// could not be read.
	ReasonCustomFieldsUnread = "CustomFieldsUnread"
	// ReasonUnmappedCarrier: nothing tells which of Order Manager's carriers shipped the order.
	ReasonUnmappedCarrier = "UnmappedCarrier"
	// ReasonStockRefused: Order Manager would not take a stock level.
	ReasonStockRefused = "StockRefused"
	// ReasonUnknownRegion: the ship-to state is none of the country's.
	ReasonUnknownRegion = "UnknownRegion"
	// ReasonPostOfficeBox: the carrier does not deliver to a PO box.
	ReasonPostOfficeBox = "PostOfficeBox"
	// ReasonPhoneMissing: the carrier needs a phone number.
	ReasonPhoneMissing = "PhoneMissing"
)

// Reasons of orders that the connection's own settings, or a label, leave out.
const (
	// ReasonSkippedByLabel: the order has the label that says never.
	ReasonSkippedByLabel = "SkippedByLabel"
	// ReasonHeldByLabel: the order has the label that says not now.
	ReasonHeldByLabel = "HeldByLabel"
	// ReasonOtherOrderType: the order's type is not one that is sent.
	ReasonOtherOrderType = "OtherOrderType"
	// ReasonTooOld: the order was placed before the earliest date.
	ReasonTooOld = "TooOld"
	// ReasonTooYoung: the order has not reached the minimum age.
	ReasonTooYoung = "TooYoung"
	// ReasonOrderFiltered: an order filter leaves the order out.
	ReasonOrderFiltered = "OrderFiltered"
	// ReasonItemFiltered: an item filter leaves the order out for one of its items.
	ReasonItemFiltered = "ItemFiltered"
	// ReasonEveryLineDropped: the item filters leave out every line.
	ReasonEveryLineDropped = "EveryLineDropped"
	// ReasonLinesDropped: the order was sent without the lines that the item filters leave out.
	ReasonLinesDropped = "LinesDropped"
	// ReasonNotFailing: an order that is to be retried is not failing.
	ReasonNotFailing = "NotFailing"
	// ReasonNotSent: an order that is to be sent again is not one that Order Manager calls sent.
	ReasonNotSent = "NotSent"
	// ReasonStillInWarehouse: an order that is to be sent again is open in the warehouse, or shipped.
	ReasonStillInWarehouse = "StillInWarehouse"
	// ReasonNotShipped: tracking that is to be sent again is not there, since the order has not left whole.
	ReasonNotShipped = "NotShipped"
	// ReasonNothingToBackfill: a backfill begins no earlier than what is downloaded anyway.
	ReasonNothingToBackfill = "NothingToBackfill"
)
