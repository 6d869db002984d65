package vantage

import (
	"net/http"

	"terraform-provider-vantage/internal/retry"
)

// attempt describes a failed request.
type attempt struct {
	method  string
	status  int  // of the response; 0 without one
	fromAPI bool // whether the response is an error in the API's format
	recent  bool // whether the request is about an export that was accepted in the last ten seconds

	// Without a response:
	connected   bool       // whether a connection was established
	reached     bool       // whether the host has ever responded
	certificate bool       // whether the certificate of the host is not trusted
	proxy       proxyError // the status with which a proxy rejected the connection; 0 without one
}

// retryPolicy decides whether a failed request is repeated. A duplicate export costs quota and nothing else, so that a
// POST is repeated too, but only a few times if it may have created an export.
func retryPolicy(a attempt) retry.Policy {
	mayHaveCreated := a.method == http.MethodPost
	switch {
	case a.proxy == http.StatusProxyAuthRequired, a.certificate && !a.reached:
		return retry.Never
	case a.certificate, a.proxy != 0 && !isTransient(int(a.proxy)):
		return retry.OneMinute
	case a.status == 0 && !a.connected && !a.reached:
		return retry.OneMinute // of all operations together
	case a.status == 0 && !a.connected, a.status == http.StatusServiceUnavailable:
		return retry.UntilDeadline
	case a.status == http.StatusTooManyRequests:
		return retry.WhenAllowed
	case a.status == 0 || isTransient(a.status):
		if mayHaveCreated {
			return retry.FewTimes
		}
		return retry.UntilDeadline
	case mayHaveCreated && a.status < 300:
		return retry.FewTimes
	case !a.fromAPI:
		return retry.OneMinute
	case a.status == http.StatusNotFound && a.recent:
		return retry.UntilDeadline
	}
	return retry.Never
}

// isTransient reports whether a status describes a temporary failure, of a server or of a gateway.
func isTransient(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusConflict, http.StatusMisdirectedRequest, http.StatusLocked,
		http.StatusTooEarly:
		return true
	case http.StatusNotImplemented, http.StatusHTTPVersionNotSupported:
		return false
	}
	return status >= 500
}
