package lifecycle_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"terraform-provider-vantage/internal/acctest"
)

// traffic counts requests.
type traffic struct {
	all, gets, posts, files int
	accepted                int // exports that the API created
	confirmed               int // those whose response arrived
	failed                  int // exports that the API reported as failed
}

func (t traffic) since(before traffic) traffic {
	return traffic{
		t.all - before.all, t.gets - before.gets, t.posts - before.posts, t.files - before.files,
		t.accepted - before.accepted, t.confirmed - before.confirmed, 0,
	}
}

// network is what lies between the provider and the fake. It counts requests, breaks some of them, and varies what the
// API reports of a completed export.
type network struct {
	next http.RoundTripper

	mu     sync.Mutex
	count  traffic
	faults []string // of the next requests

	urlsValidFor time.Duration // X-Amz-Expires of the URLs; zero for none
	reorder      bool          // list files in another order each time
	members      int           // further members of attributes
	validity     string        // valid_until is "unknown", or "before" completed_at
}

// faults are the kinds of a fault, by what a request meets.
var faults = map[string]func(n *network, req *http.Request) (*http.Response, error){
	"500":  status(500, `{"errors":["internal error"]}`),
	"503":  status(503, `{"errors":["unavailable"]}`, "Retry-After", "7"),
	"429":  status(429, `{"errors":["rate limit exceeded"]}`, "Retry-After", "20"),
	"page": status(200, "<html><title>Sign in</title></html>", "Content-Type", "text/html"),
	"lost-page": status(404, "<html><title>404 of "+acctest.APIToken+"</title></html>",
		"Content-Type", "text/html"),
	"gateway": status(502, "<html>Bad Gateway: Bearer "+acctest.APIToken+"</html>", "Content-Type", "text/html"),
	"window": func(_ *network, req *http.Request) (*http.Response, error) {
		reset := fmt.Sprint(time.Now().Add(90 * time.Second).Unix())
		header := []string{"X-Rate-Limit-Limit", "5", "X-Rate-Limit-Remaining", "0", "X-Rate-Limit-Reset", reset}
		return status(429, `{"errors":["rate limit exceeded"]}`, header...)(nil, req)
	},
	"cut": func(*network, *http.Request) (*http.Response, error) {
		return nil, errors.New("read: connection reset by peer")
	},
	"cut-after": func(n *network, req *http.Request) (*http.Response, error) {
		if resp, err := n.next.RoundTrip(req); err == nil {
			n.accepted(req, resp, false)
		}
		return nil, errors.New("read: connection reset by peer")
	},
	"half": func(n *network, req *http.Request) (*http.Response, error) {
		resp, err := n.next.RoundTrip(req)
		if err == nil {
			n.accepted(req, resp, false)
			body, _ := io.ReadAll(resp.Body)
			resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body[:len(body)/2]), broken{}))
		}
		return resp, err
	},
}

var faultKinds = slices.Sorted(maps.Keys(faults))

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func status(code int, body string, header ...string) func(*network, *http.Request) (*http.Response, error) {
	return func(_ *network, req *http.Request) (*http.Response, error) {
		h := http.Header{"Date": {time.Now().UTC().Format(http.TimeFormat)}, "Content-Type": {"application/json"}}
		for i := 0; i < len(header); i += 2 {
			h.Set(header[i], header[i+1])
		}
		return &http.Response{
			StatusCode: code, Header: h, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
			Request: req, ProtoMajor: 1, ProtoMinor: 1,
		}, nil
	}
}

// RoundTrip implements http.RoundTripper.
func (n *network) RoundTrip(req *http.Request) (*http.Response, error) {
	n.mu.Lock()
	n.count.all++
	isFile := strings.HasPrefix(req.URL.Path, "/files/")
	switch {
	case isFile:
		n.count.files++
	case req.Method == http.MethodPost:
		n.count.posts++
	default:
		n.count.gets++
	}
	fault := ""
	if len(n.faults) > 0 {
		fault, n.faults = n.faults[0], n.faults[1:]
	}
	n.mu.Unlock()
	if breaks, ok := faults[fault]; ok {
		return breaks(n, req)
	}
	resp, err := n.next.RoundTrip(req)
	if err != nil || isFile {
		return resp, err
	}
	n.accepted(req, resp, true)
	if resp.StatusCode == http.StatusOK {
		n.vary(resp)
	}
	return resp, nil
}

func (n *network) accepted(req *http.Request, resp *http.Response, confirmed bool) {
	if req.Method != http.MethodPost || resp.StatusCode != http.StatusAccepted {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.count.accepted++
	if confirmed {
		n.count.confirmed++
	}
}

func (n *network) traffic() traffic {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.count
}

// vary changes a description of a completed export.
func (n *network) vary(resp *http.Response) {
	body, _ := io.ReadAll(resp.Body)
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var export map[string]any
	_ = d.Decode(&export)
	manifest, _ := export["manifest"].(map[string]any)
	files, _ := manifest["files"].([]any)
	if n.urlsValidFor > 0 {
		for i, file := range files {
			files[i] = fmt.Sprintf("%s&X-Amz-Date=%s&X-Amz-Expires=%d", file,
				time.Now().UTC().Format("20060102T150405Z"), int(n.urlsValidFor.Seconds()))
		}
	}
	if n.reorder && len(files) > 1 {
		slices.Reverse(files[:len(files)-n.traffic().gets%2])
	}
	at, err := time.Parse(time.RFC3339, fmt.Sprint(manifest["completed_at"]))
	switch {
	case err != nil:
	case n.validity == "unknown":
		manifest["valid_until"] = nil
	case n.validity == "before":
		manifest["valid_until"] = at.Add(-time.Hour).Format(time.RFC3339)
	}
	if attributes, ok := export["attributes"].(map[string]any); ok {
		for i := range n.members {
			attributes[fmt.Sprintf("new_%d", i)] = i
		}
	}
	body, _ = json.Marshal(export)
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	resp.Header.Del("Content-Length")
}
