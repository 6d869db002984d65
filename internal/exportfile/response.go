package exportfile

import (
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"terraform-provider-vantage/internal/vantage"
)

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

// checkRedirect follows a redirect to wherever a pre-signed URL may lead, but not from https to http, nor to a host
// whose name repeats a credential of the pre-signed URL: it would be looked up, and shown in an error.
func checkRedirect(req *http.Request, via []*http.Request) error {
	req.Header.Del("Referer") // net/http sets it to the pre-signed URL
	_, failure := parseFileURL(req.URL.String())
	leaks := false
	for _, values := range via[0].URL.Query() {
		repeated := strings.Contains(strings.ToLower(req.URL.Host), strings.ToLower(values[0]))
		leaks = leaks || repeated && len(values[0]) >= 32
	}
	if leaks || failure != nil || req.URL.Scheme == "http" && via[0].URL.Scheme == "https" || len(via) >= 5 {
		return &vantage.Error{Kind: vantage.Untrusted, Err: errors.New("the file server redirects too often, or to a URL " +
			"that does not start with https:// or has credentials in its host; nothing was sent to it")}
	}
	return nil
}

// isPage reports whether a response is a web page instead of the file, as from a gateway that wants a sign-in.
func isPage(resp *http.Response, name string) bool {
	return vantage.IsPage(resp) && !hasSuffix(name, ".html") && !hasSuffix(name, ".htm")
}

// codings are the registered content codings in which a body is not the file itself.
var codings = []string{
	"aes128gcm", "br", "compress", "dcb", "dcz", "deflate", "exi", "gzip", "pack200-gzip", "x-compress", "x-gzip", "zstd",
}

// encoding returns the content coding of a body that is not the file itself, or "". Object stores send what an uploader
// has set, such as aws-chunked or UTF-8.
func encoding(resp *http.Response, name string) string {
	if resp.ContentLength == 0 {
		return ""
	}
	list := strings.ToLower(strings.Join(resp.Header.Values("Content-Encoding"), ","))
	for coding := range strings.SplitSeq(list, ",") {
		coding = strings.TrimSpace(coding)
		if slices.Contains(codings, coding) && !(coding == "gzip" && isGzip(name)) {
			return coding
		}
	}
	return ""
}

// isGzip reports whether a file is compressed by its name.
func isGzip(name string) bool { return hasSuffix(name, "gz") }

func hasSuffix(name, suffix string) bool { return strings.HasSuffix(strings.ToLower(name), suffix) }

var storeCode = regexp.MustCompile(`^[A-Z][A-Za-z]{1,63}$`)

// refusal returns the code with which an object store says why it rejects a request, such as AccessDenied. It returns
// nothing else of the body, which can repeat the signature.
func refusal(body io.Reader) []string {
	var document struct {
		XMLName xml.Name `xml:"Error"`
		Code    string
	}
	_ = xml.NewDecoder(io.LimitReader(body, 64<<10)).Decode(&document) // the code comes first, before anything is cut off
	if !storeCode.MatchString(document.Code) {
		return nil
	}
	return []string{document.Code}
}
