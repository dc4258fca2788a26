// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"ordersync.dev/operator/internal/remote"
)

// ASSUMPTION (the unit). The vendor documents quotaMaxRequest and
// quotaRestoreRate without units. Assumed is that one request is restored every
// quotaRestoreRate milliseconds: the vendor's other quota time, the header
// x-skubana-quota-retryAfter, is in milliseconds, and rates that clients were
// seen to keep (5 a second for orders, 1 in 10 seconds for stock writes) are
// whole numbers of them. It is also the reading that does the least harm when
// it is wrong: too fast, which answers of 429 and the hourly quota correct,
// where the opposite error would stand still without a word.
const restoreRateUnit = time.Millisecond

const throttleEndpoint = "/v1/throttlelimits"

type wireLimit struct {
	RequestMethod  string `json:"requestMethod"`
	RequestPath    string `json:"requestPath"`
	ThrottleConfig *struct {
		AppID                 int64 `json:"appId"`
		CompanyID             int64 `json:"companyId"`
		QuotaMaxRequest       int64 `json:"quotaMaxRequest"`
		QuotaMaxRequestHourly int64 `json:"quotaMaxRequestHourly"`
		QuotaRestoreRate      int64 `json:"quotaRestoreRate"`
	} `json:"throttleConfig"`
}

// Limits reads what the account may ask, for remote.Budgets.Learn. Where the
// answer names app and company the budget is theirs, whatever token is used.
func (c *Client) Limits(ctx context.Context) ([]remote.Limit, error) {
	wire, err := get[wireLimit](ctx, c, "read the request limits", throttleEndpoint, nil)
	if err != nil {
		return nil, err
	}
	host := ""
	if base, err := url.Parse(c.options.Remote.BaseURL); err == nil {
		host = strings.ToLower(base.Host)
	}
	var limits []remote.Limit
	for _, w := range wire {
		if w.ThrottleConfig == nil || w.RequestMethod == "" || w.RequestPath == "" {
			continue
		}
		limit := remote.Limit{
			Method: w.RequestMethod,
			// Older answers carry the prefix of the former host.
			Endpoint: strings.TrimPrefix(w.RequestPath, "/service"),
			Every:    every(w.ThrottleConfig.QuotaRestoreRate, w.ThrottleConfig.QuotaMaxRequestHourly),
		}
		limit.Burst, limit.Spare = burst(w.ThrottleConfig.QuotaMaxRequest)
		if hourly := w.ThrottleConfig.QuotaMaxRequestHourly; hourly > 0 {
			// A quota that the pace can never use up hints at another unit.
			limit.Fastest = min(limit.Every, time.Hour/time.Duration(hourly))
		}
		if w.ThrottleConfig.AppID != 0 && w.ThrottleConfig.CompanyID != 0 {
			limit.Pool = fmt.Sprintf("%s/%d/%d", host, w.ThrottleConfig.AppID, w.ThrottleConfig.CompanyID)
		}
		limits = append(limits, limit)
	}
	return limits, nil
}

// burst returns how many requests go at once, and how many that are allowed
// beside them are spared: half of them.
func burst(most int64) (burst, spare int) {
	most = min(most, 10_000)
	if most > 1 {
		spare = int(most) / 2
	}
	return int(most) - spare, spare
}

// every returns the time in which one request is restored; 0 when nothing is
// said. The hourly quota is spread evenly, so that it is never found used up.
func every(restore, hourly int64) time.Duration {
	var gap time.Duration
	if restore > 0 {
		gap = time.Duration(min(restore, int64(time.Hour/restoreRateUnit))) * restoreRateUnit
	}
	if hourly > 0 {
		gap = max(gap, time.Hour/time.Duration(hourly))
	}
	return gap
}
