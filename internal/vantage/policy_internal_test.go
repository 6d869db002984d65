package vantage

import (
	"net/http"
	"testing"

	"terraform-provider-vantage/internal/retry"
)

func TestRetryPolicy(t *testing.T) {
	t.Parallel()
	const get, post = http.MethodGet, http.MethodPost
	for name, test := range map[string]struct {
		attempt   attempt
		get, post retry.Policy
	}{
		"400": {attempt{status: 400, fromAPI: true}, retry.Never, retry.Never},
		"401": {attempt{status: 401, fromAPI: true}, retry.Never, retry.Never},
		"404": {attempt{status: 404, fromAPI: true}, retry.Never, retry.Never},
		"404 after the creation": {
			attempt{status: 404, fromAPI: true, recent: true}, retry.UntilDeadline, retry.UntilDeadline,
		},
		"408":                               {attempt{status: 408, fromAPI: true}, retry.UntilDeadline, retry.FewTimes},
		"409":                               {attempt{status: 409, fromAPI: true}, retry.UntilDeadline, retry.FewTimes},
		"421":                               {attempt{status: 421}, retry.UntilDeadline, retry.FewTimes},
		"423":                               {attempt{status: 423}, retry.UntilDeadline, retry.FewTimes},
		"425":                               {attempt{status: 425}, retry.UntilDeadline, retry.FewTimes},
		"429":                               {attempt{status: 429, fromAPI: true}, retry.WhenAllowed, retry.WhenAllowed},
		"429 of a gateway":                  {attempt{status: 429}, retry.WhenAllowed, retry.WhenAllowed},
		"500":                               {attempt{status: 500, fromAPI: true}, retry.UntilDeadline, retry.FewTimes},
		"501":                               {attempt{status: 501, fromAPI: true}, retry.Never, retry.Never},
		"502 of a gateway":                  {attempt{status: 502}, retry.UntilDeadline, retry.FewTimes},
		"503":                               {attempt{status: 503, fromAPI: true}, retry.UntilDeadline, retry.UntilDeadline},
		"503 of a gateway":                  {attempt{status: 503}, retry.UntilDeadline, retry.UntilDeadline},
		"504 of a gateway":                  {attempt{status: 504}, retry.UntilDeadline, retry.FewTimes},
		"505":                               {attempt{status: 505, fromAPI: true}, retry.Never, retry.Never},
		"524 of a gateway":                  {attempt{status: 524}, retry.UntilDeadline, retry.FewTimes},
		"302 to another host":               {attempt{status: 302}, retry.OneMinute, retry.OneMinute},
		"403 of a gateway":                  {attempt{status: 403}, retry.OneMinute, retry.OneMinute},
		"444 of a gateway":                  {attempt{status: 444}, retry.OneMinute, retry.OneMinute},
		"200 that is no export":             {attempt{status: 200}, retry.OneMinute, retry.FewTimes},
		"connection lost":                   {attempt{connected: true, reached: true}, retry.UntilDeadline, retry.FewTimes},
		"connection lost, never a response": {attempt{connected: true}, retry.UntilDeadline, retry.FewTimes},
		"no connection":                     {attempt{reached: true}, retry.UntilDeadline, retry.UntilDeadline},
		"no connection, never a response":   {attempt{}, retry.OneMinute, retry.OneMinute},
		"404 of a gateway after a creation": {attempt{status: 404, recent: true}, retry.OneMinute, retry.OneMinute},
		"certificate not trusted":           {attempt{certificate: true}, retry.Never, retry.Never},
		"certificate not trusted, after a response": {
			attempt{certificate: true, reached: true}, retry.OneMinute, retry.OneMinute,
		},
		"407 of a proxy":                   {attempt{proxy: 407, reached: true}, retry.Never, retry.Never},
		"403 of a proxy":                   {attempt{proxy: 403, reached: true}, retry.OneMinute, retry.OneMinute},
		"503 of a proxy":                   {attempt{proxy: 503, reached: true}, retry.UntilDeadline, retry.UntilDeadline},
		"503 of a proxy, never a response": {attempt{proxy: 503}, retry.OneMinute, retry.OneMinute},
		"501 of a gateway":                 {attempt{status: 501}, retry.OneMinute, retry.OneMinute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for method, want := range map[string]retry.Policy{get: test.get, post: test.post} {
				test.attempt.method = method
				if got := retryPolicy(test.attempt); got != want {
					t.Errorf("%s: policy %d, want %d", method, got, want)
				}
			}
		})
	}
}
