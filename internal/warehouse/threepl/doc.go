// SPDX-License-Identifier: Apache-2.0

// Package threepl is the driver of Extensiv 3PL Warehouse Manager (formerly 3PL
// Central): a fulfillment.Destination for one customer at one facility. It
// reports facts; what is ours, adoptable or foreign is decided by the routines.
//
// What the vendor does not document is assumed in one place each, and each
// place has a test that names it:
//
//   - maxQuery (findorders.go): the longest query that the service takes.
//   - FindOrders (findorders.go): externalId can be filtered by, as every
//     property of the model; a service that refuses it is reported.
//   - clock.since (clock.go): the clock that lastModifiedDate is kept in.
//   - shippedQuantities (shippedquantity.go): which figures prove a short shipment.
//   - stateOf (orderstate.go): what contradictory states mean.
//   - billingCodes (shipping.go): the codes for who pays the carrier.
//   - Driver.Stock (stock.go), TestQualifiedStockIsLeftOut: an order line without
//     a qualifier cannot get stock that has one. Only stock without a qualifier
//     is reported, until a setting says otherwise: too little on offer where an
//     account's unqualified orders may take qualified stock, never too much.
//   - Driver.Stock (stock.go), TestNetAvailableNeverOffersMore in test/flow:
//     "available" is not net of orders not yet allocated, so these are taken off
//     besides. Where it is net they are taken off twice until the warehouse
//     allocates them: too little on offer in that time, never too much.
//   - routeElement (route.go): saved elements that no setting defines are kept.
//   - contentElement (content.go), TestSavedElementsKeepTheContent: so is the
//     one that remembers what an order said.
//   - AdoptOrder (adoptorder.go), UpdateOrder (updateorder.go): an order that was
//     read may be sent back whole.
//   - writeLines (orderparts.go): lines are changed by sending others in their place.
//   - Driver.Capabilities (driver.go): the length of references, and whether
//     the reference of a cancelled order is free again.
package threepl
