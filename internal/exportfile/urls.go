package exportfile

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"terraform-provider-vantage/internal/vantage"
)

// maybeExpired has the statuses with which file servers reject a URL after the expiry of its signature, or of the
// credentials that signed it.
var maybeExpired = []int{
	http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusGone,
}

// renewURLs requests fresh URLs after a rejection. It fails if no file server has accepted one of the last URLs.
func renewURLs(
	ctx context.Context, client *vantage.Client, export *vantage.DataExport, downloads []*download, rejection *Error,
) error {
	if !slices.ContainsFunc(downloads, func(d *download) bool { return d.urlWorks }) {
		return rejection
	}
	downloads[0].onProgress(File{Name: rejection.File}, rejection.Err, 0)
	fresh, err := client.GetDataExport(ctx, export)
	switch {
	case err != nil && ctx.Err() != nil:
		return downloads[0].failure(contextError(ctx, rejection))
	case err == nil && !fresh.Completed():
		err = fmt.Errorf("the API reports the status %q", fresh.Status)
	case err == nil && !haveSameNames(downloads, fresh.Manifest.Files):
		err = errors.New("the API reports other files than before")
	}
	if err != nil {
		rejection.Err.Err = fmt.Errorf("requesting fresh pre-signed URLs: %w", err)
		return rejection
	}
	for i, d := range downloads {
		d.url, d.urlWorks = fresh.Manifest.Files[i], false
	}
	return nil
}

// haveSameNames reports whether fresh URLs are those of the same files, which may have moved. Manifest.Files is sorted.
func haveSameNames(downloads []*download, fresh []string) bool {
	for i, d := range downloads {
		if len(fresh) != len(downloads) || baseName(d.url) != baseName(fresh[i]) {
			return false
		}
	}
	return true
}

func baseName(fileURL string) string {
	withoutQuery, _, _ := strings.Cut(fileURL, "?")
	return path.Base(withoutQuery)
}

// parseFileURL rejects a URL with which the file would cross the network unencrypted.
func parseFileURL(fileURL string) (*url.URL, *vantage.Error) {
	u, err := url.Parse(fileURL)
	if err == nil {
		_, err = vantage.ParseHost(u.Scheme + "://" + u.Host)
	}
	if err != nil {
		// Without the cause, which can repeat the whole URL.
		return nil, &vantage.Error{Kind: vantage.Malformed, Err: errors.New(
			"the pre-signed URL must start with https:// and name a host (http is accepted for loopback addresses only)")}
	}
	return u, nil
}
