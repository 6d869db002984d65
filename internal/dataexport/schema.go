package dataexport

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"terraform-provider-vantage/internal/vantage"
)

// The schemas of the surfaces are of different types, so each is written out in its own file. What they say and check is here.

const (
	aboutCostReportToken = "Token of the cost report whose unit costs are exported, such as `rprt_ea7dbb4f5783d677`."
	aboutWorkspaceToken  = "Token of the workspace that the report is in. The API requires one when the API token sees several workspaces. Default: the provider's `workspace_token`."
	aboutStartDate       = "First day to export, as an ISO 8601 date (`2025-03-01`) or time (`2025-03-01T00:00:00Z`). Default: the cost report's own."
	aboutEndDate         = "Last day to export, itself included, as an ISO 8601 date (`2025-03-31`) or time (`2025-03-31T23:59:59Z`), not before `start_date`. Default: the cost report's own."
	aboutID              = "The same as `token`."
	aboutToken           = "Token that the API gave to the export, such as `dta_xprt_964b2adb9bff37fb`."
	aboutStatus          = "Status of the export as the API words it: `pending`, then `completed`."
	aboutCreatedAt       = "When the API made the export, as an ISO 8601 time."
	aboutExportType      = "Kind of the export as the API words it."
	aboutManifest        = "What the export consists of. Its values are null while the export is pending."
	aboutFiles           = "Addresses of the files. They are pre-signed: whoever has one can read the file, without any token, until `valid_until`."
	aboutCompletedAt     = "When the export was completed, as an ISO 8601 time."
	aboutValidUntil      = "When the addresses expire, as an ISO 8601 time; about a day after `completed_at`. Null when the API does not say."
	aboutAttributes      = "What was exported, as the API describes it: an object with `report_token`, `start_date`, `end_date`, `date_bin` and others, any of which can be null. " +
		"Its members are used directly, as in `attributes.date_bin`."
)

var aboutDateBin = "Period over which costs are added up: " + list(vantage.DateBins()) + ". Default: the cost report's own, or `day`."

func list(values []string) string {
	last := len(values) - 1
	return "`" + strings.Join(values[:last], "`, `") + "` or `" + values[last] + "`"
}

func dates() []validator.String { return []validator.String{isDate{}} }

func dateBins() []validator.String {
	return []validator.String{stringvalidator.OneOf(vantage.DateBins()...)}
}

func notEmpty() []validator.String { return []validator.String{stringvalidator.LengthAtLeast(1)} }

// checkTimeout refuses a timeout that is no time: the library that reads it takes any duration.
func checkTimeout(ctx context.Context, name string, get func(context.Context, time.Duration) (time.Duration, diag.Diagnostics)) diag.Diagnostics {
	timeout, unreadable := get(ctx, defaultTimeout)
	if unreadable.HasError() || timeout > 0 {
		return nil // what cannot be read is reported by the library
	}
	return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(path.Root("timeouts").AtName(name), "A timeout has to be above zero",
		fmt.Sprintf("With %s there is no time to do anything. Set a duration such as 45m, or leave it out.", timeout))}
}

// exportTokens accepts what can be the token of an export; it becomes a part of an address.
func exportTokens() []validator.String { return []validator.String{isExportToken{}} }

type isExportToken struct{}

func (isExportToken) Description(context.Context) string {
	return "must be the token of an export: letters, digits, underscores and hyphens"
}

func (v isExportToken) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v isExportToken) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if !req.ConfigValue.IsNull() && !req.ConfigValue.IsUnknown() && !vantage.ValidToken(req.ConfigValue.ValueString()) {
		resp.Diagnostics.AddAttributeError(req.Path, "Not the token of an export", fmt.Sprintf("The value of %s %s.", req.Path, v.Description(ctx)))
	}
}
