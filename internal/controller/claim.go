// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/assembly"
)

// maxClaims is the most warehouses that status has room for.
const maxClaims = 200

// claimsOf returns the hashes that stand for warehouses of a host, sorted. Ids
// are the vendor's own keys, so host and id tell accounts apart; hashed, they
// say nothing of one tenant to another.
func claimsOf(host string, warehouseIDs []int64) []string {
	claims := make([]string, 0, len(warehouseIDs))
	for _, id := range warehouseIDs {
		claims = append(claims, digest(strings.ToLower(host), fmt.Sprint(id)))
	}
	slices.Sort(claims)
	return slices.Compact(claims)
}

// digest returns 16 hex digits that depend on all parts and on where each ends.
func digest(parts ...string) string {
	hash := sha256.New()
	for _, part := range parts {
		_, _ = fmt.Fprintf(hash, "%d:%s", len(part), part)
	}
	return hex.EncodeToString(hash.Sum(nil))[:16]
}

// verdict is what becomes of a claim.
type verdict struct {
	status metav1.ConditionStatus
	// owner is the connection that stands in the way.
	owner *v1alpha1.OrderManagerConnection
}

// judgeClaim says whether a connection, whose claims stand in its status, owns
// the warehouses it claims. The older connection owns. Claims are written
// before they are judged, so of two that claim at the same time the later
// writer sees the other; and an owner that gives way is waited for, so that two
// never work one warehouse at the same time.
//
// Others are connections that claim one of the same warehouses, and connections
// to the same host.
//
// An older connection to the same host that was not looked at yet may come to
// claim the same, so a younger one lets it go first. It is only spared an
// ownership that would soon end: who owns already goes on, and who does not
// waits no longer than unseenPatience. Otherwise one connection whose systems
// hang, or whose Secret cannot be read, would stop all others of its host.
func judgeClaim(mine *v1alpha1.OrderManagerConnection, others []v1alpha1.OrderManagerConnection, now time.Time) verdict {
	result, waits := verdict{status: metav1.ConditionTrue}, waitsForUnseen(mine, now)
	for i := range others {
		other := &others[i]
		if other.UID == mine.UID || !other.DeletionTimestamp.IsZero() {
			continue
		}
		shares := slices.ContainsFunc(other.Status.Claims, func(claim string) bool {
			return slices.Contains(mine.Status.Claims, claim)
		})
		otherIsOlder := older(other, mine) < 0
		switch {
		case shares && otherIsOlder:
			if result.status != metav1.ConditionFalse || older(other, result.owner) < 0 {
				result = verdict{status: metav1.ConditionFalse, owner: other}
			}
		case result.status == metav1.ConditionFalse:
		case shares && meta.IsStatusConditionTrue(other.Status.Conditions, v1alpha1.ConditionSourceClaimed):
			result = verdict{status: metav1.ConditionUnknown, owner: other}
		case waits && otherIsOlder && !lookedAt(other) && sameSource(mine, other):
			result = verdict{status: metav1.ConditionUnknown, owner: other}
		}
	}
	return result
}

// unseenPatience is how long a connection that owns nothing waits for older ones
// that were not looked at: a look that nothing stands in the way of is shorter.
const unseenPatience = time.Minute

// waitsForUnseen reports whether a connection lets older ones go first.
func waitsForUnseen(mine *v1alpha1.OrderManagerConnection, now time.Time) bool {
	claimed := meta.FindStatusCondition(mine.Status.Conditions, v1alpha1.ConditionSourceClaimed)
	return claimed == nil || claimed.Status != metav1.ConditionTrue && now.Sub(claimed.LastTransitionTime.Time) < unseenPatience
}

// lookedAt reports whether the connection controller has come to a result on
// the present specification.
func lookedAt(connection *v1alpha1.OrderManagerConnection) bool {
	return connection.Status.ObservedGeneration >= connection.Generation
}

// sameSource reports whether two connections may mean one warehouse, by what
// their specifications say.
func sameSource(a, b *v1alpha1.OrderManagerConnection) bool {
	host := assembly.SourceHost(a)
	return host != "" && host == assembly.SourceHost(b)
}

// claimCondition puts a verdict into words. A connection of another namespace
// is not named: its name is nobody else's business.
func claimCondition(mine *v1alpha1.OrderManagerConnection, v verdict) metav1.Condition {
	condition := metav1.Condition{
		Type: v1alpha1.ConditionSourceClaimed, Status: v.status, ObservedGeneration: mine.Generation,
	}
	other := "a connection of another namespace"
	if v.owner != nil && v.owner.Namespace == mine.Namespace {
		other = fmt.Sprintf("connection %q", v.owner.Name)
	}
	switch v.status {
	case metav1.ConditionTrue:
		condition.Reason = v1alpha1.ReasonClaimed
		condition.Message = "no other connection works this warehouse"
	case metav1.ConditionFalse:
		condition.Reason = v1alpha1.ReasonSourceAlreadyClaimed
		condition.Message = fmt.Sprintf("%s is older and owns this Order Manager warehouse; delete one of the two, or name another warehouse", other)
	default:
		condition.Reason = v1alpha1.ReasonNotChecked
		condition.Message = fmt.Sprintf("waiting for %s to be looked at or to give way", other)
	}
	return condition
}
