package exportfile

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sync"
)

// fileURLs are the pre-signed URLs of an export's files, which all its downloads share: when the first of them is
// refused, fresh ones are asked for, once for all.
type fileURLs struct {
	client *Client
	export *DataExport
	turn   chan struct{} // holds one element while a download sees to fresh ones; the others wait for the same answer
	asked  bool          // whether fresh ones were asked for; only for the one whose turn it is

	mu   sync.Mutex
	urls []string
}

func newFileURLs(c *Client, export *DataExport) *fileURLs {
	f := &fileURLs{client: c, export: export, turn: make(chan struct{}, 1)}
	if export.Manifest != nil {
		f.urls = export.Manifest.Files
	}
	return f
}

func (f *fileURLs) get(number int) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.urls[number]
}

// maybeExpired reports whether a server refuses a URL as it does when the time of its signature, or of the
// credentials that signed it, is over. The stores of files answer that with different statuses.
func maybeExpired(failure *Error) bool {
	switch failure.StatusCode {
	case http.StatusBadRequest, http.StatusForbidden, http.StatusNotFound:
		return true
	}
	return false
}

// replace puts another URL in place of one that was refused, unless another download has done so in the meantime. It
// returns the failure, with what more there is to say of it, when there is no other one. asking is called before the
// API is asked.
func (f *fileURLs) replace(ctx context.Context, number int, refused string, failure *Error, asking func()) *Error {
	select {
	case f.turn <- struct{}{}:
		defer func() { <-f.turn }()
	case <-ctx.Done():
		return contextError(ctx)
	}
	switch {
	case f.get(number) != refused:
		return nil
	case f.asked:
		return failure
	}
	f.asked = true
	asking()
	urls, err := f.fresh(ctx)
	if e := asError(err); e != nil {
		const asked = "the export was asked for fresh pre-signed URLs"
		if e.Kind == TimedOut || e.Kind == Interrupted {
			return &Error{Kind: e.Kind, Err: fmt.Errorf(asked+" after %v: %w", failure, e)}
		}
		failure.Err = fmt.Errorf(asked+": %w", e)
		return failure
	}
	f.mu.Lock()
	f.urls = urls
	f.mu.Unlock()
	if urls[number] == refused {
		return failure
	}
	return nil
}

// fresh asks the API for the URLs, and returns them in the order of those before.
func (f *fileURLs) fresh(ctx context.Context) ([]string, error) {
	export, err := f.client.GetDataExport(ctx, f.export)
	if err != nil {
		return nil, err
	}
	if !export.Completed() {
		return nil, &Error{Kind: ExportFailed, Token: export.Token, Status: export.Status, Messages: export.Messages}
	}
	urls, ok := matchURLs(f.urls, export.Manifest.Files)
	if !ok {
		return nil, &Error{Kind: Malformed, Token: export.Token, Err: errors.New("it has other files than before")}
	}
	for _, u := range urls {
		if _, failure := parseFileURL(u); failure != nil {
			return nil, failure
		}
	}
	return urls, nil
}

// matchURLs returns the fresh URL of each file: the one with the same path, or, where all paths are others but as many,
// the one at the same position. Where only some of the paths are known, the positions tell nothing.
func matchURLs(before, fresh []string) (matched []string, ok bool) {
	byPath := map[string][]string{}
	for _, u := range fresh {
		byPath[pathOf(u)] = append(byPath[pathOf(u)], u)
	}
	for _, u := range before {
		if same := byPath[pathOf(u)]; len(same) > 0 {
			matched, byPath[pathOf(u)] = append(matched, same[0]), same[1:]
		}
	}
	if len(matched) == 0 {
		return slices.Clone(fresh), len(fresh) == len(before)
	}
	return matched, len(matched) == len(before)
}

func pathOf(fileURL string) string {
	u, err := url.Parse(fileURL)
	if err != nil {
		return ""
	}
	return u.EscapedPath()
}
