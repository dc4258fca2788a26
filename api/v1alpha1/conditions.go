// SPDX-License-Identifier: Apache-2.0

package v1alpha1

// Condition types of an OrderManagerConnection.
const (
	// ConditionReady is computed from the other conditions and the routines.
	ConditionReady = "Ready"
	// ConditionReconciling stands while a new generation has not been looked at.
	ConditionReconciling = "Reconciling"
	// ConditionStalled stands while only a person can help.
	ConditionStalled = "Stalled"
	// ConditionCredentialsAccepted says whether both systems took the credentials.
	ConditionCredentialsAccepted = "CredentialsAccepted"
	// ConditionSourceResolved says whether the Order Manager warehouse was found.
	ConditionSourceResolved = "SourceResolved"
	// ConditionDestinationResolved says whether the customer and the facility were found.
	ConditionDestinationResolved = "DestinationResolved"
	// ConditionSourceClaimed says whether the Order Manager warehouse is this connection's alone.
	ConditionSourceClaimed = "SourceClaimed"
	// ConditionStockRuleVerified says whether Order Manager's answers agree with the stock rule.
	ConditionStockRuleVerified = "StockRuleVerified"
	// ConditionStockReleased is False while the brake holds stock back.
	ConditionStockReleased = "StockReleased"
	// ConditionStockRuleFits says whether the stock rule fits the open orders that exist. It is advice.
	ConditionStockRuleFits = "StockRuleFits"
	// ConditionCancellationsSettled is False while a cancellation came too late.
	ConditionCancellationsSettled = "CancellationsSettled"
	// ConditionSoleWriter says whether nobody else was seen to write this connection's orders. It is advice.
	ConditionSoleWriter = "SoleWriter"
	// ConditionBooksBalance says whether both systems say the same of every order. It is advice.
	ConditionBooksBalance = "BooksBalance"
	// ConditionMappingsAccepted says whether every row of the mappings works.
	ConditionMappingsAccepted = "MappingsAccepted"
)

// Condition types of a SyncPolicy, besides Ready, Reconciling and Stalled.
const (
	// ConditionAccepted says whether the policy can be carried out.
	ConditionAccepted = "Accepted"
	// ConditionConnectionsResolved says whether every named connection exists.
	ConditionConnectionsResolved = "ConnectionsResolved"
	// ConditionUncontested says whether every selected connection is governed by this policy.
	ConditionUncontested = "Uncontested"
)

// Reasons that the controllers give to conditions, runs and events. Reasons
// that arise at a remote system are in internal/fulfillment/reason.go.
// Documentation, events and tests use these and no others.
const (
	ReasonSucceeded     = "Succeeded"
	ReasonPlanned       = "Planned"
	ReasonPlanNameTaken = "PlanNameTaken"
	ReasonReady         = "Ready"
	ReasonAccepted      = "Accepted"
	ReasonResolved      = "Resolved"
	ReasonClaimed       = "Claimed"
	ReasonUncontested   = "Uncontested"
	ReasonNotChecked    = "NotChecked"
	ReasonProgressing   = "Progressing"
	ReasonSuspended     = "Suspended"
	ReasonNotGoverned   = "NotGoverned"

	ReasonSecretNotFound        = "SecretNotFound"
	ReasonSecretKeyMissing      = "SecretKeyMissing"
	ReasonCredentialsAmbiguous  = "CredentialsAmbiguous"
	ReasonCredentialsMalformed  = "CredentialsMalformed"
	ReasonCredentialsNotForHost = "CredentialsNotForHost"
	ReasonInsecureURL           = "InsecureURL"
	ReasonCABundleNotFound      = "CABundleNotFound"
	ReasonCABundleMalformed     = "CABundleMalformed"

	ReasonUnsupportedSource      = "UnsupportedSource"
	ReasonUnsupportedDestination = "UnsupportedDestination"
	ReasonSourceAlreadyClaimed   = "SourceAlreadyClaimed"

	ReasonRoutineFailing = "RoutineFailing"
	ReasonRoutineOverdue = "RoutineOverdue"
	ReasonInternal       = "Internal"
	// ReasonStatusNotWritten: what a run had to write down first could not be.
	ReasonStatusNotWritten = "StatusNotWritten"

	ReasonConnectionsNotFound  = "ConnectionsNotFound"
	ReasonInvalidSelector      = "InvalidSelector"
	ReasonInvalidSchedule      = "InvalidSchedule"
	ReasonScheduleNeverFires   = "ScheduleNeverFires"
	ReasonOlderPolicyGoverns   = "OlderPolicyGoverns"
	ReasonConnectionsNotReady  = "ConnectionsNotReady"
	ReasonInvalidToken         = "InvalidToken"
	ReasonCancellationsSettled = "Settled"

	ReasonNoSecondWriterSeen = "NoSecondWriterSeen"
	ReasonBalanced           = "Balanced"
	ReasonDriftFound         = "DriftFound"
	ReasonNotCompared        = "NotCompared"

	ReasonHeldBack        = "HeldBack"
	ReasonNothingHeldBack = "NothingHeldBack"
	ReasonUnknownPlan     = "UnknownPlan"
	ReasonPlanChanged     = "PlanChanged"
	ReasonApplied         = "Applied"

	ReasonRuleFits             = "RuleFits"
	ReasonOffersTooMuch        = "OffersTooMuch"
	ReasonOffersTooLittle      = "OffersTooLittle"
	ReasonAllocationNotCounted = "AllocationNotCounted"
)
