// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"ordersync.dev/operator/internal/simulator/ordermanager"
	"ordersync.dev/operator/internal/simulator/world"
)

const (
	// marker is in every word that is planted, so that what leaks is found
	// whatever it is, and named by what follows.
	marker = "XqzjvCanary"
	phone  = "555-013-7731"
)

// canary returns the word for one kind of secret or of personal data.
func canary(kind string) string { return marker + kind }

// leakForms are the forms in which a planted word would show: as it is, in
// hexadecimal, and in base64 wherever in a longer text it begins.
func leakForms() []string {
	forms := []string{strings.ToLower(marker), hex.EncodeToString([]byte(marker)), phone, strings.ReplaceAll(phone, "-", ""), "om-granted-token"}
	for shift := range 3 {
		encoded := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + marker))
		// The first and the last letters hold bits of the neighbours too.
		forms = append(forms, encoded[shift+1:len(encoded)-1])
	}
	return forms
}

// leaks returns what was planted and is in the text, with what stands around it.
func leaks(text string) []string {
	var found []string
	lower := strings.ToLower(text)
	for _, form := range leakForms() {
		in := lower
		if form != strings.ToLower(form) {
			in = text // base64 tells capitals apart
		}
		for at := 0; len(found) < 10; {
			i := strings.Index(in[at:], form)
			if i < 0 {
				break
			}
			at += i
			found = append(found, fmt.Sprintf("%q", text[max(0, at-160):min(len(text), at+len(form)+60)]))
			at += len(form)
		}
	}
	return found
}

// canaryWorld has canaries in all its credentials.
func canaryWorld() world.Options {
	options := world.Options{Seed: 91, Orders: 30, SKUs: 20, WaitingOnly: true}
	options.OrderManager.Username, options.OrderManager.Password = canary("User"), canary("Password")
	options.OrderManager.AccessTokens = []string{canary("AccessToken")}
	// What is tried is what is said, not how fast.
	for _, call := range []string{"POST /v1.1/inventory/adjust", "PUT /v1.1/inventory", "GET /v1.1/orders", "POST /v1/orders/sendtofulfillment"} {
		method, path, _ := strings.Cut(call, " ")
		options.OrderManager.RateLimits = append(options.OrderManager.RateLimits,
			ordermanager.RateLimit{Method: method, Path: path, Burst: 1000, Restore: time.Millisecond})
	}
	options.Warehouse.ClientID, options.Warehouse.ClientSecret = canary("ClientID"), canary("ClientSecret")
	options.Warehouse.LogSize = 100_000
	return options
}

// dress gives an order a buyer whose every word is a canary.
func dress(o *ordermanager.Order) {
	o.ShipName, o.ShipCompany, o.ShipCity = canary("Name"), canary("Company"), canary("City")
	o.ShipAddress1, o.ShipAddress2, o.ShipAddress3 = "12 "+canary("Street"), canary("Floor"), canary("Door")
	o.ShipPhone, o.ShipEmail = phone, canary("Mail")+"@canary.example"
	o.GiftMessage, o.InternalNotes = canary("GiftMessage"), canary("Notes")
	o.NotesFromBuyer, o.NotesToBuyer = canary("NotesFromBuyer"), canary("NotesToBuyer")
	o.CustomField1, o.CustomField2, o.CustomField3 = canary("Field1"), canary("Field2"), canary("Field3")
	o.Customer = &ordermanager.Customer{CustomerID: 5, Name: canary("Customer"), CompanyName: canary("CustomerCompany"),
		EmailAddresses: []string{canary("CustomerMail") + "@canary.example"}}
	for i := range o.Items {
		o.Items[i].Notes = canary("LineNotes")
	}
}

// misfits are buyers that the operator itself, or the warehouse, turns down.
var misfits = []func(*ordermanager.Order){
	func(o *ordermanager.Order) { o.ShipState = canary("State") },
	func(o *ordermanager.Order) { o.ShipCountry = "XQZ" },
	func(o *ordermanager.Order) { o.ShipZipCode = "" },
	func(o *ordermanager.Order) { o.ShipZipCode = canary("Zip") },
	func(o *ordermanager.Order) { o.ShipName, o.ShipCompany = "", "" },
	func(o *ordermanager.Order) {
		o.ShipAddress1, o.ShipAddress2, o.ShipAddress3 = "PO Box 12", "", ""
	},
	func(o *ordermanager.Order) { o.ShipName = canary(strings.Repeat("Long", 100)) },
	func(o *ordermanager.Order) { o.ShipEmail = canary("NoMail") },
	func(o *ordermanager.Order) { o.ShipName = canary("Break") + "\n{\"level\":\"error\"}\x1b[31m" },
	func(o *ordermanager.Order) { o.RequestedService = "No such service" },
}

// arrive lets orders of canary buyers come in.
func (m *merchant) arrive(count int, changes ...func(*ordermanager.Order)) {
	m.t.Helper()
	skus := m.world.OrderManager.Products()
	for range count {
		m.asked++
		order := world.NewOrder(fmt.Sprintf("C-%d", m.asked), map[string]int32{skus[m.asked%len(skus)].MasterSKU: 1})
		dress(&order)
		for _, change := range changes {
			change(&order)
		}
		_, err := m.world.OrderManager.AddOrder(order)
		m.must(err)
	}
}

// spare is a Secret with canaries under keys that nobody asked for.
func spare(namespace string) *corev1.Secret {
	return &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "spare"},
		StringData: map[string]string{"ca.crt": canary("NoCertificate"), "note": canary("Spare")}}
}
