// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"ordersync.dev/operator/internal/simulator/world"
)

// runFloor runs the plain loop as a process and measures it.
func runFloor(ctx context.Context, w *world.World) (usage, error) {
	self, err := os.Executable()
	if err != nil {
		return usage{}, err
	}
	addresses, err := json.Marshal(w.Addresses())
	if err != nil {
		return usage{}, err
	}
	command := exec.CommandContext(ctx, self, "--floor")
	command.Stdin, command.Stderr = bytes.NewReader(addresses), os.Stderr
	started := time.Now()
	if err := command.Run(); err != nil {
		return usage{}, err
	}
	used := usage{wall: time.Since(started), cpu: command.ProcessState.UserTime() + command.ProcessState.SystemTime()}
	if rusage, ok := command.ProcessState.SysUsage().(*syscall.Rusage); ok {
		used.peakMemoryBytes = rusage.Maxrss * 1024
	}
	return used, nil
}

// floorLoop makes the calls of a download and nothing else: it decides
// nothing, checks nothing, retries nothing and remembers nothing.
type floorLoop struct {
	http  *http.Client
	at    world.Addresses
	token string
}

// floorOrder is as much of an order as a creation needs.
type floorOrder struct {
	ID       int64  `json:"orderId"`
	Number   string `json:"orderNumber"`
	Name     string `json:"shipName"`
	Company  string `json:"shipCompany"`
	Address1 string `json:"shipAddress1"`
	City     string `json:"shipCity"`
	State    string `json:"shipState"`
	Zip      string `json:"shipZipCode"`
	Items    []struct {
		ID       int64 `json:"orderItemId"`
		Quantity int   `json:"quantityOrdered"`
		Product  struct {
			SKU string `json:"masterSku"`
		} `json:"product"`
	} `json:"orderItems"`
}

func beTheFloor(ctx context.Context) error {
	f := &floorLoop{http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}}
	if err := json.NewDecoder(os.Stdin).Decode(&f.at); err != nil {
		return err
	}
	if err := f.authorize(ctx); err != nil {
		return err
	}
	for {
		var batch []floorOrder
		for page := 1; page <= 10; page++ {
			var orders []floorOrder
			query := url.Values{"status": {"AWAITING_3PL_EXPORT"}, "warehouseId": {strconv.FormatInt(f.at.OrderManager.WarehouseID, 10)},
				"page": {strconv.Itoa(page)}, "limit": {"100"}}
			if err := f.orderManager(ctx, http.MethodGet, "/v1.1/orders?"+query.Encode(), &orders); err != nil {
				return err
			}
			if len(orders) == 0 {
				break
			}
			batch = append(batch, orders...)
		}
		if len(batch) == 0 {
			return nil
		}
		if err := f.deliver(ctx, batch); err != nil {
			return err
		}
	}
}

func (f *floorLoop) deliver(ctx context.Context, batch []floorOrder) error {
	for start := 0; start < len(batch); start += 100 {
		page := batch[start:min(start+100, len(batch))]
		if err := f.lookUp(ctx, page); err != nil {
			return err
		}
		if err := f.createAll(ctx, page); err != nil {
			return err
		}
	}
	for start := 0; start < len(batch); start += 100 {
		var orders []floorOrder
		if err := f.orderManager(ctx, http.MethodGet, "/v1.1/orders?limit=100&"+ids(batch[start:min(start+100, len(batch))]), &orders); err != nil {
			return err
		}
	}
	for start := 0; start < len(batch); start += 500 {
		var answer json.RawMessage
		if err := f.orderManager(ctx, http.MethodPost, "/v1/orders/sendtofulfillment?"+ids(batch[start:min(start+500, len(batch))]), &answer); err != nil {
			return err
		}
	}
	return nil
}

func ids(orders []floorOrder) string {
	query := url.Values{}
	for _, order := range orders {
		query.Add("orderId", strconv.FormatInt(order.ID, 10))
	}
	return query.Encode()
}

func (f *floorLoop) lookUp(ctx context.Context, page []floorOrder) error {
	var identities, references []string
	for _, order := range page {
		id := strconv.FormatInt(order.ID, 10)
		identities = append(identities, id)
		references = append(references, order.Number, order.Number+"."+id)
	}
	rql := fmt.Sprintf("(externalId=in=(%s),referenceNum=in=(%s));ReadOnly.CustomerIdentifier.Id==%d",
		strings.Join(identities, ","), strings.Join(references, ","), f.at.ThreePL.CustomerID)
	var answer json.RawMessage
	return f.warehouse(ctx, http.MethodGet, "/orders?pgsiz=1000&pgnum=1&detail=OrderItems,Packages,Contacts&rql="+url.QueryEscape(rql), nil, &answer)
}

func (f *floorLoop) createAll(ctx context.Context, page []floorOrder) error {
	var group sync.WaitGroup
	failed := make(chan error, len(page))
	slots := make(chan struct{}, concurrency)
	for _, order := range page {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			var answer json.RawMessage
			if err := f.warehouse(ctx, http.MethodPost, "/orders", f.document(order), &answer); err != nil {
				failed <- err
			}
		})
	}
	group.Wait()
	select {
	case err := <-failed:
		return err
	default:
		return nil
	}
}

// document names every order by number and id, so that none is refused for its number.
func (f *floorLoop) document(order floorOrder) any {
	type object = map[string]any
	var items []object
	for _, item := range order.Items {
		items = append(items, object{"itemIdentifier": object{"sku": item.Product.SKU}, "qty": item.Quantity, "externalId": strconv.FormatInt(item.ID, 10)})
	}
	company := order.Company
	if company == "" {
		company = order.Name
	}
	return object{
		"customerIdentifier": object{"id": f.at.ThreePL.CustomerID}, "facilityIdentifier": object{"id": f.at.ThreePL.FacilityID},
		"referenceNum": fmt.Sprintf("%s.%d", order.Number, order.ID), "externalId": strconv.FormatInt(order.ID, 10), "orderItems": items,
		"shipTo": object{"companyName": company, "name": order.Name, "address1": order.Address1, "city": order.City, "state": order.State, "zip": order.Zip, "country": "US"},
	}
}

func (f *floorLoop) authorize(ctx context.Context) error {
	body := fmt.Sprintf(`{"grant_type":"client_credentials","user_login":%q}`, f.at.ThreePL.UserLogin)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, f.at.ThreePL.URL+"/AuthServer/api/Token", strings.NewReader(body))
	if err != nil {
		return err
	}
	request.SetBasicAuth(f.at.ThreePL.ClientID, f.at.ThreePL.ClientSecret)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/json")
	var answer struct {
		Token string `json:"access_token"`
	}
	err = f.send(request, &answer)
	f.token = answer.Token
	return err
}

func (f *floorLoop) orderManager(ctx context.Context, method, path string, answer any) error {
	request, err := http.NewRequestWithContext(ctx, method, f.at.OrderManager.URL+path, nil)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+f.at.OrderManager.AccessToken)
	return f.send(request, answer)
}

func (f *floorLoop) warehouse(ctx context.Context, method, path string, body, answer any) error {
	var content io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return err
		}
		content = bytes.NewReader(encoded)
	}
	request, err := http.NewRequestWithContext(ctx, method, f.at.ThreePL.URL+path, content)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+f.token)
	request.Header.Set("Accept", "application/hal+json")
	request.Header.Set("Content-Type", "application/hal+json; charset=utf-8")
	return f.send(request, answer)
}

func (f *floorLoop) send(request *http.Request, answer any) (err error) {
	response, err := f.http.Do(request)
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := response.Body.Close(); err == nil {
			err = closeErr
		}
	}()
	if response.StatusCode >= 300 {
		return fmt.Errorf("%s %s: HTTP %d", request.Method, request.URL.Path, response.StatusCode)
	}
	return json.NewDecoder(response.Body).Decode(answer)
}
