package vantage_test

import (
	"net/http"
	"strings"
	"testing"

	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/vantage"
)

func TestLocation_isUsedForItsTokenAlone(t *testing.T) {
	t.Parallel()
	for location, want := range map[string]string{
		"https://api.vantage.sh/v2/data_exports/tok_1":     "tok_1",
		"https://API.vantage.sh:443/v2/data_exports/tok_1": "tok_1",
		"/v2/data_exports/tok_1/":                          "tok_1",
		"data_exports/tok-1":                               "tok-1",
		"/v2/data_exports/tok_1?redirect=https://x#y":      "tok_1",
		"/v2/data_exports/tok_1/status":                    "tok_1",
		"/v2/data_exports/..":                              "tok_body",
		"/v2/data_exports/%2e%2e":                          "tok_body",
		"/v2/data_exports/%74ok":                           "tok_body",
		"/v2/data_exports/a%2Fb":                           "tok_body",
		"/v2/data_exports/a b":                             "tok_body",
		"/v2/data_exports":                                 "tok_body",
		"/v2/data_exports/":                                "tok_body",
		"":                                                 "tok_body",
		"/":                                                "tok_body",
		"?token=tok_1":                                     "tok_body",
		"://":                                              "tok_body",
		"/v2/data_exports/x" + apiToken:                    "tok_body",
		"/v2/data_exports/" + apiToken:                     "tok_body",
		"/v2/data_exports/" + strings.Repeat("x", 200):     strings.Repeat("x", 200),
		"/v2/data_exports/" + strings.Repeat("x", 201):     "tok_body",
		// At another origin: what a gateway before the API passes through, or makes up.
		"http://api.vantage.sh/v2/data_exports/tok_1":      "tok_1",
		"https://api.vantage.sh:444/v2/data_exports/tok_1": "tok_1",
		"https://api.vantage.sh./v2/data_exports/tok_1":    "tok_1",
		"https://eu.api.vantage.sh/v2/data_exports/tok_1":  "tok_1",
		"//evil.example/v2/data_exports/tok_1":             "tok_1",
		"https://evil.example":                             "tok_body",
	} {
		response := fakevantage.Answer(202, `{"token":"tok_body"}`, "Location: "+location)
		interaction{
			api: fakevantage.Options{Misbehave: creating(response)}, posts: 1, gets: 1, check: wantPolled(want),
		}.run(t, location)
	}
}

// creating is the response to each POST. Exports are completed at their first poll.
func creating(response http.HandlerFunc) misbehavior {
	return func(r fakevantage.Request) http.HandlerFunc {
		if r.Method == http.MethodGet {
			return fakevantage.Answer(200, completed)
		}
		return response
	}
}

// wantPolled checks the token of the export that was polled after its creation.
func wantPolled(token string) func(*testing.T, *fakevantage.Server, *vantage.Error) {
	return func(t *testing.T, fake *fakevantage.Server, _ *vantage.Error) {
		t.Helper()
		if at := fake.Requests()[1].Path; at != "/v2/data_exports/"+token {
			t.Errorf("polled at %s, want the token %s", at, token)
		}
	}
}

func TestToken_withTheAPITokenIsRejected(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]http.HandlerFunc{
		"Location":        fakevantage.Answer(202, "", "Location: /v2/data_exports/"+apiToken),
		"body":            fakevantage.Answer(202, `{"token":"`+apiToken+`"}`),
		"escaped in body": fakevantage.Answer(202, `{"token":"\u0076`+apiToken[1:]+`"}`),
	} {
		interaction{
			api:  fakevantage.Options{Misbehave: everywhere(answer)},
			call: create,
			kind: vantage.Malformed, unconfirmed: 5, posts: 5,
		}.run(t, name)
	}
}

func TestCreate_survivesABodyThatCannotBeRead(t *testing.T) {
	t.Parallel()
	const location = "Location: /v2/data_exports/tok_1"
	for name, response := range map[string]http.HandlerFunc{
		"200":           cutOff(200, location),
		"202":           cutOff(202, location),
		"202, too long": fakevantage.Answer(202, strings.Repeat("x", 25<<20), location),
		"202, a page":   fakevantage.Answer(202, "<html>", location, "Content-Type: text/html"),
	} {
		interaction{
			api: fakevantage.Options{Misbehave: creating(response)}, posts: 1, gets: 1, check: wantPolled("tok_1"),
		}.run(t, name)
	}
}
