package unitcosts_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

func TestRead_explainsErrors(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		options  fakevantage.Options
		argument string
		value    any
		want     []string
		requests int
	}{
		"no such report": {
			options:  fakevantage.Options{Reports: []string{"rprt_2"}},
			requests: 1,
			want:     []string{"404 Not Found", "Check cost_report_token", "rprt_1 not found"},
		},
		"an invalid page": {
			options: fakevantage.Options{Misbehave: func(fakevantage.Request) http.HandlerFunc {
				return fakevantage.Answer(http.StatusOK, `{}`)
			}},
			requests: 1,
			want:     []string{"malformed unit costs: the list unit_costs is missing", "VANTAGE_HOST"},
		},
		"no requests left": {
			options:  fakevantage.Options{Limit: 1, Window: time.Hour},
			argument: "timeouts", value: map[string]any{"read": "1s"},
			requests: 1,
			want:     []string{"its timeout of 1s is too short: the rate limit", "set a longer `read`"},
		},
		"too many rows": {
			options:  fakevantage.Options{Limits: []fakevantage.RouteLimit{}, Misbehave: endless},
			requests: 100,
			want:     []string{"more than 100000 unit costs", "Request fewer rows", "vantage_unit_cost_export"},
		},
		"empty report":   {argument: "cost_report_token", value: "", want: []string{"it is empty"}},
		"wrong order":    {argument: "end_date", value: "2025-02-28", want: []string{"is after end_date"}},
		"no date":        {argument: "end_date", value: "March", want: []string{"not an ISO 8601 date"}},
		"no date bin":    {argument: "date_bin", value: "year", want: []string{"must be `"}},
		"no metric":      {argument: "business_metric_token", value: "", want: []string{"it is empty"}},
		"no calculation": {argument: "calculation_type", value: "margin", want: []string{"must be `"}},
		"no timeout": {
			argument: "timeouts", value: map[string]any{"read": "0s"}, want: []string{"timeout must be above zero"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				fake := acctest.NewFake(t, test.options)
				fake.SetUnitCosts(slices.Repeat([]fakevantage.UnitCost{row("m_1", "unit_cost", "1")}, 1001)...)
				config := map[string]any{"cost_report_token": "rprt_1", "start_date": "2025-03-01"}
				if test.argument != "" {
					config[test.argument] = test.value
				}
				wantError(t, dataSource(t, fake).ReadDataSource(t.Context(), config), test.want...)
				if got := len(fake.Requests()); got != test.requests {
					t.Errorf("%d requests, want %d", got, test.requests)
				}
			})
		})
	}
}

// endless responds to each request with further rows and a link to a next page.
func endless(r fakevantage.Request) http.HandlerFunc {
	rows := make([]string, 10)
	for i := range rows {
		rows[i] = fmt.Sprintf(`{"business_metric_token":"m","unit_cost_amount":"%d","date":"2025-03-01"}`, r.N*10+i)
	}
	return fakevantage.Answer(http.StatusOK, `{"links":{"next":"x"},"unit_costs":[`+strings.Join(rows, ",")+`]}`)
}

func TestRead_failsWithoutClient(t *testing.T) {
	t.Parallel()
	unconfigured := acctest.NewProtocolOf(t, nil, "vantage_unit_costs")
	wantError(t, unconfigured.ReadDataSource(t.Context(), map[string]any{"cost_report_token": "rprt_1"}),
		"Could not read unit costs", "known only after apply")
}

// wantError expects one error that contains all of the texts.
func wantError(t *testing.T, s acctest.State, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if errors := s.Errors(); len(errors) != 1 || !strings.Contains(errors[0], text) {
			t.Errorf("errors %q, want one with %q", errors, text)
		}
	}
}
