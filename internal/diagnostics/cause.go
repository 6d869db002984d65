package diagnostics

import (
	"errors"
	"net/http"
	"slices"

	"terraform-provider-vantage/internal/exportfile"
	"terraform-provider-vantage/internal/vantage"
)

// failure is an error of the client or of a download.
type failure struct {
	*vantage.Error
	file *exportfile.Error // nil unless a download failed
}

// cause is why an operation failed, and how to fix that. Both texts have placeholders; see Values.
type cause struct {
	name  string
	is    func(failure) bool
	cause string
	// remedy is left out if the outcome already says what to do next.
	remedy string
}

const (
	repeats   = "If this repeats, contact Vantage's support with the text above."
	proxyPage = "A gateway, a proxy or a sign-in page between this machine and the API may have sent it. " +
		"Check the provider's host (VANTAGE_HOST) and the proxy settings, then run Terraform again."
	responded        = "The API responded to {request} with {status}."
	notInFormat      = "The response to {request} has status {status}{type}, and is not in the API's format{because}."
	requestFailed    = "{request} failed: {error}."
	checkNetwork     = "Check that the network and the proxy allow access to the file server."
	checkCertificate = "If a proxy inspects TLS connections, add its certificate authority to those that this machine " +
		"trusts, or name its file in the environment variable SSL_CERT_FILE (Linux)."
	checkPath = "Check the free disk space, and that no directory has the name of the file."
)

// causes are the causes of errors, independent of the operation. The first that applies counts.
var causes = []cause{
	// Files.
	{
		"path taken", ofFile(exportfile.PathTaken),
		"In this run, {error}.",
		"Use one directory per export, or set `filename_prefix`. Applying again without this change would replace the file.",
	}, {
		"file not written", ofFile(exportfile.NotWritten),
		"The file {file} cannot be written to {directory}: {error}.", checkPath,
	}, {
		"file rejected by the object store", func(f failure) bool {
			return f.file != nil && f.Kind == vantage.Rejected && len(f.Messages) > 0
		},
		"The file server {host} rejected the request for {file} with {line}.", "",
	}, {
		"file rejected by the network", func(f failure) bool { return f.file != nil && f.Kind == vantage.Rejected },
		"The file server {host} rejected the request for {file} with {status}.",
		checkNetwork,
	}, {
		"file server not reached", ofFile(vantage.Unreachable),
		"The file server {host} cannot be reached: {error}.", checkNetwork,
	}, {
		"certificate of a file server", ofFile(vantage.CertificateNotTrusted),
		"The file {file} cannot be downloaded: {error}.", checkCertificate,
	}, {
		"file timed out without data", func(f failure) bool {
			var noData exportfile.NoData
			return f.file != nil && f.LastFailure != nil && errors.As(f.LastFailure, &noData)
		},
		"The timeout ended before {file} was complete: {line}.",
		"If the file server needs longer to send data, set a longer `timeout` of the provider.",
	}, {
		"file timed out without a response", func(f failure) bool { return f.file != nil && f.timedOutUnreachable() },
		"The timeout ended before {file} was complete: {line}.", checkNetwork,
	}, {
		"file timed out", ofFile(vantage.TimedOut),
		"The timeout ended before {file} was complete: {line}.", "If needed, set a longer {timeout}.",
	}, {
		"file interrupted", ofFile(vantage.Interrupted),
		"The download was interrupted before {file} was complete.", "",
	}, {
		"proxy rejects the credentials for a file", ofFile(vantage.Invalid),
		"The file {file} cannot be downloaded: {error}.", "",
	}, {
		"file failed otherwise", func(f failure) bool { return f.file != nil },
		"The file {file} cannot be downloaded: {line}.",
		"Check whether a proxy changes the URL or the response. If not, contact Vantage's support.",
	},

	// Ends of an operation.
	{
		"export failed", ofKind(vantage.ExportFailed),
		"The API could not complete the export.", "",
	}, {
		"interrupted", ofKind(vantage.Interrupted),
		"The operation was interrupted after {waited}.{last}", "Run Terraform again.",
	}, {
		"timed out without a response", failure.timedOutUnreachable,
		"The operation {ending}{because}.{last}",
		"Check the network, the proxy settings and the provider's host (VANTAGE_HOST).",
	}, {
		"timed out", ofKind(vantage.TimedOut),
		"The operation {ending}{because}.{last}", "If needed, set a longer {timeout}.",
	},

	// Responses of the API.
	{
		"report not found", func(f failure) bool { return f.NotFound() },
		responded,
		"The API token cannot access such a report. Check {report}, and that the API token has access to the workspace of " +
			"the report.",
	}, {
		"status 401", ofStatus(http.StatusUnauthorized),
		responded, "The API token is mistyped, expired or revoked. Check the provider's api_token (VANTAGE_API_TOKEN).",
	}, {
		"status 402", ofStatus(http.StatusPaymentRequired),
		responded, "The plan of the Vantage account does not include this. Contact the administrator of the account.",
	}, {
		"status 403", ofStatus(http.StatusForbidden),
		responded, "The API token needs the read scope and access to the workspace of the report.",
	}, {
		"status 400 or 422", ofStatus(http.StatusBadRequest, http.StatusUnprocessableEntity),
		responded, "Correct the configuration according to the API message, and apply again.",
	}, {
		"another status", func(f failure) bool { return f.FromAPI },
		responded,
		"Run Terraform again later. If this repeats, contact Vantage's support with the status and the API message.",
	}, {
		"too many rows", func(f failure) bool { return f.Kind == vantage.TooMany && f.StatusCode == 0 },
		requestFailed,
		"Request fewer rows: set a shorter date range (start_date, end_date) or a longer date_bin. To get all rows, " +
			"use the resource vantage_unit_cost_export.",
	}, {
		"response too long", ofKind(vantage.TooMany),
		"The response to {request} cannot be read: {error}.", repeats,
	}, {
		"malformed JSON", func(f failure) bool {
			return f.StatusCode == http.StatusOK && f.ContentType == "application/json"
		},
		notInFormat, repeats,
	},

	// Responses of something else.
	{
		"not the API", func(f failure) bool { return f.StatusCode != 0 }, notInFormat, proxyPage,
	},

	// No response.
	{
		"certificate not trusted", ofKind(vantage.CertificateNotTrusted),
		requestFailed,
		checkCertificate,
	}, {
		"no response, perhaps created", func(f failure) bool { return f.Kind == vantage.Unreachable && f.Unconfirmed > 0 },
		requestFailed,
		"Run Terraform again. If this repeats, check whether a proxy or gateway has a shorter timeout than the API needs.",
	}, {
		"no response", ofKind(vantage.Unreachable),
		requestFailed,
		"The host has not responded in this run. Check the provider's host (VANTAGE_HOST), the network and the proxy " +
			"settings.",
	}, {
		"defect", ofKind(vantage.Internal),
		"{error}.", "This is a defect of the provider. Report it with the text above.",
	}, {
		"no request", func(f failure) bool { return f.Method == "" },
		"{error}.", "",
	}, {
		"otherwise", func(failure) bool { return true },
		requestFailed, "",
	},
}

func ofKind(kind vantage.ErrorKind) func(failure) bool {
	return func(f failure) bool { return f.Kind == kind }
}

func ofFile(kind vantage.ErrorKind) func(failure) bool {
	return func(f failure) bool { return f.file != nil && f.Kind == kind }
}

// timedOutUnreachable reports whether no attempt until the timeout got a response.
func (f failure) timedOutUnreachable() bool {
	return f.Kind == vantage.TimedOut && f.LastFailure != nil && f.LastFailure.Kind == vantage.Unreachable
}

// ofStatus is for responses in the API's format.
func ofStatus(statuses ...int) func(failure) bool {
	return func(f failure) bool {
		return f.FromAPI && slices.Contains(statuses, f.StatusCode)
	}
}
