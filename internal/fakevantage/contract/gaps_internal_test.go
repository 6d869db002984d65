package contract

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"terraform-provider-vantage/internal/fakevantage"
)

const unitCosts, costs = "/v2/unit_costs/data_exports", "/v2/costs/data_exports"

// exchanges sends requests to a fake one after the other.
type exchanges struct {
	t    *testing.T
	fake *fakevantage.Server
	last fakevantage.Exchange
}

func newExchanges(t *testing.T, o fakevantage.Options) *exchanges {
	e := &exchanges{t: t}
	o.Log = func(done fakevantage.Exchange) { e.last = done }
	e.fake = fakevantage.New(o)
	return e
}

// do sends a request and returns its exchange. Header lines such as "Authorization: Bearer x" replace the default ones.
func (e *exchanges) do(method, path, body string, header ...string) fakevantage.Exchange {
	e.t.Helper()
	req, err := http.NewRequestWithContext(e.t.Context(), method, "https://api.example"+path, strings.NewReader(body))
	if err != nil {
		e.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer good")
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for _, line := range header {
		name, value, _ := strings.Cut(line, ": ")
		req.Header.Set(name, value)
	}
	resp, err := e.fake.Transport().RoundTrip(req)
	if err != nil {
		e.t.Fatal(err)
	}
	_ = resp.Body.Close()
	return e.last
}

// follow polls an export that was created an hour ago.
func (e *exchanges) follow(change func(*fakevantage.Export)) fakevantage.Exchange {
	e.t.Helper()
	token := e.fake.Add(map[string]any{"cost_report_token": "rprt_1"}, time.Now().Add(-time.Hour))
	e.fake.ChangeExport(token, change)
	return e.do("GET", "/v2/data_exports/"+token, "")
}

const minimal = `{"cost_report_token":"rprt_1"}`

// Each gap has an exchange that is valid with it and invalid without it, so that closed gaps are removed from the list.
func TestGaps_areNeeded(t *testing.T) {
	t.Parallel()
	specimens := map[string]func(t *testing.T) fakevantage.Exchange{
		"202 on the GET of an export": func(t *testing.T) fakevantage.Exchange {
			pending := fakevantage.Options{ReadyAfter: 2 * time.Hour, PendingBody: true}
			return newExchanges(t, pending).follow(func(*fakevantage.Export) {})
		},
		"the number 202 as the body of a 202": func(t *testing.T) fakevantage.Exchange {
			return newExchanges(t, fakevantage.Options{}).do("POST", unitCosts, minimal)
		},
		"groupings of a cost export as one string": func(t *testing.T) fakevantage.Exchange {
			const grouped = `{"cost_report_token":"rprt_1","groupings":"provider,region"}`
			return newExchanges(t, fakevantage.Options{}).do("POST", costs, grouped)
		},
		"401": func(t *testing.T) fakevantage.Exchange {
			return newExchanges(t, fakevantage.Options{APIToken: "other"}).do("POST", unitCosts, minimal)
		},
		"429": func(t *testing.T) fakevantage.Exchange {
			e := newExchanges(t, fakevantage.Options{Limit: 1, Window: 24 * time.Hour})
			e.do("POST", unitCosts, minimal)
			return e.do("POST", unitCosts, minimal)
		},
		"errors of a failed export": func(t *testing.T) fakevantage.Exchange {
			return newExchanges(t, fakevantage.Options{}).follow(func(e *fakevantage.Export) {
				e.Status, e.Messages = "failed", []string{"no luck"}
			})
		},
	}
	for i, g := range gaps() {
		t.Run(g.name, func(t *testing.T) {
			t.Parallel()
			if g.reason == "" || specimens[g.name] == nil {
				t.Fatal("a gap needs a reason and an exchange that shows it")
			}
			specimen := specimens[g.name](t)
			if err := Check(specimen); err != nil {
				t.Errorf("with all gaps filled: %v", err)
			}
			open, err := newDescription(slices.Delete(gaps(), i, i+1))
			if err != nil {
				t.Fatal(err)
			}
			if open.check(specimen) == nil {
				t.Errorf("%s %s %d is valid without the gap", specimen.Method, specimen.Path, specimen.Status)
			}
		})
	}
	if len(specimens) != len(gaps()) {
		t.Errorf("%d exchanges for %d gaps", len(specimens), len(gaps()))
	}
}
