// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/routine"
)

var tokenPattern = regexp.MustCompile(v1alpha1.TokenPattern)

const (
	// maxToken is the longest token that status has room for.
	maxToken = 64
	// maxHandled is how many answers it has room for.
	maxHandled = 8
)

// token is a request that was not answered yet.
type token struct {
	annotation, value string
	// request is what it asks of the run; nil is the run itself.
	request *routine.Request
}

// requestAnnotation is an annotation by which a person asks something of a
// routine beside a run, and how its value is read.
type requestAnnotation struct {
	prefix   string
	routines []v1alpha1.RoutineName
	read     func(value string) (routine.Request, bool)
}

var requestAnnotations = []requestAnnotation{
	{v1alpha1.RetryAnnotationPrefix, []v1alpha1.RoutineName{v1alpha1.OrderDownload, v1alpha1.ShipmentConfirmation}, orderRequest(routine.RequestRetry)},
	{v1alpha1.ResendAnnotationPrefix, []v1alpha1.RoutineName{v1alpha1.OrderDownload, v1alpha1.ShipmentConfirmation}, orderRequest(routine.RequestResend)},
	{v1alpha1.BackfillAnnotationPrefix, []v1alpha1.RoutineName{v1alpha1.OrderDownload}, backfillRequest},
}

// orderRequest reads an order's id.
func orderRequest(kind routine.RequestKind) func(string) (routine.Request, bool) {
	return func(value string) (routine.Request, bool) {
		subject, _, _ := strings.Cut(value, ".")
		id, err := strconv.ParseInt(subject, 10, 64)
		return routine.Request{Kind: kind, OrderID: fulfillment.OrderID(id)}, err == nil && id > 0 && strconv.FormatInt(id, 10) == subject
	}
}

// backfillRequest reads a day.
func backfillRequest(value string) (routine.Request, bool) {
	subject, _, _ := strings.Cut(value, ".")
	day, err := time.Parse(time.DateOnly, subject)
	return routine.Request{Kind: routine.RequestBackfill, Since: day}, err == nil && day.Year() > 2000
}

// pendingTokens returns the tokens for a routine that its entry does not echo:
// the valid ones and the others. The annotation for all routines asks only for
// those that are governed.
func pendingTokens(annotations map[string]string, name v1alpha1.RoutineName, governed bool, handled []v1alpha1.HandledToken) (valid, invalid []token) {
	add := func(key string, read func(string) (routine.Request, bool)) {
		value := annotations[key]
		if value == "" || echoes(handled, key, value) {
			return
		}
		t, ok := token{annotation: key, value: value}, tokenPattern.MatchString(value)
		if ok && read != nil {
			var request routine.Request
			request, ok = read(value)
			t.request = &request
		}
		if ok {
			valid = append(valid, t)
		} else {
			invalid = append(invalid, t)
		}
	}
	add(v1alpha1.RunAnnotationPrefix+string(name), nil)
	if governed {
		add(v1alpha1.RunAnnotation, nil)
	}
	for _, asked := range requestAnnotations {
		if slices.Contains(asked.routines, name) {
			add(asked.prefix+string(name), asked.read)
		}
	}
	return valid, invalid
}

// shapeOf says what a token in an annotation looks like.
func shapeOf(annotation string) string {
	switch {
	case strings.HasPrefix(annotation, v1alpha1.RetryAnnotationPrefix), strings.HasPrefix(annotation, v1alpha1.ResendAnnotationPrefix):
		return "Order Manager's orderId, and to ask again a dot and anything new"
	case strings.HasPrefix(annotation, v1alpha1.BackfillAnnotationPrefix):
		return "a day, YYYY-MM-DD, and to ask again a dot and anything new"
	}
	return "1 to 64 letters, digits, dots, underscores, colons or hyphens"
}

// requestsOf returns what tokens ask of a run.
func requestsOf(tokens []token) []routine.Request {
	var requests []routine.Request
	for _, t := range tokens {
		if t.request != nil {
			requests = append(requests, *t.request)
		}
	}
	return requests
}

// asksForRun reports whether a token asks for the run itself, and with it that
// everything is tried again.
func asksForRun(tokens []token) bool {
	return slices.ContainsFunc(tokens, func(t token) bool { return t.request == nil })
}

func echoes(handled []v1alpha1.HandledToken, annotation, value string) bool {
	for _, echo := range handled {
		if echo.Annotation == annotation && echo.Token == shortened(value) {
			return true
		}
	}
	return false
}

// shortened cuts a token to what status has room for; only invalid ones are longer.
func shortened(value string) string { return cut(value, maxToken) }

// answers returns what became of tokens: of a request what the run says of it,
// of everything else what became of the run.
func answers(tokens []token, run v1alpha1.RunResult, reason string, report routine.Report) []v1alpha1.HandledToken {
	handled := make([]v1alpha1.HandledToken, 0, len(tokens))
	for _, t := range tokens {
		answered := v1alpha1.HandledToken{Annotation: t.annotation, Token: shortened(t.value), Result: run, Reason: cut(reason, maxReason)}
		for _, answer := range report.Answers {
			if t.request == nil || answer.Request != *t.request {
				continue
			}
			answered.Message = cut(answer.Message, maxMessage)
			switch {
			case answer.Refused:
				answered.Result, answered.Reason = v1alpha1.RunRefused, cut(answer.Reason, maxReason)
			case answer.Failed:
				answered.Result, answered.Reason = v1alpha1.RunFailed, cut(answer.Reason, maxReason)
			case run == v1alpha1.RunFailed:
				// It was done before the run failed.
				answered.Result, answered.Reason = v1alpha1.RunSucceeded, v1alpha1.ReasonSucceeded
			}
		}
		handled = append(handled, answered)
	}
	return handled
}

// refusals answers tokens that are not followed.
func refusals(tokens []token, reason string) []v1alpha1.HandledToken {
	return answers(tokens, v1alpha1.RunRefused, reason, routine.Report{})
}

// echo puts answers into the place of the last one of their annotation.
func echo(handled, answered []v1alpha1.HandledToken, now time.Time) []v1alpha1.HandledToken {
	if len(answered) == 0 {
		return handled
	}
	echoed := slices.Clone(answered)
	for i := range echoed {
		echoed[i].Time = stamp(now)
	}
	for _, old := range handled {
		if !slices.ContainsFunc(answered, func(a v1alpha1.HandledToken) bool { return a.Annotation == old.Annotation }) {
			echoed = append(echoed, old)
		}
	}
	return echoed[:min(len(echoed), maxHandled)]
}

// stamp returns a time as status keeps it; nil for the zero time.
func stamp(t time.Time) *metav1.Time {
	if t.IsZero() {
		return nil
	}
	return new(metav1.NewTime(t.UTC().Truncate(time.Second)))
}

// moment returns the time of a stamp; zero for nil.
func moment(t *metav1.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.Time
}

// cut shortens a text to a number of characters. It takes out what a terminal
// would act on: order numbers and SKUs are other people's words.
func cut(text string, length int) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return unicode.ReplacementChar
		}
		return r
	}, text)
	count := 0
	for i := range text {
		if count == length {
			return text[:i]
		}
		count++
	}
	return text
}
