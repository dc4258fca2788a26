// SPDX-License-Identifier: Apache-2.0

package fulfillment

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestAFaultDoesNotPrintItsCause(t *testing.T) {
	fault := &Fault{Kind: FaultInvalid, System: "the warehouse", Operation: "create order", Status: 400, Code: "Required",
		Hint: "shipTo.city is missing", Cause: errors.New("Ada lives at 1 Main Street")}
	if text := fault.Error(); strings.Contains(text, "Ada") || !strings.Contains(text, "HTTP 400") || !strings.Contains(text, "[Required]") || !strings.Contains(text, "shipTo.city") {
		t.Errorf("prints %q", text)
	}
}

func TestFaultsAreFoundInAChain(t *testing.T) {
	err := fmt.Errorf("page 3: %w", &Fault{Kind: FaultUnavailable, Uncertain: true, Cause: context.DeadlineExceeded})
	if !IsFault(err, FaultUnavailable) || IsFault(err, FaultInvalid) || !Uncertain(err) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v is not recognised", err)
	}
	if _, ok := AsFault(errors.New("other")); ok || Uncertain(nil) {
		t.Error("recognises what is no fault")
	}
}

func TestEveryKindOfFaultHasWords(t *testing.T) {
	for _, kind := range []FaultKind{FaultAuthentication, FaultPermission, FaultThrottled, FaultInvalid, FaultDuplicate, FaultConflict,
		FaultNotFound, FaultUnavailable, FaultMalformed, FaultTooLarge, FaultNotLeading, FaultMisconfigured} {
		if text := (&Fault{Kind: kind}).Error(); strings.Contains(text, "unknown fault") {
			t.Errorf("%s has none", kind)
		}
	}
}
