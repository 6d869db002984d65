package providerdata_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"terraform-provider-vantage/internal/providerdata"
)

func TestConfigure_reportsDataOfAWrongType(t *testing.T) {
	t.Parallel()
	for _, provided := range []any{nil, providerdata.Data{}, "text"} {
		var r providerdata.Resource
		var d providerdata.DataSource
		var ofResource resource.ConfigureResponse
		var ofDataSource datasource.ConfigureResponse
		r.Configure(t.Context(), resource.ConfigureRequest{ProviderData: provided}, &ofResource)
		d.Configure(t.Context(), datasource.ConfigureRequest{ProviderData: provided}, &ofDataSource)
		if provided != "text" {
			if ofResource.Diagnostics.HasError() || ofDataSource.Diagnostics.HasError() {
				t.Errorf("%#v is an error", provided)
			}
			continue
		}
		for _, diags := range [][]string{details(ofResource.Diagnostics), details(ofDataSource.Diagnostics)} {
			if len(diags) != 1 || !strings.Contains(diags[0], "type string") {
				t.Errorf("%#v: %q, want an error that names the type", provided, diags)
			}
		}
	}
}

func details(diags diag.Diagnostics) (all []string) {
	for _, d := range diags.Errors() {
		all = append(all, d.Detail())
	}
	return all
}
