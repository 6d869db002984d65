package argument_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-vantage/internal/argument"
)

func TestValidators_compareValuesLiterally(t *testing.T) {
	t.Parallel()
	check := func(value string) (diags diag.Diagnostics) {
		for _, v := range argument.OneOf([]string{"a.b", "c"}) {
			var resp validator.StringResponse
			v.ValidateString(t.Context(), validator.StringRequest{
				Path: path.Root("x"), ConfigValue: types.StringValue(value),
			}, &resp)
			diags.Append(resp.Diagnostics...)
		}
		for _, v := range argument.Groupings("", "tag:", "a.b", "c").Validators {
			var resp validator.ListResponse
			v.ValidateList(t.Context(), validator.ListRequest{
				Path:        path.Root("y"),
				ConfigValue: types.ListValueMust(types.StringType, []attr.Value{types.StringValue(value)}),
			}, &resp)
			diags.Append(resp.Diagnostics...)
		}
		return diags
	}
	if diags := check("a.b"); len(diags) > 0 {
		t.Errorf("a.b: %v", diags)
	}
	for _, wrong := range []string{"axb", "vntg_tkn_1", "c\n", "https://x/?X-Amz-Signature=s"} {
		diags := check(wrong)
		if len(diags) != 2 || strings.Contains(diags[0].Detail(), wrong) {
			t.Errorf("%q: %v, want two errors, of which the first does not quote the value", wrong, diags)
		}
	}
}
