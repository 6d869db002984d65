package fakevantage

import (
	"net/http"
	"time"
)

// Options say how a Server behaves. The zero value accepts any token, knows any report, and has the form that was
// recorded of the service: limits by route, and 202 as the body of a 202, with an absolute Location. So that tests are
// quick, it has an export ready at once and sends no Retry-After; AsRecorded has the recorded times too.
type Options struct {
	// APIToken is the only bearer token that is let in. Default: any.
	APIToken string
	// Reports are the cost reports that exist. Default: any.
	Reports []string
	// Workspaces are those the API token sees. With two or more, a POST has to name one of them. Default: one, unnamed.
	Workspaces []string

	// ReadyAfter is the time from the POST until an export is completed.
	ReadyAfter time.Duration
	// ReadyIn returns that time for the nth export, from 1, in place of ReadyAfter. Default: ReadyAfter for all.
	ReadyIn func(n int) time.Duration
	// ReadyAfterPolls is how many GETs of an export are answered as pending, whatever the time.
	ReadyAfterPolls int
	// Outcome is the status of an export when it is ready, such as "failed". Default: completed.
	Outcome string
	// TokenSeed changes the tokens of exports, so that two servers do not create equal tokens. Default: 0.
	TokenSeed uint64
	// Created is how a POST is answered.
	Created Created
	// RetryAfter is what is sent on the 202 of a POST and a GET.
	RetryAfter RetryAfter
	// PendingBody puts a DataExport into the 202 of a GET, and EmptyBody nothing. Default: the number 202.
	PendingBody, EmptyBody bool
	// Files is how many files an export has. Default: 1. Negative: none.
	Files int
	// FileSize is the size of each file in bytes, filled up with more rows. Default: as it comes.
	FileSize int64
	// ValidFor is the time from completion until the file addresses expire. Default: 24 hours. Negative: valid_until is
	// null.
	ValidFor time.Duration
	// SignOnce keeps the query of file addresses the same at each GET; they are signed anew otherwise.
	SignOnce bool

	// URLLifetime signs file addresses as S3 does, for this time from each GET but not beyond the export's end. Default:
	// until the export's end, in a form of the fake's own.
	URLLifetime time.Duration
	// RotateFiles lists the files in another order at each GET.
	RotateFiles bool
	// LateAttribute adds a member of this name to the attributes from the second GET of an export on.
	LateAttribute string

	// Limits are those by route; the first that fits a request counts it. A list that is empty and not nil limits nothing,
	// with no headers. Default: RecordedLimits.
	Limits []RouteLimit
	// Limit is how many requests of all routes together are answered in a Window, in place of Limits. Windows begin at
	// multiples of their length since the epoch of the server's clock. Default: none.
	Limit  int
	Window time.Duration
	// SilentLimit leaves the x-rate-limit headers out, and RefusalRetryAfter puts a Retry-After on the 429.
	SilentLimit, RefusalRetryAfter bool
	// ClockAhead is how far the server's clock is ahead of this machine's.
	ClockAhead time.Duration
	// Latency is the time before each request is looked at.
	Latency time.Duration
	// AnswerDelay returns the time between the server's decision and the answer's arrival, so that answers can overtake
	// each other. Default: none.
	AnswerDelay func(Request) time.Duration

	// Misbehave is asked before each request is answered, files included. What it returns answers instead; nil lets
	// the server behave.
	Misbehave func(Request) http.HandlerFunc
	// Log is told of each answered request. Default: nothing.
	Log func(Exchange)
}

// Created is a way of answering a POST. The default is how the API was seen to answer; its documentation allows other
// readings.
type Created int

// The ways of answering a POST.
const (
	LocationAndNumber   Created = iota // an absolute Location, and the number 202 as the body: as recorded
	LocationOnly                       // an absolute Location, an empty body
	RelativeLocation                   // the Location is a path, the body empty
	LocationAndBody                    // a Location, and a DataExport as the body
	BodyOnly                           // a DataExport as the body, no Location
	LocationAndNestBody                // a Location, and an example whose manifest.files is a list within a list
	LocationAndText                    // a Location, and a body that is not JSON
	NoToken                            // neither
)

// misbehaves reports whether the answer is neither as the API was seen to answer nor as its description says.
func (c Created) misbehaves() bool { return c != LocationAndNumber && c != LocationAndBody }

// RetryAfter is what goes into the Retry-After header while an export is pending.
type RetryAfter string

// The kinds of Retry-After beside a fixed value such as "60", which is what the service sends.
const (
	None  RetryAfter = ""      // no header
	Exact RetryAfter = "exact" // the seconds until the export is ready, rounded up
	Date  RetryAfter = "date"  // the same as an HTTP date by the server's clock
)
