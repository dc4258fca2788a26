// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"regexp"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"ordersync.dev/operator/api/v1alpha1"
)

var tokenPattern = regexp.MustCompile(v1alpha1.TokenPattern)

// maxToken is the longest token that status has room for.
const maxToken = 64

// token is a request for a run that was not answered yet.
type token struct {
	annotation, value string
}

// pendingTokens returns the tokens for a routine that its entry does not echo:
// the valid ones and the others. The annotation for all routines asks only for
// those that are governed.
func pendingTokens(annotations map[string]string, name v1alpha1.RoutineName, governed bool, handled []v1alpha1.HandledToken) (valid, invalid []token) {
	keys := []string{v1alpha1.RunAnnotationPrefix + string(name)}
	if governed {
		keys = append(keys, v1alpha1.RunAnnotation)
	}
	for _, key := range keys {
		value := annotations[key]
		if value == "" || echoes(handled, key, value) {
			continue
		}
		if tokenPattern.MatchString(value) {
			valid = append(valid, token{key, value})
		} else {
			invalid = append(invalid, token{key, value})
		}
	}
	return valid, invalid
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

// echo answers tokens, each in the place of the last one of its annotation.
func echo(handled []v1alpha1.HandledToken, answered []token, result v1alpha1.RunResult, reason string, now time.Time) []v1alpha1.HandledToken {
	if len(answered) == 0 {
		return handled
	}
	echoed := make([]v1alpha1.HandledToken, 0, 2)
	for _, t := range answered {
		echoed = append(echoed, v1alpha1.HandledToken{
			Annotation: t.annotation, Token: shortened(t.value), Result: result, Reason: reason,
			Time: stamp(now),
		})
	}
	for _, old := range handled {
		replaced := false
		for _, t := range answered {
			replaced = replaced || t.annotation == old.Annotation
		}
		if !replaced {
			echoed = append(echoed, old)
		}
	}
	return echoed
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

// cut shortens a text to a number of characters.
func cut(text string, length int) string {
	count := 0
	for i := range text {
		if count == length {
			return text[:i]
		}
		count++
	}
	return text
}
