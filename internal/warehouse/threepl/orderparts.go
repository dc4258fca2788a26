// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"encoding/json"
	"slices"
	"strings"

	"ordersync.dev/operator/internal/fulfillment"
)

// write makes a part of an order that was read what it is in a new one. What
// is blank now is written blank: left out, it would stay as it was.
func (w wholeOrder) write(part fulfillment.Part, document newOrder, notes bool) error {
	switch part {
	case fulfillment.PartShipTo:
		to := document.ShipTo
		contact := map[string]any{
			"companyName": to.CompanyName, "name": to.Name, "address1": to.Address1, "address2": to.Address2, "city": to.City,
			"state": to.State, "zip": to.Zip, "country": to.Country, "phoneNumber": to.PhoneNumber, "emailAddress": to.EmailAddress,
		}
		if to.IsAddressResidential != nil {
			contact["isAddressResidential"] = *to.IsAddressResidential
		}
		return w.merge("shipTo", contact)
	case fulfillment.PartShipping:
		routing := document.RoutingInfo
		for name, text := range map[string]string{"billingCode": document.BillingCode, "shippingNotes": document.ShippingNotes} {
			if err := w.set(name, text); err != nil {
				return err
			}
		}
		return w.merge("routingInfo", map[string]any{
			"carrier": routing.Carrier, "mode": routing.Mode, "scacCode": routing.ScacCode, "account": routing.Account,
			"shipPointZip": routing.ShipPointZip, "isCod": routing.IsCod, "isInsurance": routing.IsInsurance,
			"requiresDeliveryConf": routing.RequiresDeliveryConf,
		})
	case fulfillment.PartNotes:
		if err := w.set("notes", document.Notes); err != nil {
			return err
		}
		if err := w.merge("fulfillInvInfo", map[string]any{"fulfillInvGiftMessage": document.FulfillInvInfo.GiftMessage}); err != nil {
			return err
		}
		return w.writeLineNotes(document)
	case fulfillment.PartLines:
		return w.writeLines(document, notes)
	}
	return nil
}

// writtenLine is a line as it was read.
type writtenLine map[string]json.RawMessage

func (l writtenLine) text(name string) (text string) {
	_ = json.Unmarshal(member(l, name), &text) // what is no text is nobody's id
	return text
}

func (l writtenLine) sku() string {
	var item itemIdentifier
	_ = json.Unmarshal(member(l, "itemIdentifier"), &item) // a line without one is no line of ours
	return strings.ToLower(strings.TrimSpace(item.SKU))
}

func (l writtenLine) set(name string, value any) (err error) {
	l[memberName(l, name)], err = json.Marshal(value)
	return err
}

// writeLines makes the order's lines those of the new one. A line of the same
// SKU stays the line that it is, with what the warehouse keeps of it.
func (w wholeOrder) writeLines(document newOrder, notes bool) error {
	left, place, err := w.lines()
	if err != nil {
		return err
	}
	kept := matchLines(left, document.OrderItems)
	lines := make([]any, 0, len(document.OrderItems))
	for i, line := range document.OrderItems {
		there := kept[i]
		if there == nil {
			lines = append(lines, line)
			continue
		}
		values := map[string]any{"qty": line.Qty, "externalId": line.ExternalID}
		if notes {
			values["notes"] = line.Notes
		}
		for name, value := range values {
			if err := there.set(name, value); err != nil {
				return err
			}
		}
		lines = append(lines, there)
	}
	return place(lines)
}

// writeLineNotes writes the notes of the lines that both have.
func (w wholeOrder) writeLineNotes(document newOrder) error {
	there, place, err := w.lines()
	if err != nil {
		return err
	}
	for i, line := range matchLines(there, document.OrderItems) {
		if line == nil {
			continue
		}
		if err := line.set("notes", document.OrderItems[i].Notes); err != nil {
			return err
		}
	}
	lines := make([]any, len(there))
	for i, line := range there {
		lines[i] = line
	}
	return place(lines)
}

// matchLines returns the line there for each of the new ones, nil for one that
// is not there: by its id and SKU, else by its SKU alone.
func matchLines(there []writtenLine, lines []newLine) []writtenLine {
	left := slices.Clone(there)
	matched := make([]writtenLine, len(lines))
	for _, byID := range []bool{true, false} {
		for i, line := range lines {
			at := slices.IndexFunc(left, func(l writtenLine) bool {
				return l != nil && l.sku() == strings.ToLower(strings.TrimSpace(line.ItemIdentifier.SKU)) &&
					(!byID || l.text("externalId") == line.ExternalID)
			})
			if matched[i] == nil && at >= 0 {
				matched[i], left[at] = left[at], nil
			}
		}
	}
	return matched
}

// lines returns the order's lines and how to put others in their place, which
// is where the service wrote them.
func (w wholeOrder) lines() (lines []writtenLine, place func([]any) error, err error) {
	var links map[string]json.RawMessage
	if raw := member(w.members, "_embedded"); raw != nil {
		if err := json.Unmarshal(raw, &links); err != nil {
			return nil, nil, err
		}
	}
	for key, raw := range links {
		if !listed(raw) || !strings.EqualFold(key[strings.LastIndexByte(key, '/')+1:], "item") {
			continue
		}
		err := json.Unmarshal(raw, &lines)
		return lines, func(changed []any) (err error) {
			if links[key], err = json.Marshal(changed); err != nil {
				return err
			}
			return w.set("_embedded", links)
		}, err
	}
	place = func(changed []any) error { return w.set("orderItems", changed) }
	if raw := member(w.members, "orderItems"); raw != nil {
		err = json.Unmarshal(raw, &lines)
	}
	return lines, place, err
}
