// SPDX-License-Identifier: Apache-2.0

package chaos

import (
	"fmt"
	"math/rand/v2"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/simulator/books"
)

// settings are what one connection and its policy say and others do not. They
// stay as they are, so that the end can be judged by them.
type settings struct {
	preBuilt, editsTaken, partsSplitOff, shortSplitOff, cancelledHere, correctionsWritten, buyerMailed, heldIgnored, buffered bool
}

// chooseSettings gives each setting to half of the connections, so that every
// value is there in a short run as well, in an order that the seed decides.
func chooseSettings(seed uint64, connections int) []settings {
	chosen := make([]settings, connections)
	random := rand.New(rand.NewPCG(seed, 2))
	for _, one := range []func(*settings) *bool{
		func(s *settings) *bool { return &s.preBuilt },
		func(s *settings) *bool { return &s.editsTaken },
		func(s *settings) *bool { return &s.partsSplitOff },
		func(s *settings) *bool { return &s.shortSplitOff },
		func(s *settings) *bool { return &s.cancelledHere },
		func(s *settings) *bool { return &s.correctionsWritten },
		func(s *settings) *bool { return &s.buyerMailed },
		func(s *settings) *bool { return &s.heldIgnored },
		func(s *settings) *bool { return &s.buffered },
	} {
		for n, place := range random.Perm(connections) {
			*one(&chosen[place]) = n%2 == 0
		}
	}
	return chosen
}

const (
	// filteredLabel is on orders that the shop packs itself.
	filteredLabel = "packed-by-shop"
	// lateService is what a sales channel asks for before anybody has mapped it.
	lateService = "Hyperspeed"
	buffer      = 2
)

// services that are mapped from the start.
var services = []string{"Standard", "Ground", "2-Day", "Next Day Air", "Economy International"}

func pickOf[T any](first bool, one, other T) T {
	if first {
		return one
	}
	return other
}

// onConnection writes the settings into a connection.
func (s settings) onConnection(spec *v1alpha1.OrderManagerConnectionSpec, tables string) {
	spec.Orders.Kits = pickOf(s.preBuilt, v1alpha1.KitsPreBuilt, v1alpha1.KitsExploded)
	spec.Orders.Edits = pickOf(s.editsTaken, v1alpha1.EditUpdate, v1alpha1.EditReport)
	spec.Orders.Filters = []v1alpha1.OrderFilter{{Field: "Label", Mode: "Restricted", Values: []string{filteredLabel}}}
	methods := v1alpha1.ShipMethodMapping{Unmapped: v1alpha1.UnmappedReject}
	for _, service := range services {
		methods.Rows = append(methods.Rows, v1alpha1.ShipMethodRow{Service: service, Carrier: "UPS", Mode: service})
	}
	spec.Mappings = &v1alpha1.Mappings{ConfigMapRefs: []v1alpha1.ConfigMapReference{{Name: tables}}, ShipMethods: methods}
}

func (s settings) onPolicy(spec *v1alpha1.SyncPolicySpec) {
	spec.OrderCancelDownload.WarehouseCancelled = pickOf(s.cancelledHere, v1alpha1.WarehouseCancelledCancelInOrderManager, v1alpha1.WarehouseCancelledReport)
	shipments := spec.ShipmentConfirmation
	shipments.PartialShipments = pickOf(s.partsSplitOff, v1alpha1.PartialShipmentsSplit, v1alpha1.PartialShipmentsWaitForAll)
	shipments.ShortShipped = pickOf(s.shortSplitOff, v1alpha1.ShortShippedSplit, v1alpha1.ShortShippedHold)
	shipments.TrackingCorrections = pickOf(s.correctionsWritten, v1alpha1.TrackingCorrectionsWrite, v1alpha1.TrackingCorrectionsReport)
	shipments.NotifyCustomer = &s.buyerMailed
	spec.InventorySync.HeldOrders = pickOf(s.heldIgnored, v1alpha1.OpenOrdersIgnore, v1alpha1.OpenOrdersSubtract)
	spec.InventorySync.Buffer = new(int32(s.buffer()))
}

func (s settings) buffer() int64 { return pickOf[int64](s.buffered, buffer, 0) }

// forBooks are the settings as the book-keeper knows them.
func (s settings) forBooks() *books.Settings {
	return &books.Settings{HeldIgnored: s.heldIgnored, PartsSplitOff: s.partsSplitOff, ShortSplitOff: s.shortSplitOff,
		BuyerMailed: s.buyerMailed, EditsTaken: s.editsTaken, CancelledHere: s.cancelledHere, CorrectionsWritten: s.correctionsWritten}
}

func (s settings) String() string {
	return strings.Join([]string{
		"kits " + pickOf(s.preBuilt, "pre-built", "exploded"), "edits " + pickOf(s.editsTaken, "taken", "listed"),
		"parts " + pickOf(s.partsSplitOff, "split off", "waited for"), "short closes " + pickOf(s.shortSplitOff, "split off", "held"),
		"what the warehouse cancelled " + pickOf(s.cancelledHere, "cancelled", "listed"),
		"corrections " + pickOf(s.correctionsWritten, "written", "listed"), "buyers " + pickOf(s.buyerMailed, "mailed", "not mailed"),
		"held orders " + pickOf(s.heldIgnored, "offered", "kept"), fmt.Sprintf("buffer %d", s.buffer()),
	}, ", ")
}

// tables is the ConfigMap of the ship methods that were forgotten at first.
func (m *merchant) tables() *corev1.ConfigMap {
	text := "service,carrier,mode\n"
	if m.mapped.Load() {
		text += lateService + ",UPS,Next Day Air\n"
	}
	return &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: m.key.Namespace, Name: m.tablesName(),
		Labels: map[string]string{v1alpha1.MappingLabel: "true"}}, Data: map[string]string{"late.csv": text}}
}

func (m *merchant) tablesName() string { return "tables-" + m.key.Name }
