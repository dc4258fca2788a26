// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"strconv"
	"sync"
	"time"
)

// RateLimit is the quota of one call. There is one app, so a bucket belongs to a method and a path.
type RateLimit struct {
	Method, Path string
	// Burst is how many requests may come at once.
	Burst int
	// Restore is the time after which one more is granted.
	Restore time.Duration
	// Hourly is how many may come in an hour; 0 is no bound.
	Hourly int
}

// DefaultRateLimits are the numbers that a production client of the API keeps to; every call that is not
// listed has five requests a second.
func DefaultRateLimits() []RateLimit {
	return []RateLimit{
		{Method: "GET", Path: "/v1/productstocks/total", Burst: 10, Restore: 100 * time.Millisecond},
		{Method: "POST", Path: "/v1.1/inventory/adjust", Burst: 1, Restore: 10 * time.Second},
		{Method: "PUT", Path: "/v1.1/inventory", Burst: 1, Restore: 30 * time.Second},
	}
}

var otherRateLimit = RateLimit{Burst: 5, Restore: 200 * time.Millisecond}

type limiter struct {
	enforced bool
	unit     RestoreUnit
	limits   map[string]RateLimit

	mu      sync.Mutex
	buckets map[string]*bucket
}

type bucket struct {
	// full is when the bucket holds Burst tokens again; before that it lacks (full − now) / Restore of them.
	full      time.Time
	hourStart time.Time
	hourCount int
}

func newLimiter(options Options) *limiter {
	l := &limiter{
		enforced: options.EnforceLimits,
		unit:     options.RestoreUnit,
		limits:   map[string]RateLimit{},
		buckets:  map[string]*bucket{},
	}
	for _, list := range [][]RateLimit{DefaultRateLimits(), options.RateLimits} {
		for _, limit := range list {
			l.limits[limit.Method+" "+limit.Path] = limit
		}
	}
	return l
}

func (l *limiter) limit(r *route) RateLimit {
	if limit, known := l.limits[r.method+" "+r.path]; known {
		return limit
	}
	limit := otherRateLimit
	limit.Method, limit.Path = r.method, r.path
	return limit
}

// take takes one request from the route's bucket, or says how long to wait.
func (l *limiter) take(r *route, now time.Time) (wait time.Duration, granted bool) {
	if !l.enforced {
		return 0, true
	}
	limit := l.limit(r)
	l.mu.Lock()
	defer l.mu.Unlock()
	key := r.method + " " + r.path
	b := l.buckets[key]
	if b == nil {
		b = &bucket{full: now, hourStart: now}
		l.buckets[key] = b
	}
	if now.Sub(b.hourStart) >= time.Hour {
		b.hourStart, b.hourCount = now, 0
	}
	if limit.Hourly > 0 && b.hourCount >= limit.Hourly {
		return b.hourStart.Add(time.Hour).Sub(now), false
	}
	if b.full.Before(now) {
		b.full = now
	}
	next := b.full.Add(limit.Restore)
	if over := next.Sub(now) - time.Duration(limit.Burst)*limit.Restore; over > 0 {
		return over, false
	}
	b.full = next
	b.hourCount++
	return 0, true
}

// milliseconds rounds up: a client that waits so long is not refused again.
func milliseconds(d time.Duration) string {
	return strconv.FormatInt(int64((d+time.Millisecond-1)/time.Millisecond), 10)
}

type apiLimit struct {
	RequestMethod  string         `json:"requestMethod"`
	RequestPath    string         `json:"requestPath"`
	Notes          string         `json:"notes,omitempty"`
	ThrottleConfig throttleConfig `json:"throttleConfig"`
}

type throttleConfig struct {
	AppID                 int64 `json:"appId"`
	CompanyID             int32 `json:"companyId"`
	QuotaMaxRequest       int32 `json:"quotaMaxRequest"`
	QuotaMaxRequestHourly int32 `json:"quotaMaxRequestHourly"`
	QuotaRestoreRate      int32 `json:"quotaRestoreRate"`
}

// AppID and CompanyID as GET /v1/throttlelimits tells them.
const (
	AppID     = 4711
	CompanyID = 815
)

// hourly is what is told when there is no hourly quota: whatever the bucket lets through in an hour.
func (l RateLimit) hourly() int32 {
	if l.Hourly > 0 {
		return int32(l.Hourly)
	}
	return int32(l.Burst) + int32(time.Hour/max(l.Restore, time.Millisecond))
}

func (l RateLimit) restoreRate(unit RestoreUnit) int32 {
	restore := max(l.Restore, time.Millisecond)
	switch unit {
	case SecondsPerRequest:
		return int32((restore + time.Second - 1) / time.Second)
	case RequestsPerSecond:
		return max(1, int32(time.Second/restore))
	case RequestsPerMinute:
		return max(1, int32(time.Minute/restore))
	case MillisecondsPerRequest:
	}
	return int32(restore / time.Millisecond)
}

func (s *Server) listLimits(*call) reply {
	list := []apiLimit{}
	for _, r := range routes {
		limit := s.limiter.limit(r)
		list = append(list, apiLimit{
			RequestMethod: r.method,
			RequestPath:   r.path,
			ThrottleConfig: throttleConfig{
				AppID:                 AppID,
				CompanyID:             CompanyID,
				QuotaMaxRequest:       int32(limit.Burst),
				QuotaMaxRequestHourly: limit.hourly(),
				QuotaRestoreRate:      limit.restoreRate(s.limiter.unit),
			},
		})
	}
	return ok(list)
}
