// Package unitcosts implements the data source vantage_unit_costs, which reads unit costs without an export.
package unitcosts

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
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
	op             = diagnostics.ReadUnitCosts
)

var subject = diagnostics.Subject{Report: "cost_report_token"}

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
	resp.Diagnostics.Append(providerdata.Decode(ctx, d.Client, op, subject, req.Config, &data)...)
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
		resp.Diagnostics.Append(diagnostics.Failure(op, subject, err))
		return
	}
	among := "of the report in the date range"
	for _, f := range data.filters() {
		var warnings diag.Diagnostics
		if rows, warnings = f.apply(rows, among); warnings != nil {
			resp.Diagnostics.Append(warnings...)
			break
		}
		among = fmt.Sprintf("with %s = %q", f.argument, f.want.ValueString())
	}
	data.UnitCosts = unitCostsValue(rows)
	resp.Diagnostics.Append(resp.State.Set(ctx, data)...)
}
