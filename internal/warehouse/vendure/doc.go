// SPDX-License-Identifier: Apache-2.0

// Package vendure is the driver of Vendure, an open-source commerce and order
// system: a fulfillment.Destination for one channel and one stock location,
// over the GraphQL admin API. It reports facts; what is ours, adoptable or
// foreign is decided by the routines.
//
// A merchant's Vendure needs three custom fields of its orders:
//
//	customFields: {
//	  Order: [
//	    { name: 'externalRef', type: 'string', unique: true, nullable: true },
//	    { name: 'externalId', type: 'string', nullable: true },
//	    { name: 'externalWarehouse', type: 'string', nullable: true },
//	  ],
//	},
//
// externalRef holds the reference and must be unique: with it Vendure itself
// refuses a second order under one reference, and two processes that deliver
// the same order end with one. externalId holds Order Manager's orderId and
// must not be unique: an order that was cancelled and is delivered again has
// the same identity as the cancelled one. An index on it is worth having.
// externalWarehouse holds the Order Manager warehouse that the order was routed
// to when it was delivered, and is many orders' own.
//
// An order is built from a draft in several requests, and counts as being in
// the warehouse only once Vendure has placed it, which its payment does. What
// came to an end before that is found by the identity that a draft is given
// first, and thrown away before the order is created again: it is never shown
// to the routines, and never completed by anyone but the request that began it.
// A draft whose number never reached us has neither identity, lines nor a
// customer; it stays, and does no harm.
//
// What Vendure leaves to a merchant's configuration is assumed in one place
// each, and each place has a test that names it:
//
//   - FindOrders (findorders.go), TestOnlyPlacedOrdersAreInTheWarehouse: an order
//     is placed when its payment is authorized or settled, as in the default
//     order process, and not before.
//   - CreateOrder (createorder.go), TestPaymentIsSettledByHand: the buyer paid in
//     the sales channel, so the order is paid by hand for what Vendure thinks
//     it costs. Prices are Vendure's; Order Manager's stay in Order Manager.
//   - customerOf (address.go), TestBuyerWithoutMail: Vendure asks for a mail
//     address, and an order without one gets one under .invalid, to which no
//     mail can be sent.
//   - Driver.Stock (stock.go), TestStockIsPromisedOnce: Vendure allocates stock
//     when it places an order, so nothing is ordered and not allocated. Units
//     that a variant's threshold keeps back are not available.
//   - Driver.Stock (stock.go), TestLocationsOfAChannel: an order is not bound to
//     a location: Vendure's own strategy picks those of the channel that it is
//     allocated from. A channel should have one location, or the figure of one
//     is not what its orders draw upon.
//   - shippedAt (warehouseorder.go), TestMomentOfShipping: the last change of a
//     shipment that is on its way is its departure; of one that has arrived it
//     is not, and then the shipment's creation stands for it.
//   - settled (cancelorder.go), TestPackedOrderIsTooLateToCancel: Vendure books
//     goods out when a shipment is made, before it leaves.
package vendure
