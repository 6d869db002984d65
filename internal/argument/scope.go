package argument

import (
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-vantage/internal/vantage"
)

// Scope holds the arguments that all export types have.
type Scope struct {
	WorkspaceToken types.String `tfsdk:"workspace_token"`
	StartDate      types.String `tfsdk:"start_date"`
	EndDate        types.String `tfsdk:"end_date"`
	DateBin        types.String `tfsdk:"date_bin"`
}

// WithScope returns the arguments of an export type together with those of a Scope.
func WithScope(own map[string]schema.Attribute, dateBins []string) map[string]schema.Attribute {
	all := map[string]schema.Attribute{
		"workspace_token": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "Token of the workspace, required if the API token can access several. " +
				"For costs of a report, the API ignores it. Defaults to the provider's.",
			Validators: Tokens(),
		},
		"start_date": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "First day, as an ISO 8601 date such as `2025-03-01` or a time. " +
				"Defaults to the saved start date of the report.",
			Validators: StartDates(),
		},
		"end_date": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "Last day, inclusive, as an ISO 8601 date or time. " +
				"Defaults to the saved end date of the report.",
			Validators: Dates(),
		},
		"date_bin": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "Period over which costs are aggregated: " + AnyOf(dateBins) +
				". Defaults to the report's, or `day`.",
			Validators: OneOf(dateBins),
		},
	}
	maps.Copy(all, own)
	return all
}

// Requested returns the scope of a request.
func (s *Scope) Requested() vantage.ExportScope {
	return vantage.ExportScope{
		WorkspaceToken: s.WorkspaceToken.ValueString(),
		StartDate:      s.StartDate.ValueString(),
		EndDate:        s.EndDate.ValueString(),
		DateBin:        s.DateBin.ValueString(),
	}
}

// SetFromImport sets the arguments that the API reports. It does not report the workspace.
func (s *Scope) SetFromImport(attributes map[string]any) {
	SetString(&s.StartDate, attributes["start_date"])
	SetString(&s.EndDate, attributes["end_date"])
	SetString(&s.DateBin, attributes["date_bin"])
}
