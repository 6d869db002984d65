package dataexport_test

import (
	"fmt"
	"reflect"
	"regexp"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
)

const address = "vantage_unit_cost_export.this"

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

// unchanged is a step that plans the same configuration again and expects nothing to do.
func unchanged(config string) resource.TestStep {
	return resource.TestStep{Config: config, PlanOnly: true}
}

func expect(actions ...plancheck.PlanCheck) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: actions}
}

func action(a plancheck.ResourceActionType) plancheck.PlanCheck {
	return plancheck.ExpectResourceAction(address, a)
}

// same compares two values for equality.
type same struct{}

func (same) CompareValues(values ...any) error {
	if !reflect.DeepEqual(values[0], values[1]) {
		return fmt.Errorf("%v and %v differ", values[0], values[1])
	}
	return nil
}
