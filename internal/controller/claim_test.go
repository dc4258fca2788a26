// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"ordersync.dev/operator/api/v1alpha1"
)

func TestClaimsOf(t *testing.T) {
	claims := claimsOf("API.skubana.com", []int64{502, 501, 502})
	if len(claims) != 2 || !slices.IsSorted(claims) {
		t.Fatalf("claims %v, want two, sorted", claims)
	}
	for _, claim := range claims {
		if !regexp.MustCompile(`^[0-9a-f]{16}$`).MatchString(claim) {
			t.Errorf("%q is not 16 hex digits", claim)
		}
	}
	if other := claimsOf("api.skubana.com", []int64{501, 502}); !slices.Equal(claims, other) {
		t.Errorf("the case of a host made another claim: %v, %v", claims, other)
	}
	if other := claimsOf("api.elsewhere.example", []int64{501}); slices.Contains(claims, other[0]) {
		t.Error("two hosts share a claim")
	}
	if digest("a", "bc") == digest("ab", "c") {
		t.Error("the border between two parts does not count")
	}
}

// claimant makes a connection of some age in minutes.
func claimant(name string, age int, change ...func(*v1alpha1.OrderManagerConnection)) v1alpha1.OrderManagerConnection {
	connection := v1alpha1.OrderManagerConnection{
		ObjectMeta: metav1.ObjectMeta{
			Name: name, Namespace: "acme", UID: types.UID("uid-" + name), Generation: 1,
			CreationTimestamp: metav1.NewTime(noon.Add(-time.Duration(age) * time.Minute)),
		},
		Spec: v1alpha1.OrderManagerConnectionSpec{Source: v1alpha1.OrderSource{
			OrderManager: &v1alpha1.OrderManagerSource{URL: "https://api.skubana.com"},
		}},
		Status: v1alpha1.OrderManagerConnectionStatus{ObservedGeneration: 1},
	}
	for _, c := range change {
		c(&connection)
	}
	return connection
}

func claims(claims ...string) func(*v1alpha1.OrderManagerConnection) {
	return func(c *v1alpha1.OrderManagerConnection) { c.Status.Claims = claims }
}

func owning(c *v1alpha1.OrderManagerConnection) {
	c.Status.Conditions = []metav1.Condition{{Type: v1alpha1.ConditionSourceClaimed, Status: metav1.ConditionTrue}}
}

func unseen(c *v1alpha1.OrderManagerConnection) { c.Status.ObservedGeneration = -1 }

func TestJudgeClaim(t *testing.T) {
	mine := claimant("m", 5, claims("one", "two"))
	cases := map[string]struct {
		others []v1alpha1.OrderManagerConnection
		want   metav1.ConditionStatus
		owner  string
	}{
		"alone":                          {nil, metav1.ConditionTrue, ""},
		"itself is no rival":             {[]v1alpha1.OrderManagerConnection{mine}, metav1.ConditionTrue, ""},
		"an older one with one of them":  {[]v1alpha1.OrderManagerConnection{claimant("o", 6, claims("two"))}, metav1.ConditionFalse, "o"},
		"an older one with others":       {[]v1alpha1.OrderManagerConnection{claimant("o", 6, claims("three"))}, metav1.ConditionTrue, ""},
		"a younger one":                  {[]v1alpha1.OrderManagerConnection{claimant("y", 4, claims("one"))}, metav1.ConditionTrue, ""},
		"a younger one that still owns":  {[]v1alpha1.OrderManagerConnection{claimant("y", 4, claims("one"), owning)}, metav1.ConditionUnknown, "y"},
		"of one age, the name before":    {[]v1alpha1.OrderManagerConnection{claimant("l", 5, claims("one"))}, metav1.ConditionFalse, "l"},
		"of one age, the name behind":    {[]v1alpha1.OrderManagerConnection{claimant("n", 5, claims("one"))}, metav1.ConditionTrue, ""},
		"an older one not looked at yet": {[]v1alpha1.OrderManagerConnection{claimant("o", 6, unseen)}, metav1.ConditionUnknown, "o"},
		"a younger one not looked at":    {[]v1alpha1.OrderManagerConnection{claimant("y", 4, unseen)}, metav1.ConditionTrue, ""},
		"an older one of another host": {[]v1alpha1.OrderManagerConnection{claimant("o", 6, unseen, func(c *v1alpha1.OrderManagerConnection) {
			c.Spec.Source.OrderManager.URL = "https://api.elsewhere.example"
		})}, metav1.ConditionTrue, ""},
		"one of an unknown kind": {[]v1alpha1.OrderManagerConnection{claimant("o", 6, unseen, func(c *v1alpha1.OrderManagerConnection) {
			c.Spec.Source.OrderManager = nil
		})}, metav1.ConditionTrue, ""},
		"an older one that is going": {[]v1alpha1.OrderManagerConnection{claimant("o", 6, claims("one"), func(c *v1alpha1.OrderManagerConnection) {
			c.DeletionTimestamp = new(metav1.NewTime(noon))
		})}, metav1.ConditionTrue, ""},
		"the oldest of several is named": {[]v1alpha1.OrderManagerConnection{
			claimant("y", 4, claims("one"), owning), claimant("o", 6, claims("one")), claimant("p", 7, claims("two")), claimant("q", 6, unseen),
		}, metav1.ConditionFalse, "p"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got := judgeClaim(&mine, c.others, noon)
			owner := ""
			if got.owner != nil {
				owner = got.owner.Name
			}
			if got.status != c.want || owner != c.owner {
				t.Errorf("%s because of %q, want %s because of %q", got.status, owner, c.want, c.owner)
			}
			slices.Reverse(c.others)
			if again := judgeClaim(&mine, c.others, noon); again.status != got.status {
				t.Errorf("listed the other way round: %s", again.status)
			}
		})
	}
}

// An older connection that cannot be looked at keeps no other of its host from
// its work: not who owns already, and who does not for a minute.
func TestAnUnseenConnectionHoldsUpNobodyForLong(t *testing.T) {
	waiting := func(since time.Duration) func(*v1alpha1.OrderManagerConnection) {
		return func(c *v1alpha1.OrderManagerConnection) {
			c.Status.Conditions = []metav1.Condition{{Type: v1alpha1.ConditionSourceClaimed, Status: metav1.ConditionUnknown, LastTransitionTime: metav1.NewTime(noon.Add(-since))}}
		}
	}
	for name, c := range map[string]struct {
		mine func(*v1alpha1.OrderManagerConnection)
		want metav1.ConditionStatus
	}{
		"first judged":        {func(*v1alpha1.OrderManagerConnection) {}, metav1.ConditionUnknown},
		"waits for some time": {waiting(unseenPatience - time.Second), metav1.ConditionUnknown},
		"has waited":          {waiting(unseenPatience), metav1.ConditionTrue},
		"owns its warehouse":  {owning, metav1.ConditionTrue},
	} {
		mine := claimant("m", 5, claims("one"), c.mine)
		if got := judgeClaim(&mine, []v1alpha1.OrderManagerConnection{claimant("o", 6, unseen)}, noon); got.status != c.want {
			t.Errorf("%s: %s, want %s", name, got.status, c.want)
		}
		// That it shares the warehouse counts at once, seen or not.
		if got := judgeClaim(&mine, []v1alpha1.OrderManagerConnection{claimant("o", 6, unseen, claims("one"))}, noon); got.status != metav1.ConditionFalse {
			t.Errorf("%s: beside an older one with its claim %s", name, got.status)
		}
	}
}

// Whatever two rivals look like, both never own.
func TestTwoNeverOwn(t *testing.T) {
	states := []func(*v1alpha1.OrderManagerConnection){claims(), claims("one"), func(c *v1alpha1.OrderManagerConnection) {
		claims("one")(c)
		owning(c)
	}}
	for _, ageOfB := range []int{4, 5, 6} {
		for _, stateOfA := range states {
			for _, stateOfB := range states {
				a, b := claimant("a", 5, stateOfA), claimant("b", ageOfB, stateOfB)
				if len(a.Status.Claims) == 0 || len(b.Status.Claims) == 0 {
					continue
				}
				both := []v1alpha1.OrderManagerConnection{a, b}
				if judgeClaim(&a, both, noon).status == metav1.ConditionTrue && judgeClaim(&b, both, noon).status == metav1.ConditionTrue {
					t.Errorf("both own: %s, %s", describe(a), describe(b))
				}
			}
		}
	}
}

func TestClaimConditionNamesNobodyElsewhere(t *testing.T) {
	mine := claimant("m", 5)
	for _, status := range []metav1.ConditionStatus{metav1.ConditionFalse, metav1.ConditionUnknown} {
		neighbour := claimant("neighbour", 6)
		if message := claimCondition(&mine, verdict{status, &neighbour}).Message; !strings.Contains(message, "neighbour") {
			t.Errorf("%s: the owner in the same namespace is not named: %s", status, message)
		}
		stranger := claimant("stranger", 6, func(c *v1alpha1.OrderManagerConnection) { c.Namespace = "secretive" })
		message := claimCondition(&mine, verdict{status, &stranger}).Message
		if strings.Contains(message, "stranger") || strings.Contains(message, "secretive") {
			t.Errorf("%s: a stranger is named: %s", status, message)
		}
	}
}

func TestExchangeLetsOneConnectionWorkAClaim(t *testing.T) {
	exchange := NewExchange()
	leave, ok := exchange.enter("a", []string{"one", "two"})
	if !ok {
		t.Fatal("nobody was at work")
	}
	leaveAgain, ok := exchange.enter("a", []string{"two"})
	if !ok {
		t.Fatal("its own routines keep each other out")
	}
	if _, ok := exchange.enter("b", []string{"three", "two"}); ok {
		t.Fatal("two connections work one claim")
	}
	if leave, ok := exchange.enter("b", []string{"three"}); !ok {
		t.Fatal("a refused claim was held")
	} else {
		leave()
	}
	leave()
	if _, ok := exchange.enter("b", []string{"two"}); ok {
		t.Fatal("a slice of the former owner is still at work")
	}
	leaveAgain()
	if _, ok := exchange.enter("b", []string{"one", "two"}); !ok {
		t.Fatal("the claims were not given back")
	}
}
