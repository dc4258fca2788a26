// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"context"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"ordersync.dev/operator/api/v1alpha1"
)

const (
	// lookAgain is the pause before an unfit connection is looked at for the
	// second time; each further one is twice as long. What was mended at a
	// remote system sends no event. It is also how often its Secrets are read:
	// one that was changed is a reason to look at once.
	lookAgain = time.Minute
	// longestLook bounds the pause while a system cannot be asked: then its
	// breaker keeps it from being hammered.
	longestLook = 5 * time.Minute
	// longestRefusedLook bounds it while only a person can help: repeated logins
	// with wrong credentials lock accounts.
	longestRefusedLook = 15 * time.Minute
)

// lastLook is what a look at both systems found, and what it went by.
type lastLook struct {
	generation int64
	// version of the ways to both systems, credentials included.
	version string
	// tokens that ask for something.
	tokens   string
	accounts []string
	found    findings
	// unfit counts the looks in a row that found the same connection unfit.
	unfit int
	again time.Time
}

// sameAs reports whether nobody did anything since.
func (l lastLook) sameAs(next lastLook) bool {
	return l.generation == next.generation && l.version == next.version && l.tokens == next.tokens
}

// gap is the pause before the next look, moved by a hash so that the
// connections of one account do not look together.
func (l lastLook) gap(connection types.UID) time.Duration {
	longest := longestLook
	if l.found.stalled != nil {
		longest = longestRefusedLook
	}
	gap := lookAgain
	for range min(l.unfit-1, 10) {
		gap = min(2*gap, longest)
	}
	hash := fnv.New32a()
	_, _ = fmt.Fprintf(hash, "%s/%d", connection, l.unfit)
	return gap*9/10 + time.Duration(hash.Sum32()%100)*gap/1000
}

// nextLook is what a look would go by now. It asks no remote system.
func (r *ConnectionReconciler) nextLook(ctx context.Context, connection *v1alpha1.OrderManagerConnection) (lastLook, error) {
	next := lastLook{generation: connection.Generation, tokens: tokensOf(connection.Annotations)}
	source, err := r.Connector.Source(ctx, connection)
	if err != nil {
		fault, err := faultOrError(err)
		if err != nil {
			return next, err
		}
		next.version = reasonOf(fault)
	} else {
		next.version = source.Version()
		next.accounts = append(next.accounts, "source "+source.Account())
	}
	destination, err := r.Connector.Destination(ctx, connection)
	if err != nil {
		fault, err := faultOrError(err)
		if err != nil {
			return next, err
		}
		next.version += "/" + reasonOf(fault)
	} else {
		next.version += "/" + destination.Version()
		next.accounts = append(next.accounts, "destination "+destination.Account())
	}
	return next, nil
}

// tokensOf are the annotations that ask for something.
func tokensOf(annotations map[string]string) string {
	var asked []string
	for _, key := range slices.Sorted(maps.Keys(annotations)) {
		if strings.HasPrefix(key, v1alpha1.RunAnnotation) || slices.ContainsFunc(requestAnnotations, func(r requestAnnotation) bool {
			return strings.HasPrefix(key, r.prefix)
		}) {
			asked = append(asked, key+"="+annotations[key])
		}
	}
	return strings.Join(asked, "\n")
}
