// Package unitcosts implements the data source vantage_unit_costs, which reads unit costs without an export.
package unitcosts

import (
	"context"
	"errors"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-vantage/internal/argument"
	"terraform-provider-vantage/internal/diagnostics"
	"terraform-provider-vantage/internal/providerdata"
	"terraform-provider-vantage/internal/vantage"
)

var _ datasource.DataSourceWithConfigure = (*dataSource)(nil)

// NewDataSource returns the data source vantage_unit_costs.
func NewDataSource() datasource.DataSource {
	return &dataSource{providerdata.DataSource{Name: "unit_costs"}}
}

// dataSource reads the unit costs of a cost report.
type dataSource struct{ providerdata.DataSource }

const (
	defaultTimeout = 5 * time.Minute
	couldNot       = "Could not read unit costs"
)

type model struct {
	CostReportToken     types.String `tfsdk:"cost_report_token"`
	StartDate           types.String `tfsdk:"start_date"`
	EndDate             types.String `tfsdk:"end_date"`
	DateBin             types.String `tfsdk:"date_bin"`
	BusinessMetricToken types.String `tfsdk:"business_metric_token"`
	CalculationType     types.String `tfsdk:"calculation_type"`
	UnitCosts           types.List   `tfsdk:"unit_costs"`
	Timeouts            types.Object `tfsdk:"timeouts"`
}

const description = `The unit costs of a cost report as numbers, for checks and conditions, without an export.
Each plan reads the rows, with one request for every 1,000 rows. State stores all rows, not marked as sensitive.
The limit is 100,000 rows. For more rows, use an export.`

func (d *dataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: description,
		Attributes: map[string]schema.Attribute{
			"cost_report_token": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "Token of the cost report, such as `rprt_ea7dbb4f5783d677`.",
				Validators:          argument.Tokens(),
			},
			"start_date": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "First day, as an ISO 8601 date (`2025-03-01`) or time (`2025-03-01T00:00:00Z`). " +
					"Defaults to the report's.",
				Validators: argument.StartDates(),
			},
			"end_date": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Last day, inclusive, as an ISO 8601 date (`2025-03-31`) or time " +
					"(`2025-03-31T23:59:59Z`), not before `start_date`. Defaults to the report's.",
				Validators: argument.Dates(),
			},
			"date_bin": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Period of each row: " + argument.AnyOf(vantage.DateBins()) +
					". Defaults to the report's, or `day`.",
				Validators: argument.OneOf(vantage.DateBins()),
			},
			"business_metric_token": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Token of the business metric whose rows are kept, such as `bsnss_mtrc_3080a050c04104ff`. " +
					"Reduces the state, not the requests. Defaults to all metrics.",
				Validators: argument.Tokens(),
			},
			"calculation_type": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Calculation whose rows are kept: " + argument.AnyOf(vantage.CalculationTypes()) +
					" (the metric itself). Reduces the state, not the requests. Defaults to all.",
				Validators: argument.OneOf(vantage.CalculationTypes()),
			},
			"unit_costs": unitCostsAttribute(),
		},
		Blocks: map[string]schema.Block{
			"timeouts": schema.SingleNestedBlock{
				MarkdownDescription: "Durations such as `45m`.",
				Attributes: map[string]schema.Attribute{
					"read": schema.StringAttribute{
						Optional:            true,
						MarkdownDescription: "Timeout for reading all rows, including delays by the rate limit. Defaults to `5m`.",
						Validators:          argument.Timeouts(),
					},
				},
			},
		},
	}
}

func (d *dataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var data model
	resp.Diagnostics.Append(providerdata.Decode(ctx, d.Client, couldNot, req.Config, &data)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, argument.Timeout(data.Timeouts, "read", defaultTimeout))
	defer cancel()
	rows, err := d.Client.ListUnitCosts(ctx, vantage.UnitCostsRequest{
		CostReportToken: data.CostReportToken.ValueString(),
		StartDate:       data.StartDate.ValueString(),
		EndDate:         data.EndDate.ValueString(),
		DateBin:         data.DateBin.ValueString(),
	})
	if err != nil {
		resp.Diagnostics.Append(failure(err))
		return
	}
	rows, warnings := data.filter(rows)
	resp.Diagnostics.Append(warnings...)
	data.UnitCosts = unitCostsValue(rows)
	resp.Diagnostics.Append(resp.State.Set(ctx, data)...)
}

// failure converts an error of the client to a diagnostic.
func failure(err error) diag.Diagnostic {
	var e *vantage.Error
	if !errors.As(err, &e) {
		return diag.NewErrorDiagnostic(couldNot, err.Error())
	}
	const report = "cost_report_token"
	next := diagnostics.Remedy(e, diagnostics.NoSuchReport(report))
	switch e.Kind {
	case vantage.TooMany:
		next = "Request fewer rows: set a shorter date range (start_date, end_date) or a longer date_bin. To get all rows, " +
			"use the resource vantage_unit_cost_export."
	case vantage.TimedOut:
		next = "Check that the provider's host is correct and reachable, and that other clients leave enough of the rate " +
			"limit. Otherwise request fewer rows, or set a longer `read` in the timeouts block."
	}
	detail := diagnostics.Detail(e, next)
	if e.NotFound() {
		return diag.NewAttributeErrorDiagnostic(path.Root(report), couldNot, detail)
	}
	return diag.NewErrorDiagnostic(couldNot, detail)
}
