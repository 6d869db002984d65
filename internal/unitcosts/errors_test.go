package unitcosts_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

func TestRead_explainsErrors(t *testing.T) {
	t.Parallel()
	another := func(line string) string {
		return unitCosts() + "data \"vantage_unit_costs\" \"another\" {\n" + line + "\n}\n"
	}
	for name, test := range map[string]struct {
		options  fakevantage.Options
		config   string
		want     string
		requests int
	}{
		"no such report": {
			options:  fakevantage.Options{Reports: []string{"rprt_2"}},
			config:   unitCosts(),
			requests: 1,
			want:     `cost_report_token = "rprt_1"(?s:.*)404 Not Found(?s:.*)Check cost_report_token(?s:.*)rprt_1 not found`,
		},
		"not in the subscription": {
			options:  answering(fakevantage.Errors(http.StatusPaymentRequired, "Upgrade to use unit costs")),
			config:   unitCosts(),
			requests: 1,
			want:     `402 Payment Required(?s:.*)does not include this(?s:.*)Upgrade to use unit costs`,
		},
		"an invalid page": {
			options:  answering(fakevantage.Answer(http.StatusOK, `{}`)),
			config:   unitCosts(),
			requests: 1,
			want:     `malformed unit costs: the list unit_costs is missing(?s:.*)VANTAGE_HOST`,
		},
		"no requests left": {
			options:  fakevantage.Options{Limit: 1, Window: time.Hour},
			config:   unitCosts(`timeouts { read = "1s" }`),
			requests: 1,
			want:     `timed out(?s:.*)rate limit(?s:.*)request fewer rows, or set a longer`,
		},
		"dates in wrong order": {
			config: unitCosts(`start_date = "2025-03-02"`, `end_date = "2025-03-01"`),
			want:   `is after end_date`,
		},
		"no date":        {config: unitCosts(`start_date = "March"`), want: `not an ISO 8601 date`},
		"no date bin":    {config: unitCosts(`date_bin = "year"`), want: `must be one of`},
		"no metric":      {config: unitCosts(`business_metric_token = ""`), want: `string length must be at least 1`},
		"no calculation": {config: unitCosts(`calculation_type = "margin"`), want: `value must be one of`},
		"no timeout":     {config: unitCosts(`timeouts { read = "0s" }`), want: `A timeout must be above zero`},
		"no such order":  {config: unitCosts(`order = "desc"`), want: `An argument named "order" is not expected here`},
		"empty report":   {config: another(`cost_report_token = ""`), want: `at least 1`},
		"missing report": {config: another(``), want: `"cost_report_token" is required`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := acctest.Start(t, test.options)
			api.SetUnitCosts(daily(1001)...)
			cli := acctest.NewCLI(t, api, test.config)
			out, ok := cli.Run("plan", "-no-color")
			if ok || !regexp.MustCompile(acctest.Loose(test.want)).MatchString(out) {
				t.Errorf("output: %s, want %s", out, test.want)
			}
			if got := pagesRequested(t, api); len(got) != test.requests {
				t.Errorf("requested the pages %v", got)
			}
		})
	}
}

func answering(handler http.HandlerFunc) fakevantage.Options {
	return fakevantage.Options{Limits: noLimits, Misbehave: func(fakevantage.Request) http.HandlerFunc { return handler }}
}

func TestRead_rejectsTooManyRows(t *testing.T) {
	t.Parallel()
	endless := func(r fakevantage.Request) http.HandlerFunc {
		rows := make([]string, 1000)
		for i := range rows {
			rows[i] = fmt.Sprintf(`{"business_metric_token":"m","unit_cost_amount":"%d","date":"2025-03-01"}`, r.N*1000+i)
		}
		return fakevantage.Answer(http.StatusOK, `{"links":{"next":"x"},"unit_costs":[`+strings.Join(rows, ",")+`]}`)
	}
	api := acctest.Start(t, fakevantage.Options{Limits: noLimits, Misbehave: endless})
	cli := acctest.NewCLI(t, api, unitCosts())
	out, ok := cli.Run("plan", "-no-color")
	want := `more than 100000 unit costs(?s:.*)page 100(?s:.*)Request fewer rows(?s:.*)vantage_unit_cost_export`
	if ok || !regexp.MustCompile(acctest.Loose(want)).MatchString(out) {
		t.Error(out)
	}
	if got := pagesRequested(t, api); len(got) != 100 {
		t.Errorf("requested %d pages", len(got))
	}
}

func TestRead_failsWithoutClient(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{Limits: noLimits})
	api.Run(t, resource.TestStep{
		Config: acctest.Testdata(t, "secret_api_token.tf") + unitCosts(),
		ConfigVariables: config.Variables{
			"host": config.StringVariable(api.URL), "api_token": config.StringVariable(acctest.APIToken),
		},
		ExpectError: regexp.MustCompile(acctest.Loose(`Could not read unit costs(?s:.*)known only after apply`)),
	})
	if len(api.Requests()) > 0 {
		t.Errorf("%d requests were made", len(api.Requests()))
	}
}
