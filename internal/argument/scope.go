package argument

import (
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-vantage/internal/vantage"
)

// Scope are the arguments that all kinds have.
type Scope struct {
	WorkspaceToken types.String `tfsdk:"workspace_token"`
	StartDate      types.String `tfsdk:"start_date"`
	EndDate        types.String `tfsdk:"end_date"`
	DateBin        types.String `tfsdk:"date_bin"`
}

// WithScope returns the arguments of a kind together with those of a Scope.
func WithScope(own map[string]schema.Attribute, dateBins []string) map[string]schema.Attribute {
	all := map[string]schema.Attribute{
		"workspace_token": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "Token of the workspace that the report is in. The API requires one when the API token " +
				"sees several " +
				"workspaces. Default: the provider's `workspace_token`.",
			Validators: Tokens(),
		},
		"start_date": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "First day to export, as an ISO 8601 date (`2025-03-01`) or time (`2025-03-01T00:00:00Z`). " +
				"Default: the report's own.",
			Validators: Dates(),
		},
		"end_date": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "Last day to export, itself included, as an ISO 8601 date (`2025-03-31`) or time " +
				"(`2025-03-31T23:59:59Z`), not before `start_date`. Default: the report's own.",
			Validators: Dates(),
		},
		"date_bin": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "Period over which costs are added up: " + AnyOf(dateBins) + ". Default: the report's own, " +
				"or `day`.",
			Validators: OneOf(dateBins),
		},
	}
	for name, attribute := range own {
		all[name] = attribute
	}
	return all
}

// Requested returns the scope for a request.
func (s *Scope) Requested() vantage.ExportScope {
	return vantage.ExportScope{
		WorkspaceToken: s.WorkspaceToken.ValueString(),
		StartDate:      s.StartDate.ValueString(),
		EndDate:        s.EndDate.ValueString(),
		DateBin:        s.DateBin.ValueString(),
	}
}

// Validate refuses a range of dates that ends before it starts.
func (s *Scope) Validate() diag.Diagnostics { return CheckDateOrder(s.StartDate, s.EndDate) }

// SetFromImport sets what is null to what the API tells of an imported export. It does not tell the workspace.
func (s *Scope) SetFromImport(attributes map[string]any) {
	SetFromImport(&s.StartDate, attributes["start_date"])
	SetFromImport(&s.EndDate, attributes["end_date"])
	SetFromImport(&s.DateBin, attributes["date_bin"])
}

// SetFromImport sets an argument that is null to what the API tells, if that is a text.
func SetFromImport(argument *types.String, told any) {
	if text, ok := told.(string); ok && text != "" && argument.IsNull() {
		*argument = types.StringValue(text)
	}
}
