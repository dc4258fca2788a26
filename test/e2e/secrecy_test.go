// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/simulator/fault"
	"ordersync.dev/operator/internal/simulator/world"
)

// echoes are answers that repeat what was sent, or what the far side knows of
// the buyer, in every place where an error text could come from.
func echoes() map[string]fault.Rule {
	said := fmt.Sprintf("%s of %s, call %s or mail %s; token %s", canary("Name"), canary("Street"), phone, canary("Mail"), canary("AccessToken"))
	answer := func(status int, body string, header ...string) fault.Rule {
		rule := fault.Rule{Kind: fault.StatusBefore, Status: status, Body: body, Header: map[string]string{}}
		for i := 0; i < len(header); i += 2 {
			rule.Header[header[i]] = header[i+1]
		}
		return rule
	}
	return map[string]fault.Rule{
		"a web page that refuses": answer(400, "<html><body>Dear "+said+"</body></html>", "Content-Type", "text/html"),
		"a warehouse's exception": answer(400, fmt.Sprintf(`{"$type":"Wms.%[1]s","ErrorCode":"No %[1]s","Hint":"%[1]s","ActionName":"%[1]s",`+
			`"Properties":[{"Name":"shipTo %[1]s","Value":"%[1]s"}],"Parameters":["%[1]s"]}`, said)),
		"Order Manager's refusals": answer(422, fmt.Sprintf(`{"errorCode":"%[1]s","fieldName":"%[1]s","errors":[{"index":1,"identifier":"%[1]s",`+
			`"fieldName":"%[1]s","errorCode":"%[1]s","message":"%[1]s","severity":"ERROR"}]}`, said)),
		"refusals in a success":   answer(200, fmt.Sprintf(`{"errors":[{"index":1,"identifier":"%[1]s","errorCode":"%[1]s","message":"%[1]s"}],"results":"%[1]s"}`, said)),
		"a page in place of JSON": answer(200, "<html>"+said+"</html>"),
		"JSON that breaks off":    answer(200, `[{"orderId": 1, "shipName": "`+said),
		"JSON of other types":     answer(200, fmt.Sprintf(`[{"orderId":"%[1]s","orderDate":"%[1]s","orderItems":"%[1]s","ReadOnly":{"OrderId":"%[1]s"}}]`, said)),
		"dates that are none": answer(200, fmt.Sprintf(`[{"orderId":77,"orderNumber":"C-77","orderStatus":"AWAITING_3PL_EXPORT","orderDate":%q,"fulfillmentSource":{"warehouseId":%d}}]`,
			canary("Date"), world.OrderManagerWarehouseID)),
		"a redirect":              answer(302, said, "Location", "http://127.0.0.1:1/?buyer="+canary("Name")),
		"a conflict":              answer(409, said),
		"wild headers":            answer(503, said, "Retry-After", canary("Name"), "X-Skubana-Quota-RetryAfter", canary("Street"), "Date", canary("Mail")),
		"an error after the fact": {Kind: fault.StatusAfter, Status: 500, Body: said},
		"no answer":               {Kind: fault.DropAfter},
		"half an answer":          {Kind: fault.Truncate},
	}
}

// inReads are the echoes that are tried in the answers to reads too. A read is
// repeated, and each takes its time.
var inReads = map[string]bool{"a web page that refuses": true, "a page in place of JSON": true, "JSON of other types": true,
	"dates that are none": true, "a redirect": true, "wild headers": true}

// Whatever goes wrong, credentials and buyers are in nothing that the operator
// produces: everything it wrote, and everything that is kept of it, is searched.
func TestNeitherSecretsNorBuyersAreAnywhere(t *testing.T) {
	t.Parallel()
	m := newMerchant(t, canaryWorld())
	m.create(spare(m.key.Namespace))
	for _, order := range m.world.OrderManager.Orders() {
		m.must(m.world.OrderManager.UpdateOrder(order.OrderID, false, dress))
	}
	address := freeAddress(t)
	// No level is higher than what client-go has.
	process := m.start("--zap-log-level=20", "--metrics-bind-address="+address, "--metrics-insecure")
	m.wait("the connection to be ready", isReady)
	m.runAll()
	delivered := m.world.Warehouse.Snapshot().Orders
	if len(delivered) == 0 || !strings.Contains(fmt.Sprintf("%+v", m.world.Warehouse.ByExternalID(delivered[0].ExternalID)[0].Document.ShipTo), canary("Name")) {
		t.Fatal("no canary came to the warehouse: nothing would be found")
	}
	for _, misfit := range misfits {
		m.arrive(1, misfit)
	}
	reasons := map[string]int{}
	m.tryAll(reasons)

	for name, echo := range echoes() {
		for _, injector := range []*fault.Injector{m.world.OrderManagerFaults, m.world.WarehouseFaults} {
			for _, methods := range [][]string{{"POST", "PUT", "PATCH"}, {"GET"}} {
				if methods[0] == "GET" && !inReads[name] {
					continue
				}
				m.arrive(2)
				m.world.Ship(1)
				if _, err := m.world.Cancel(1); err != nil {
					t.Fatal(name, err)
				}
				for _, method := range methods {
					rule := echo
					rule.Method = method
					injector.MustAdd(rule)
				}
				m.tryAll(reasons)
				injector.Clear()
			}
		}
	}
	m.healthy()
	for _, status := range []int{401, 403, 404} {
		for _, injector := range []*fault.Injector{m.world.OrderManagerFaults, m.world.WarehouseFaults} {
			injector.MustAdd(fault.Rule{Kind: fault.StatusBefore, Status: status, Body: canary("ClientSecret") + canary("Name"),
				Header: map[string]string{"WWW-Authenticate": `Bearer error="` + canary("AccessToken") + `"`}})
			m.look()
			reasons[m.wait("a look at refusals", func(c *v1alpha1.OrderManagerConnection) bool {
				return !isReady(c) && condition(c, v1alpha1.ConditionStalled).Status == metav1.ConditionTrue
			}).Status.Conditions[0].Reason]++
			injector.Clear()
			m.healthy()
		}
	}
	// A user and a password that are exchanged, and values that are wrong.
	m.setSecret("order-manager", "accessToken", "")
	m.setSecret("order-manager", "username", canary("User"))
	m.setSecret("order-manager", "password", canary("Wrong"))
	m.look()
	m.wait("a refusal of the password", func(c *v1alpha1.OrderManagerConnection) bool {
		return condition(c, v1alpha1.ConditionCredentialsAccepted).Reason == fulfillment.ReasonCredentialsRefused
	})
	m.setSecret("order-manager", "password", canary("Control")+"\x01")
	m.look()
	m.wait("a refusal of the control character", func(c *v1alpha1.OrderManagerConnection) bool {
		return condition(c, v1alpha1.ConditionCredentialsAccepted).Reason == v1alpha1.ReasonCredentialsMalformed
	})
	m.setSecret("order-manager", "password", canary("Password"))
	m.edit(func(s *v1alpha1.OrderManagerConnectionSpec) {
		s.Source.OrderManager.CABundleRef = &v1alpha1.CABundleReference{Kind: v1alpha1.CABundleSecret, Name: "spare"}
	})
	m.wait("a refusal of the bundle", func(c *v1alpha1.OrderManagerConnection) bool {
		return condition(c, v1alpha1.ConditionSourceResolved).Reason == v1alpha1.ReasonCABundleMalformed
	})
	m.edit(func(s *v1alpha1.OrderManagerConnectionSpec) { s.Source.OrderManager.CABundleRef = nil })
	m.healthy()

	m.arrive(3)
	m.setMode(v1alpha1.ModePlan)
	m.tryAll(reasons)
	m.setMode(v1alpha1.ModeSync)
	metrics := m.scrape(address)
	// What a panic prints: every goroutine, while orders are on their way.
	m.arrive(3)
	hold := m.world.WarehouseFaults.HoldBefore(fault.Rule{Method: "POST", Path: "/orders"})
	m.ask(v1alpha1.OrderDownload)
	select {
	case <-hold.Reached():
	case <-t.Context().Done():
	}
	process.Signal(syscall.SIGQUIT)
	<-process.Done()
	log, dump, found := strings.Cut(process.Log(), "SIGQUIT: quit")
	if !found {
		t.Error("the process printed no goroutines")
	}

	t.Logf("reasons on the way: %v", reasons)
	for _, reason := range []string{fulfillment.ReasonUnreachable, fulfillment.ReasonMalformedAnswer, fulfillment.ReasonRequestRefused,
		fulfillment.ReasonRefusedByWarehouse, fulfillment.ReasonMarkRefused, fulfillment.ReasonConfirmationRefused, fulfillment.ReasonUnknownRegion,
		fulfillment.ReasonUnknownCountry, fulfillment.ReasonAddressIncomplete, fulfillment.ReasonPostOfficeBox, v1alpha1.ReasonPlanned} {
		if reasons[reason] == 0 {
			t.Errorf("%s never came up: the test does not see what it says", reason)
		}
	}
	namespace := "--namespace=" + m.key.Namespace
	for _, place := range []struct{ name, text, shows string }{
		{"log of the manager, highest level", log, "Reconcil"},
		{"what a panic prints: all goroutines", dump, "goroutine "},
		{"metrics", metrics, "ordersync_"},
		{"connections and policies as YAML, with managed fields", m.kubectl("get", "omc,syncpol", namespace, "--output=yaml", "--show-managed-fields"), "managedFields"},
		{"connections and policies as tables", m.kubectl("get", "omc,syncpol", namespace, "--output=wide"), "east"},
		{"connections and policies described", m.kubectl("describe", "omc,syncpol", namespace), "Conditions:"},
		{"events", m.kubectl("get", "events", namespace, "--output=yaml"), "involvedObject:"},
		{"plans: ConfigMaps as YAML, with managed fields", m.kubectl("get", "configmaps", namespace, "--output=yaml", "--show-managed-fields"), "plan.csv"},
		{"leases as YAML", m.kubectl("get", "leases", "--all-namespaces", "--output=yaml"), "items"},
		{"user agents that Order Manager saw", agents(m.world.OrderManagerFaults), "ordersync-operator/"},
		{"user agents that the warehouse saw", agents(m.world.WarehouseFaults), "ordersync-operator/"},
	} {
		t.Logf("searched: %s (%d bytes)", place.name, len(place.text))
		if !strings.Contains(place.text, place.shows) {
			t.Errorf("%s: %q is not in it, so it proves nothing:\n%.2000s", place.name, place.shows, place.text)
		}
		for _, leak := range leaks(place.text) {
			t.Errorf("%s: %s", place.name, leak)
		}
	}
}

// tryAll asks for a run of every routine and counts the reasons that show.
func (m *merchant) tryAll(reasons map[string]int) {
	m.t.Helper()
	tokens := map[v1alpha1.RoutineName]string{}
	for _, routine := range routines {
		tokens[routine] = m.ask(routine)
	}
	for routine, token := range tokens {
		entry := m.answered(routine, token)
		if entry.LastRun != nil {
			reasons[entry.LastRun.Reason]++
		}
		if entry.Failing != nil {
			for _, order := range entry.Failing.Orders {
				reasons[order.Reason]++
			}
		}
	}
}

// healthy waits until the connection is whole again after faults.
func (m *merchant) healthy() {
	m.t.Helper()
	m.look()
	m.wait("the systems to be resolved", func(c *v1alpha1.OrderManagerConnection) bool {
		return condition(c, v1alpha1.ConditionSourceResolved).Status == metav1.ConditionTrue && condition(c, v1alpha1.ConditionDestinationResolved).Status == metav1.ConditionTrue &&
			condition(c, v1alpha1.ConditionCredentialsAccepted).Status == metav1.ConditionTrue && c.Status.ObservedGeneration == c.Generation
	})
}

func (m *merchant) setMode(mode v1alpha1.SyncMode) {
	m.t.Helper()
	policy := &v1alpha1.SyncPolicy{}
	m.must(admin.Get(m.t.Context(), client.ObjectKey{Namespace: m.key.Namespace, Name: "standard"}, policy))
	before := policy.DeepCopy()
	policy.Spec.Mode = mode
	m.must(admin.Patch(m.t.Context(), policy, client.MergeFrom(before)))
}

func (m *merchant) kubectl(arguments ...string) string {
	m.t.Helper()
	output, err := kubectl.Run(m.t.Context(), nil, arguments...)
	m.must(err)
	return output
}

func (m *merchant) scrape(address string) string {
	m.t.Helper()
	request, err := http.NewRequestWithContext(m.t.Context(), http.MethodGet, "http://"+address+"/metrics", nil)
	m.must(err)
	response, err := http.DefaultClient.Do(request)
	m.must(err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	m.must(err)
	return string(body)
}

// agents are the user agents in an injector's log, each once.
func agents(injector *fault.Injector) string {
	seen := map[string]bool{}
	var list strings.Builder
	for _, request := range injector.Log() {
		if !seen[request.UserAgent] {
			seen[request.UserAgent] = true
			fmt.Fprintln(&list, request.UserAgent)
		}
	}
	return list.String()
}

// freeAddress is an address on loopback where nobody listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	var config net.ListenConfig
	listener, err := config.Listen(context.WithoutCancel(t.Context()), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}
