package argument_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"terraform-provider-vantage/internal/argument"
)

func TestDates_formAndOrder(t *testing.T) {
	t.Parallel()
	for _, good := range []string{
		"2025-03-01", "2025-03-01T10:20:30Z", "2025-03-01T10:20:30.5+02:00",
		"2025-03-01T10:20Z", "2025-03-01T10:20:30", "2025-03-01T10:20",
	} {
		if _, _, err := argument.ParseDate(good); err != nil {
			t.Error(err)
		}
	}
	for _, bad := range []string{
		"", "2025", "2025-3-1", "2025-02-30", "01.03.2025", "2025-03-01 10:20", "2025-03-01T25:00Z", "yesterday",
	} {
		if _, _, err := argument.ParseDate(bad); err == nil {
			t.Errorf("%q is accepted", bad)
		} else if bad == "yesterday" && strings.Contains(err.Error(), bad) {
			t.Errorf("%v quotes what cannot be a date", err)
		}
	}
	for _, test := range []struct {
		start, end string
		wrong      bool
	}{
		{"2025-03-01", "2025-03-01", false},
		{"2025-03-01T18:00:00Z", "2025-03-01", false}, // the end is the whole day
		{"2025-03-01T00:00:00-05:00", "2025-03-01T04:00:00Z", true},
		{"2025-03-02", "2025-03-01", true},
		{"", "2025-03-01", false},
		{"tomorrow", "2025-03-01", false},
	} {
		var resp validator.StringResponse
		argument.StartDates()[1].ValidateString(t.Context(), validator.StringRequest{
			ConfigValue: types.StringValue(test.start),
			Config: tfsdk.Config{
				Schema: schema.Schema{Attributes: map[string]schema.Attribute{"end_date": schema.StringAttribute{}}},
				Raw: tftypes.NewValue(tftypes.Object{AttributeTypes: map[string]tftypes.Type{"end_date": tftypes.String}},
					map[string]tftypes.Value{"end_date": tftypes.NewValue(tftypes.String, test.end)}),
			},
		}, &resp)
		if got := resp.Diagnostics.HasError(); got != test.wrong {
			t.Errorf("%s to %s: wrong is %v, want %v", test.start, test.end, got, test.wrong)
		}
	}
}
