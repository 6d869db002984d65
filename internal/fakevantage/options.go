package fakevantage

import (
	"net/http"
	"time"
)

// Options configure a Server. The zero value accepts any token, knows any report, and responds like the recorded
// service: limits by route, the number 202 as the body of a 202, and an absolute Location. For quick tests, exports
// complete at once and no Retry-After is sent; AsRecorded has the recorded times as well.
type Options struct {
	// APIToken is the only accepted bearer token. Default: any.
	APIToken string
	// Reports are the existing cost reports. Default: any.
	Reports []string
	// Workspaces are those of the API token. With two or more, a POST must name one of them. Default: one without a name.
	Workspaces []string

	// ReadyAfter is the time from the POST until an export completes.
	ReadyAfter time.Duration
	// ReadyIn returns that time for the nth export, from 1. Default: ReadyAfter.
	ReadyIn func(n int) time.Duration
	// ReadyAfterPolls is the number of GETs for which an export is pending, whatever the time.
	ReadyAfterPolls int
	// Outcome is the final status of an export, such as "failed". Default: completed.
	Outcome string
	// TokenSeed changes the tokens of exports, so that two servers do not create equal tokens. Default: 0.
	TokenSeed uint64
	// RelativeLocation responds to a POST with a path as the Location, and without a body.
	RelativeLocation bool
	// RetryAfter is the header of the 202 of a POST and of a GET.
	RetryAfter RetryAfter
	// PendingBody sends a DataExport with the 202 of a GET. Default: the number 202.
	PendingBody bool
	// Files is the number of files of an export. Default: 1. Negative: none.
	Files int
	// FileSize is the size of each file in bytes, reached with more rows. Default: the size of the rows of a month.
	FileSize int64
	// ValidFor is the time from completion until the URLs expire. Default: 24 hours. Negative: valid_until is null.
	ValidFor time.Duration
	// SignEachGET signs new URLs at each GET. Default: URLs are signed when the export completes, as recorded.
	SignEachGET bool

	// URLLifetime signs URLs like S3, for this time from their signature but not beyond the expiry of the export. Default:
	// until the expiry of the export, in a format of the fake.
	URLLifetime time.Duration

	// SampleUnitCosts serves sample rows for each requested range, by default of the last 30 days, by date_bin. Default:
	// the rows of SetUnitCosts.
	SampleUnitCosts bool

	// Limits are the limits by route; the first match counts a request. An empty list that is not nil means no limits and
	// no headers. Default: RecordedLimits.
	Limits []RouteLimit
	// Limit replaces Limits with one limit of all routes together in a Window. Windows start at multiples of their length
	// since the epoch of the server's clock. Default: none.
	Limit  int
	Window time.Duration
	// SilentLimit omits the x-rate-limit headers.
	SilentLimit bool
	// ClockAhead is how far the server's clock is ahead of the local clock.
	ClockAhead time.Duration
	// Latency is the time before each request is handled.
	Latency time.Duration
	// AnswerDelay returns the time from handling a request until its response arrives, so that responses can overtake each
	// other. Default: none.
	AnswerDelay func(Request) time.Duration

	// Misbehave is called for each request, including those for files. The handler that it returns responds instead of the
	// server, unless it is nil.
	Misbehave func(Request) http.HandlerFunc
	// Log is called after each response. Default: none.
	Log func(Exchange)
}

// RetryAfter is the Retry-After header while an export is pending.
type RetryAfter string

// Values of RetryAfter other than a fixed value such as "60", which the service sends.
const (
	None  RetryAfter = ""      // no header
	Exact RetryAfter = "exact" // the seconds until the export completes, rounded up
	Date  RetryAfter = "date"  // the same as an HTTP date by the server's clock
)
