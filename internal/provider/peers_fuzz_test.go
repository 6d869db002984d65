package provider_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"math/big"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/vantage"
)

// secrets are what no text may have.
func secrets() []string {
	return []string{
		acctest.APIToken, signature, sessionToken, credential, proxyPassword,
		base64.StdEncoding.EncodeToString([]byte("user:" + proxyPassword)),
	}
}

// seeds are responses that a peer can send in each role.
func seeds() map[role][]string {
	deep := strings.Repeat("[", 950) + strings.Repeat("]", 950)
	of := func(attributes string) string {
		return ok(`{"status":"completed","manifest":{"files":[]},"attributes":` + attributes + `}`)
	}
	malformed := []string{
		"{headers} {query} {signature}\r\n\r\n",
		"HTTP/1.1 {headers}{query} {signature}\r\n\r\n",
		"HTTP/{token}{query} {signature} 200 OK\r\n\r\n",
		"HTTP/1.1 200 OK\r\n{query} {signature} {token}{proxy}\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: {query} {signature}{token}{proxy}\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: {query} {signature}{token}{proxy}\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{query} {signature}{token}\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n{query} {signature}{token}\r\n\r\n",
		"HTTP/1.1 302 Found\r\nLocation: https://f.example/%zz?{query} {signature}{token}\r\n\r\n",
		"HTTP/1.1 302 Found\r\nLocation: https://{token}.test/?{query}\r\n\r\n",
		"HTTP/1.1 302 Found\r\nLocation: https://{query}.test/\r\n\r\n",
		"HTTP/1.1 302 Found\r\nLocation: https://a.{signature}.test/\r\n\r\n",
		"HTTP/1.1 302 Found\r\nLocation: https://a%e2%80%ae.test/\r\n\r\n",
		"HTTP/1.1 302 Found\r\nLocation: /v2/\x1b[31m/{token in a URL}\r\n\r\n",
		"HTTP/1.1 307 Found\r\nLocation: /v2/%1b%5b31m/{token in a URL}\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Type: {query}\r\n\r\n{query}",
		"HTTP/1.1 200 OK\r\nX-Rate-Limit-Remaining: {token}\r\n\r\n{}",
		"HTTP/1.1 404 {token}\r\nContent-Type: text/{token}\r\n\r\n{headers}",
		"HTTP/1.1 407 {proxy}\r\n\r\n", "HTTP/1.1 503 {proxy}\r\nRetry-After: {token}\r\n\r\n",
		"HTTP/1.1 400 Bad\r\n\r\n" + `{"errors":["{headers}","{escaped query}","see \"{token in JSON}\" {token in a URL}",` +
			`"https://f.example/a?a=b {signed}","\"{signed}","a%3Fb%26{encoded}","{header}",` +
			`"\u001b[31m\u202e"]}`,
	}
	return map[role][]string{
		posting: slices.Concat(malformed, []string{
			"HTTP/1.1 202 Accepted\r\nLocation: /v2/data_exports/{token}\r\n\r\n" + `{"token":"{token in JSON}"}`}),
		polling: slices.Concat(malformed, []string{
			of(`{"a":` + deep + `}`),
			of(`{"a":[` + strings.Repeat("0,", 50_000) + "0]}"),
			of(`{"a":"` + strings.Repeat("a", 300_000) + `"}`), of(`{"` + strings.Repeat("a", 600_000) + `":1}`),
			of(`{"a":[` + strings.Repeat("1e1200,", 900) + "0]}"),
			of(`{"a":"{token in JSON}"}`), of(`{"{token in JSON}":"{token in a URL}"}`),
			ok(`{"status":"{token in JSON}","created_at":"\u001b[31m","export_type":"\u001b[31m"}`),
			ok(`{"status":"\u001b[31m"}`), ok(`{"status":"failed","errors":["\u001b[31m {token in JSON}"]}`),
			ok(`{"status":"completed","manifest":{"files":["https://a%e2%80%ae.example/%1b?x=1"]}}`),
		}),
		readingRows: slices.Concat(malformed, []string{
			ok(`{"unit_costs":[{"business_metric_token":"\u001b[31m","business_metric_title":"` + strings.Repeat("a", 20_000) +
				`","calculation_type":"\u001b[31m","date":"2000-01-01"}]}`),
			ok(`{"unit_costs":[{"business_metric_token":"m","calculation_type":"{token in JSON}","date":"2000-01-01"}]}`),
			ok(`{"unit_costs":[{"business_metric_token":"m","calculation_type":"\u001b]8;;x","date":"\u001b[31m"}]}`),
			ok(`{"unit_costs":[{"business_metric_token":"m","calculation_type":"\u001b]8;;x","date":"2000-01-01"}]}`),
		}),
		downloading: malformed,
		connecting:  malformed,
	}
}

// FuzzPeers checks that no response of a peer puts a secret or a control character into a diagnostic, the log or the
// progress of an action, makes a state of more than 1 MB, or lets a call exceed its timeout.
func FuzzPeers(f *testing.F) {
	roles := []role{posting, polling, readingRows, downloading, connecting}
	for i, kind := range roles {
		for _, response := range seeds()[kind] {
			f.Add(uint8(i), response)
		}
	}
	f.Fuzz(func(t *testing.T, kind uint8, response string) {
		if slices.ContainsFunc(secrets(), func(secret string) bool { return strings.Contains(response, secret) }) {
			t.Skip("a secret comes from a request only, with the name of its parameter")
		}
		synctest.Test(t, func(t *testing.T) {
			p := &peers{misbehaves: roles[int(kind)%len(roles)], response: response}
			p.run(t)
			p.check(t, "the log", p.log...)
			if at := slices.IndexFunc(p.sent, func(host string) bool { return host != "api.vantage.sh" }); at >= 0 {
				t.Errorf("%s has received the API token", p.sent[at])
			}
		})
	})
}

// run calls the provider for everything that makes requests of the kind that misbehaves.
func (p *peers) run(t *testing.T) {
	t.Helper()
	timeout := 2 * time.Minute
	timeouts := func(operation string) map[string]any { return map[string]any{operation: timeout.String()} }
	call := func(name string, call func(ctx context.Context) acctest.State) acctest.State {
		start := time.Now()
		state := call(t.Context())
		if took := time.Since(start); took > timeout+vantage.DefaultTimeout {
			t.Errorf("%s took %s", name, took)
		}
		p.check(t, name, slices.Concat(state.Errors(), state.Warnings())...)
		checkState(t, name, state)
		return state
	}
	options := p.options(t)
	invoke := func() {
		download := acctest.NewProtocolOf(t, options, "vantage_data_export_download")
		call("downloading", func(ctx context.Context) acctest.State {
			told := download.Invoke(ctx, map[string]any{
				"token": "dta_xprt_1", "directory": t.TempDir(), "timeouts": timeouts("invoke"),
			})
			p.check(t, "progress", told.Lines...)
			return told.State
		})
	}
	switch p.misbehaves {
	case readingRows:
		rows := acctest.NewProtocolOf(t, options, "vantage_unit_costs")
		for _, filter := range []string{"business_metric_token", "calculation_type"} {
			call("reading rows", func(ctx context.Context) acctest.State {
				return rows.ReadDataSource(ctx, map[string]any{
					"cost_report_token": "rprt_1", filter: "gross_margin", "timeouts": timeouts("read"),
				})
			})
		}
	case downloading:
		invoke()
	default:
		resource := acctest.NewProtocol(t, options)
		config := map[string]any{
			"cost_report_token": "rprt_1", "date_bin": "day", "timeouts": timeouts("create"),
		}
		call("creating", func(ctx context.Context) acctest.State { return resource.Create(ctx, config) })
		if p.misbehaves != polling {
			return
		}
		invoke()
		timeout = 5 * time.Minute // of a refresh without a configuration
		imported := call("importing", func(ctx context.Context) acctest.State { return resource.Import(ctx, "dta_xprt_1") })
		if !imported.IsNull() {
			call("planning", func(context.Context) acctest.State { return resource.Plan(imported, config) })
		}
	}
}

// check fails the test if a text has a secret or a character that is not printable.
func (p *peers) check(t *testing.T, where string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		for _, c := range text {
			if !unicode.IsPrint(c) && c != '\n' {
				t.Errorf("%s has the character %q: %.500q", where, c, text)
				break
			}
		}
		plain, _ := url.QueryUnescape(text)
		for _, secret := range secrets() {
			if strings.Contains(text, secret) || strings.Contains(plain, secret) {
				t.Errorf("%s has the secret %s: %.2000q", where, secret, text)
			}
		}
		if len(text) > 10_000 {
			t.Errorf("%s has %d bytes: %.500s", where, len(text), text)
		}
	}
}

// checkState fails the test if Terraform would write more than a megabyte for the state, or the API token. Each value
// and each part of its type is on a line of its own, indented by its depth.
func checkState(t *testing.T, name string, state acctest.State) {
	t.Helper()
	if state.Value.Type() == nil {
		return // of an action
	}
	size := 0
	err := tftypes.Walk(state.Value, func(at *tftypes.AttributePath, value tftypes.Value) (bool, error) {
		var text string
		var number big.Float
		switch {
		case value.As(&text) == nil:
		case value.As(&number) == nil:
			text = number.Text('f', -1)
		}
		if strings.Contains(text, acctest.APIToken) {
			t.Errorf("%s: the state has the API token", name)
		}
		size += len(text) + 4*len(at.Steps()) + 2*len(fmt.Sprint(at.LastStep()))
		return true, nil
	})
	if err != nil || size > 1<<20 {
		t.Errorf("%s: the state has %d bytes, %v", name, size, err)
	}
}
