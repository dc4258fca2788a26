// SPDX-License-Identifier: Apache-2.0

package v1alpha1_test

import (
	"strings"
	"testing"
)

// A refusal names the field and a part of the message; an empty field means
// that the server accepts.
type schemaCase struct {
	name    string
	patch   string
	field   string
	message string
}

func runSchemaCases(t *testing.T, manifest string, cases []schemaCase) {
	t.Helper()
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			err := dryRun(t, object(t, manifest, test.patch))
			if test.field != "" {
				requireRefusal(t, err, test.field, test.message)
				return
			}
			if err != nil {
				t.Fatalf("refused: %v", err)
			}
		})
	}
}

func source(field string) string { return `{spec: {source: {orderManager: {` + field + `}}}}` }
func destination(field string) string {
	return `{spec: {destination: {threePLWarehouseManager: {` + field + `}}}}`
}
func orders(field string) string { return `{spec: {orders: {` + field + `}}}` }

const (
	sourcePath      = "spec.source.orderManager."
	destinationPath = "spec.destination.threePLWarehouseManager."
)

func TestConnectionUnions(t *testing.T) {
	runSchemaCases(t, connectionManifest, []schemaCase{
		{name: "one source and one destination", patch: `{}`},
		{
			name: "no source", patch: `{spec: {source: null}}`,
			field: "spec.source", message: "Required value",
		},
		{
			name: "an empty source", patch: `{spec: {source: {orderManager: null}}}`,
			field: "spec.source", message: "exactly one of the fields in [orderManager] must be set",
		},
		{
			name: "a source that this version does not know", patch: `{spec: {source: {orderManager: null, otherSystem: {}}}}`,
			field: "spec.source", message: "exactly one of the fields in [orderManager] must be set",
		},
		{
			name: "no destination", patch: `{spec: {destination: null}}`,
			field: "spec.destination", message: "Required value",
		},
		{
			name: "an empty destination", patch: `{spec: {destination: {threePLWarehouseManager: null}}}`,
			field: "spec.destination", message: "exactly one of the fields in [threePLWarehouseManager vendure] must be set",
		},
		{
			name: "two destinations", patch: `{spec: {destination: {vendure: {url: "https://shop.example", secretRef: {name: shop}, stockLocation: East}}}}`,
			field: "spec.destination", message: "exactly one of the fields in [threePLWarehouseManager vendure] must be set",
		},
		{name: "no spec", patch: `{spec: null}`, field: "spec", message: "Required value"},
	})
}

func TestConnectionURLs(t *testing.T) {
	const wrong = "must be an http or https URL with a host and without user information, query and fragment"
	fields := []struct {
		name, path string
		patch      func(string) string
	}{
		{"url", sourcePath + "url", source},
		{"tokenURL", sourcePath + "tokenURL", source},
		{"url", destinationPath + "url", destination},
	}
	long := "https://warehouse.example/" + strings.Repeat("a", 512-len("https://warehouse.example/"))
	for _, field := range fields {
		t.Run(field.path, func(t *testing.T) {
			set := func(value string) string { return field.patch(field.name + ": '" + value + "'") }
			runSchemaCases(t, connectionManifest, []schemaCase{
				{name: "https", patch: set("https://warehouse.example")},
				{name: "https with port and path", patch: set("https://warehouse.example:8443/base/")},
				{name: "plain http, which the controller judges", patch: set("http://127.0.0.1:8080")},
				{name: "an IPv6 host", patch: set("https://[2001:db8::1]:8443")},
				{name: "512 characters", patch: set(long)},
				{name: "513 characters", patch: set(long + "a"), field: field.path, message: "may not be more than 512"},
				{name: "empty", patch: set(""), field: field.path, message: "should be at least 1 chars long"},
				{name: "no scheme", patch: set("warehouse.example"), field: field.path, message: wrong},
				{name: "no scheme but a port", patch: set("warehouse.example:443"), field: field.path, message: wrong},
				{name: "a path alone", patch: set("/v1"), field: field.path, message: wrong},
				{name: "no host", patch: set("https://"), field: field.path, message: wrong},
				{name: "no host but a path", patch: set("https:///v1"), field: field.path, message: wrong},
				{name: "no host but a port", patch: set("https://:8443"), field: field.path, message: wrong},
				{name: "another scheme", patch: set("ftp://warehouse.example"), field: field.path, message: wrong},
				{name: "a file", patch: set("file:///etc/passwd"), field: field.path, message: wrong},
				{name: "user information", patch: set("https://user:password@warehouse.example"), field: field.path, message: wrong},
				{name: "user information, escaped", patch: set("https://user%40warehouse.example"), field: field.path, message: wrong},
				{name: "a query", patch: set("https://warehouse.example?tenant=1"), field: field.path, message: wrong},
				{name: "a fragment", patch: set("https://warehouse.example#part"), field: field.path, message: wrong},
				{name: "blanks", patch: set("https://warehouse.example/a b"), field: field.path, message: wrong},
				{name: "a blank before it", patch: set(" https://warehouse.example"), field: field.path, message: wrong},
			})
		})
	}
}

func TestConnectionReferences(t *testing.T) {
	name253 := strings.Repeat("a", 253)
	runSchemaCases(t, connectionManifest, []schemaCase{
		{name: "no secret of the source", patch: source(`secretRef: null`), field: sourcePath + "secretRef", message: "Required value"},
		{name: "a secret without a name", patch: source(`secretRef: {name: null}`), field: sourcePath + "secretRef.name", message: "Required value"},
		{name: "a secret with an empty name", patch: source(`secretRef: {name: ""}`), field: sourcePath + "secretRef.name", message: "should be at least 1 chars long"},
		{name: "a long name", patch: source(`secretRef: {name: ` + name253 + `}`)},
		{name: "too long a name", patch: source(`secretRef: {name: ` + name253 + `a}`), field: sourcePath + "secretRef.name", message: "may not be more than 253"},
		{name: "no secret of the destination", patch: destination(`secretRef: null`), field: destinationPath + "secretRef", message: "Required value"},
		{name: "certificates in a ConfigMap", patch: source(`caBundleRef: {name: authority}`)},
		{name: "certificates in a Secret", patch: destination(`caBundleRef: {kind: Secret, name: authority, key: tls.crt}`)},
		{name: "certificates elsewhere", patch: source(`caBundleRef: {kind: Service, name: authority}`), field: sourcePath + "caBundleRef.kind", message: `supported values: "ConfigMap", "Secret"`},
		{name: "certificates without a name", patch: source(`caBundleRef: {kind: Secret}`), field: sourcePath + "caBundleRef.name", message: "Required value"},
		{name: "certificates under an empty key", patch: source(`caBundleRef: {name: authority, key: ""}`), field: sourcePath + "caBundleRef.key", message: "should be at least 1 chars long"},
	})
}

func TestConnectionWarehouseName(t *testing.T) {
	const path = sourcePath + "warehouseName"
	name255 := strings.Repeat("ü", 255)
	runSchemaCases(t, connectionManifest, []schemaCase{
		{name: "every warehouse", patch: source(`warehouseName: "*"`)},
		{name: "blanks within", patch: source(`warehouseName: "East  DC"`)},
		{name: "255 characters", patch: source(`warehouseName: "` + name255 + `"`)},
		{name: "256 characters", patch: source(`warehouseName: "` + name255 + `ü"`), field: path, message: "may not be more than 255"},
		{name: "none", patch: source(`warehouseName: null`), field: path, message: "Required value"},
		{name: "empty", patch: source(`warehouseName: ""`), field: path, message: "should be at least 1 chars long"},
		{name: "blank", patch: source(`warehouseName: "  "`), field: path, message: `must not be blank; "*" means every warehouse`},
		{name: "a no-break space", patch: source(`warehouseName: "\u00a0"`), field: path, message: `must not be blank; "*" means every warehouse`},
		{name: "a tab", patch: source(`warehouseName: "\t"`), field: path, message: `must not be blank; "*" means every warehouse`},
	})
}

func TestConnectionDestination(t *testing.T) {
	const guid = "01234567-89ab-CDEF-0123-456789abcdef"
	runSchemaCases(t, connectionManifest, []schemaCase{
		{name: "no login", patch: destination(`userLogin: null`), field: destinationPath + "userLogin", message: "Required value"},
		{name: "an empty login", patch: destination(`userLogin: ""`), field: destinationPath + "userLogin", message: "should be at least 1 chars long"},
		{name: "a numeric login in quotes", patch: destination(`userLogin: "42"`)},
		{name: "no customer", patch: destination(`customerID: null`), field: destinationPath + "customerID", message: "Required value"},
		{name: "customer 0", patch: destination(`customerID: 0`), field: destinationPath + "customerID", message: "should be greater than or equal to 1"},
		{name: "a negative facility", patch: destination(`facilityID: -3`), field: destinationPath + "facilityID", message: "should be greater than or equal to 1"},
		{name: "no facility", patch: destination(`facilityID: null`), field: destinationPath + "facilityID", message: "Required value"},
		{name: "a large customer", patch: destination(`customerID: 9007199254740991`)},
		{name: "the 3PL key", patch: destination(`tpl: "` + guid + `"`)},
		{name: "the 3PL key in braces", patch: destination(`tpl: "{` + guid + `}"`)},
		{name: "the 3PL key without dashes", patch: destination(`tpl: "` + strings.ReplaceAll(guid, "-", "") + `"`)},
		{name: "a 3PL key cut short", patch: destination(`tpl: "` + guid[:35] + `"`), field: destinationPath + "tpl", message: "should match"},
		{name: "a 3PL key of other characters", patch: destination(`tpl: "` + strings.ReplaceAll(guid, "a", "g") + `"`), field: destinationPath + "tpl", message: "should match"},
		{name: "a short word for a 3PL key", patch: destination(`tpl: "tenant"`), field: destinationPath + "tpl", message: "should be at least 32 chars long"},
		{name: "more after the 3PL key", patch: destination(`tpl: "` + guid + `-1"`), field: destinationPath + "tpl", message: "should match"},
		{name: "one brace", patch: destination(`tpl: "{` + guid + `"`), field: destinationPath + "tpl", message: "should match"},
	})
}

func timeZoneCases(path string, set func(string) string) []schemaCase {
	const wrong = "must be an IANA time zone"
	return []schemaCase{
		{name: "UTC", patch: set("UTC")},
		{name: "a city", patch: set("America/Los_Angeles")},
		{name: "a city in three parts", patch: set("America/Argentina/Buenos_Aires")},
		{name: "the server's own zone", patch: set("Local"), field: path, message: wrong},
		{name: "an unknown city", patch: set("America/Springfield"), field: path, message: wrong},
		{name: "an offset", patch: set("+02:00"), field: path, message: wrong},
		{name: "an offset without a sign", patch: set("02:00"), field: path, message: wrong},
		{name: "the machine's own zone by its file", patch: set("localtime"), field: path, message: wrong},
		{name: "a zone that counts leap seconds", patch: set("right/UTC"), field: path, message: wrong},
		{name: "a path out of the database", patch: set("../etc/passwd"), field: path, message: wrong},
		{name: "empty", patch: set(""), field: path, message: "should be at least 1 chars long"},
		{name: "65 characters", patch: set(strings.Repeat("A", 65)), field: path, message: "may not be more than 64"},
	}
}

func TestConnectionTimeZone(t *testing.T) {
	runSchemaCases(t, connectionManifest, timeZoneCases(destinationPath+"timeZone", func(zone string) string {
		return destination(`timeZone: "` + zone + `"`)
	}))
}

func TestConnectionOrders(t *testing.T) {
	const (
		date     = "spec.orders.earliestOrderDate"
		statuses = "spec.orders.pickupStatuses"
		wrong    = "must be a day, YYYY-MM-DD, after the year 2000"
	)
	runSchemaCases(t, connectionManifest, []schemaCase{
		{name: "a day", patch: orders(`earliestOrderDate: "2026-11-01"`)},
		{name: "a leap day", patch: orders(`earliestOrderDate: "2028-02-29"`)},
		{name: "no such day", patch: orders(`earliestOrderDate: "2027-02-29"`), field: date, message: wrong},
		{name: "no such month", patch: orders(`earliestOrderDate: "2026-13-01"`), field: date, message: wrong},
		{name: "an early day", patch: orders(`earliestOrderDate: "1999-12-31"`), field: date, message: wrong},
		{name: "day and month turned around", patch: orders(`earliestOrderDate: "01-11-2026"`), field: date, message: wrong},
		{name: "another separator", patch: orders(`earliestOrderDate: "2026/11/01"`), field: date, message: wrong},
		{name: "a time", patch: orders(`earliestOrderDate: "2026-11-01T00:00:00Z"`), field: date, message: "may not be more than 10"},
		{name: "a year", patch: orders(`earliestOrderDate: "2026"`), field: date, message: "should be at least 10 chars long"},

		{name: "a day of moving over", patch: orders(`adoptBefore: "2026-11-01"`)},
		{name: "no such day of moving over", patch: orders(`adoptBefore: "2027-02-29"`), field: "spec.orders.adoptBefore", message: wrong},
		{name: "a time of moving over", patch: orders(`adoptBefore: "2026-11-01T00:00:00Z"`), field: "spec.orders.adoptBefore", message: "may not be more than 10"},

		{name: "one status", patch: orders(`pickupStatuses: [AWAITING_DROPSHIP]`)},
		{name: "both statuses", patch: orders(`pickupStatuses: [AWAITING_3PL_EXPORT, AWAITING_DROPSHIP]`)},
		{name: "no status", patch: orders(`pickupStatuses: []`), field: statuses, message: "should have at least 1 items"},
		{name: "a status twice", patch: orders(`pickupStatuses: [AWAITING_DROPSHIP, AWAITING_DROPSHIP]`), field: statuses + "[1]", message: "Duplicate value"},
		{name: "a status that is not picked up", patch: orders(`pickupStatuses: [ON_HOLD]`), field: statuses + "[0]", message: `supported values: "AWAITING_3PL_EXPORT", "AWAITING_DROPSHIP"`},
		{
			name: "seven statuses", patch: orders(`pickupStatuses: [AWAITING_3PL_EXPORT, AWAITING_DROPSHIP, AWAITING_SHIPMENT, AWAITING_MC_FULFILLMENT, AWAITING_PAYMENT, PENDING_FULFILLMENT, AWAITING_DROPSHIP]`),
			field: statuses, message: "must have at most 6 items",
		},
	})
}
