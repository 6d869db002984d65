package provider_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
)

// functions is the first version that calls provider functions.
var functions = acctest.Version{Terraform: "1.8", OpenTofu: "1.7"}

func TestFunctions_throughCLI(t *testing.T) {
	t.Parallel()
	functions.SkipUnlessMet(t)
	var values, failures strings.Builder
	wantValues, wantErrors := map[string]string{}, []string{}
	for name, test := range map[string]struct{ expression, want string }{
		"month":           {`month("2024-03-31T00:00:00Z", -1).end_date`, `2024-02-29`},
		"quarter":         {`quarter("2024-03-31T00:00:00Z", 0).name`, `2024-Q1`},
		"name":            {`month("2024-03-31T00:00:00Z", "-1").name`, `2024-02`},
		"now":             {`month(plantimestamp(), 0).name == substr(plantimestamp(), 0, 7)`, `true`},
		"no_offset":       {`month("2024-03").end_date`, `2024-03-31`},
		"name_of_a_name":  {`quarter(provider::vantage::quarter("2024-Q1", -1).name).end_date`, `2023-12-31`},
		"no_date":         {`month("March")`, `"date" parameter: it is not a date such as 2025-03, 2025-03-31, 2025`},
		"two_offsets":     {`month("2024-03", 0, 1)`, `"offset" parameter: 2 offsets are set, at most one is allowed`},
		"no_number":       {`month("2024-03-31T00:00:00Z", "x")`, `"offset" parameter: a number is required`},
		"part_of_a_month": {`month("2024-03-31T00:00:00Z", 0.5)`, `"offset" parameter: 0.5 is not a whole number\.\s`},
		"null":            {`quarter(null, 0)`, `"date" parameter: argument must not be null`},
		"far_away":        {`quarter("2024-03-31T00:00:00Z", 1e6)`, `"offset" parameter: 1000000 quarters from`},
		"farther_away":    {`month("2024-03-31T00:00:00Z", 1e30)`, `"offset" parameter: 1e\+30 months from`},
	} {
		value := fmt.Sprintf("provider::vantage::%s", test.expression)
		if strings.Contains(test.want, "parameter") {
			fmt.Fprintf(&failures, "output %q { value = %s }\n", name, value)
			wantErrors = append(wantErrors, acctest.Loose(test.want))
		} else {
			fmt.Fprintf(&values, "output %q { value = tostring(%s) }\n", name, value)
			wantValues[name] = test.want
		}
	}
	api := acctest.Start(t, fakevantage.Options{})
	cli := acctest.NewCLI(t, api, values.String())
	cli.MustRun("apply", "-auto-approve")
	var outputs map[string]struct{ Value string }
	if err := json.Unmarshal([]byte(cli.MustRun("output", "-json")), &outputs); err != nil {
		t.Fatal(err)
	}
	for name, want := range wantValues {
		if outputs[name].Value != want {
			t.Errorf("%s is %q, want %q", name, outputs[name].Value, want)
		}
	}
	cli.Write(failures.String())
	out, ok := cli.Run("plan", "-no-color")
	said := func(want string) bool { return regexp.MustCompile(want).MatchString(out) }
	if ok || slices.ContainsFunc(wantErrors, func(want string) bool { return !said(want) }) {
		t.Errorf("succeeded: %t, want errors with %q:\n%s", ok, wantErrors, out)
	}
	api.WantRequests(t, 0, 0)
}
