package unitcosts_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

func TestErrors(t *testing.T) {
	t.Parallel()
	const another = "}\ndata \"vantage_unit_costs\" \"another\" {\n"
	for name, test := range map[string]struct {
		options   fakevantage.Options
		arguments string
		want      string
		requests  int
	}{
		"no such report": {
			options: fakevantage.Options{Reports: []string{"rprt_2"}}, requests: 1,
			want: `cost_report_token = "rprt_1"(?s:.*)404 Not Found(?s:.*)rprt_1 not found(?s:.*)Check cost_report_token`,
		},
		"not in the plan": {
			options: answering(fakevantage.Errors(http.StatusPaymentRequired, "Upgrade to use unit costs")), requests: 1,
			want: `402 Payment Required(?s:.*)Upgrade to use unit costs(?s:.*)does not include this`,
		},
		"a page without sense": {
			options: answering(fakevantage.Answer(http.StatusOK, `{}`)), requests: 1,
			want: `page 1 of the unit costs makes no sense: it has no list(?s:.*)VANTAGE_HOST`,
		},
		"the limit is used up": {
			options: fakevantage.Options{Limit: 1, Window: time.Hour}, arguments: "timeouts { read = \"1s\" }", requests: 1,
			want: `too short(?s:.*)rate limit(?s:.*)ask for fewer rows, or allow more time`,
		},
		"dates exchanged": {
			arguments: "start_date = \"2025-03-02\"\nend_date = \"2025-03-01\"", want: `is after end_date`,
		},
		"no date":        {arguments: `start_date = "March"`, want: `not an ISO 8601 date`},
		"no date bin":    {arguments: `date_bin = "year"`, want: `must be one of`},
		"no metric":      {arguments: `business_metric_token = ""`, want: `string length must be at least 1`},
		"no timeout":     {arguments: `timeouts { read = "0s" }`, want: `A timeout has to be above zero`},
		"no such order":  {arguments: `order = "desc"`, want: `An argument named "order" is not expected here`},
		"empty report":   {arguments: another + `cost_report_token = ""`, want: `at least 1`},
		"missing report": {arguments: another, want: `"cost_report_token" is required`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := acctest.Start(t, test.options)
			api.SetUnitCosts(daily(1001)...)
			cli := acctest.NewCLI(t, api, config(report+"\n"+test.arguments))
			out, ok := cli.Run("plan", "-no-color")
			if ok || !regexp.MustCompile(acctest.Loose(test.want)).MatchString(out) {
				t.Errorf("it says %s, want %s", out, test.want)
			}
			if asked := pagesAsked(t, api); len(asked) != test.requests {
				t.Errorf("asked for the pages %v", asked)
			}
		})
	}
}

func answering(handler http.HandlerFunc) fakevantage.Options {
	return fakevantage.Options{Limits: noLimits, Misbehave: func(fakevantage.Request) http.HandlerFunc { return handler }}
}

func TestMoreRowsThanAreRead(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{Limits: noLimits, Misbehave: func(r fakevantage.Request) http.HandlerFunc {
		rows := make([]string, 1000)
		for i := range rows {
			rows[i] = fmt.Sprintf(`{"business_metric_token":"m","unit_cost_amount":"%d","date":"2025-03-01"}`, r.N*1000+i)
		}
		return fakevantage.Answer(http.StatusOK, `{"links":{"next":"x"},"unit_costs":[`+strings.Join(rows, ",")+`]}`)
	}})
	cli := acctest.NewCLI(t, api, config(report))
	out, ok := cli.Run("plan", "-no-color")
	want := `more than 100000 unit costs(?s:.*)page 100(?s:.*)Ask for fewer rows(?s:.*)vantage_unit_cost_export`
	if ok || !regexp.MustCompile(acctest.Loose(want)).MatchString(out) {
		t.Error(out)
	}
	if asked := pagesAsked(t, api); len(asked) != 100 {
		t.Errorf("asked for %d pages", len(asked))
	}
}

// Terraform's own terraform_data stands in for the secret store that the token comes from.
func TestWithoutConfigurationNothingIsAsked(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{Limits: noLimits})
	api.Run(t, resource.TestStep{
		Config: fmt.Sprintf(`
resource "terraform_data" "secret" { input = %q }
provider "vantage" {
  host      = %q
  api_token = terraform_data.secret.output
}`, acctest.APIToken, api.URL) + config(report),
		ExpectError: regexp.MustCompile(acctest.Loose(`Could not read unit costs(?s:.*)known only after the apply`)),
	})
	if len(api.Requests()) > 0 {
		t.Errorf("%d requests were made", len(api.Requests()))
	}
}
