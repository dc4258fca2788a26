// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"strings"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/routine"
)

// pendingApproval returns an approval that was not answered yet, and whether it
// is one of the plan that is held back. A known one asks for a run, which
// computes the plan anew: the approval is good for that plan alone.
func pendingApproval(connection *v1alpha1.OrderManagerConnection, name v1alpha1.RoutineName, handled []v1alpha1.HandledToken) (approval *token, known bool) {
	const key = v1alpha1.ApproveInventoryAnnotation
	value := connection.Annotations[key]
	if name != v1alpha1.InventorySync || value == "" || echoes(handled, key, value) {
		return nil, false
	}
	stock := connection.Status.Inventory
	return &token{annotation: key, value: value}, stock != nil && stock.HeldBack != nil && stock.HeldBack.Digest == planOf(value) && tokenPattern.MatchString(value)
}

// planOf returns the digest in an approval. What follows a dot only makes it
// another one.
func planOf(value string) string {
	digest, _, _ := strings.Cut(value, ".")
	return digest
}

// apart parts the tokens that ask for a run from those that approve a plan.
func apart(tokens []token) (runs, approvals []token) {
	for _, t := range tokens {
		if t.annotation == v1alpha1.ApproveInventoryAnnotation {
			approvals = append(approvals, t)
		} else {
			runs = append(runs, t)
		}
	}
	return runs, approvals
}

// approvedDigest is the plan that was approved; empty when none was.
func approvedDigest(tokens []token) string {
	if _, approvals := apart(tokens); len(approvals) > 0 {
		return planOf(approvals[0].value)
	}
	return ""
}

// echoApproval answers approvals. One whose run failed stands for what is left
// of its plan, unless the plan turned out to be another.
func echoApproval(handled []v1alpha1.HandledToken, approvals []token, e ending) []v1alpha1.HandledToken {
	switch {
	case e.report.Approval == routine.ApprovalPlanChanged:
		return echo(handled, answers(approvals, v1alpha1.RunRefused, v1alpha1.ReasonPlanChanged, routine.Report{}), e.end)
	case e.planned:
		return echo(handled, answers(approvals, e.result, e.reason, routine.Report{}), e.end)
	case e.result == v1alpha1.RunSucceeded:
		return echo(handled, answers(approvals, v1alpha1.RunSucceeded, v1alpha1.ReasonApplied, routine.Report{}), e.end)
	}
	return handled
}
