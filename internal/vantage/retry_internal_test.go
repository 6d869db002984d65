package vantage

import (
	"net/http"
	"testing"
)

func TestRetryPolicy(t *testing.T) {
	t.Parallel()
	const get, post = http.MethodGet, http.MethodPost
	for name, test := range map[string]struct {
		attempt   attempt
		get, post RetryPolicy
	}{
		"400": {attempt{status: 400, fromAPI: true}, RetryNever, RetryNever},
		"401": {attempt{status: 401, fromAPI: true}, RetryNever, RetryNever},
		"404": {attempt{status: 404, fromAPI: true}, RetryNever, RetryNever},
		"404 after the creation": {
			attempt{status: 404, fromAPI: true, recent: true}, RetryUntilDeadline, RetryUntilDeadline,
		},
		"408":                               {attempt{status: 408, fromAPI: true}, RetryUntilDeadline, RetryFewTimes},
		"409":                               {attempt{status: 409, fromAPI: true}, RetryUntilDeadline, RetryFewTimes},
		"421":                               {attempt{status: 421}, RetryUntilDeadline, RetryFewTimes},
		"423":                               {attempt{status: 423}, RetryUntilDeadline, RetryFewTimes},
		"425":                               {attempt{status: 425}, RetryUntilDeadline, RetryFewTimes},
		"429":                               {attempt{status: 429, fromAPI: true}, RetryWhenAllowed, RetryWhenAllowed},
		"429 of a gateway":                  {attempt{status: 429}, RetryWhenAllowed, RetryWhenAllowed},
		"500":                               {attempt{status: 500, fromAPI: true}, RetryUntilDeadline, RetryFewTimes},
		"501":                               {attempt{status: 501, fromAPI: true}, RetryNever, RetryNever},
		"502 of a gateway":                  {attempt{status: 502}, RetryUntilDeadline, RetryFewTimes},
		"503":                               {attempt{status: 503, fromAPI: true}, RetryUntilDeadline, RetryUntilDeadline},
		"503 of a gateway":                  {attempt{status: 503}, RetryUntilDeadline, RetryUntilDeadline},
		"504 of a gateway":                  {attempt{status: 504}, RetryUntilDeadline, RetryFewTimes},
		"505":                               {attempt{status: 505, fromAPI: true}, RetryNever, RetryNever},
		"524 of a gateway":                  {attempt{status: 524}, RetryUntilDeadline, RetryFewTimes},
		"302 to another host":               {attempt{status: 302}, RetryOneMinute, RetryOneMinute},
		"403 of a gateway":                  {attempt{status: 403}, RetryOneMinute, RetryOneMinute},
		"444 of a gateway":                  {attempt{status: 444}, RetryOneMinute, RetryOneMinute},
		"200 that is no export":             {attempt{status: 200}, RetryOneMinute, RetryFewTimes},
		"connection lost":                   {attempt{connected: true, reached: true}, RetryUntilDeadline, RetryFewTimes},
		"connection lost, never a response": {attempt{connected: true}, RetryUntilDeadline, RetryFewTimes},
		"no connection":                     {attempt{reached: true}, RetryUntilDeadline, RetryUntilDeadline},
		"no connection, never a response":   {attempt{}, RetryOneMinute, RetryOneMinute},
		"404 of a gateway after a creation": {attempt{status: 404, recent: true}, RetryOneMinute, RetryOneMinute},
		"501 of a gateway":                  {attempt{status: 501}, RetryOneMinute, RetryOneMinute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for method, want := range map[string]RetryPolicy{get: test.get, post: test.post} {
				test.attempt.method = method
				if got := retryPolicy(test.attempt); got != want {
					t.Errorf("%s: policy %d, want %d", method, got, want)
				}
			}
		})
	}
}
