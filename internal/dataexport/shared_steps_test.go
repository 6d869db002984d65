package dataexport_test

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
)

// Configurations, steps, and checks of plan and state for tests that run the CLI.

const address = "vantage_unit_cost_export.this"

// export is a configuration of the resource at address with further lines.
func export(lines ...string) string {
	return block("vantage_unit_cost_export", report(lines...))
}

// report is a report to export, and further lines.
func report(lines ...string) string {
	return "cost_report_token = \"rprt_1\"\n" + strings.Join(lines, "\n")
}

// block is a resource named this.
func block(typeName string, lines ...string) string {
	return fmt.Sprintf("resource %q \"this\" {\n%s\n}\n", typeName, strings.Join(lines, "\n"))
}

// asked is the request of an export that was created outside Terraform.
var asked = map[string]any{
	"cost_report_token": "rprt_1",
	"start_date":        "2025-03-01T00:00:00Z",
	"end_date":          "2025-03-31T00:00:00Z",
	"date_bin":          "week",
}

var (
	manifest  = tfjsonpath.New("manifest")
	fileLinks = knownvalue.ListPartial(
		map[int]knownvalue.Check{0: knownvalue.StringRegexp(regexp.MustCompile(`^http://127\.0\.0\.1:\d+/files/`))},
	)
	token = knownvalue.StringRegexp(regexp.MustCompile(`^dta_xprt_[0-9a-f]{16}$`))
)

// inState checks one value of the resource in the state.
func inState(path tfjsonpath.Path, want knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(address, path, want)
}

// same compares two values for equality.
type same struct{}

func (same) CompareValues(values ...any) error {
	if !reflect.DeepEqual(values[0], values[1]) {
		return fmt.Errorf("%v and %v differ", values[0], values[1])
	}
	return nil
}
