package dataexport

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-vantage/internal/vantage"
)

var (
	_ datasource.DataSourceWithConfigure        = (*DataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*DataSource)(nil)
	_ datasource.DataSourceWithValidateConfig   = (*DataSource)(nil)
)

// NewDataSource returns the data source vantage_unit_cost_export.
func NewDataSource() datasource.DataSource { return &DataSource{} }

// DataSource waits for an export that exists, or makes one each time it is read.
type DataSource struct {
	client *vantage.Client // nil when the provider's configuration is not known yet
}

type dataSourceModel struct {
	arguments
	exported
	Timeouts timeouts.Value `tfsdk:"timeouts"`
}

// Metadata implements datasource.DataSource.
func (d *DataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_unit_cost_export"
}

// Configure implements datasource.DataSourceWithConfigure.
func (d *DataSource) Configure(_ context.Context, req datasource.ConfigureRequest, _ *datasource.ConfigureResponse) {
	d.client, _ = req.ProviderData.(*vantage.Client)
}

// Schema implements datasource.DataSource.
func (d *DataSource) Schema(ctx context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	// With a token there is nothing to say of the report.
	option := func(about string, validators []validator.String) schema.StringAttribute {
		return schema.StringAttribute{
			Optional: true, MarkdownDescription: about + " Only with `cost_report_token`.",
			Validators: append(validators, stringvalidator.AlsoRequires(path.MatchRoot("cost_report_token"))),
		}
	}
	computed := func(about string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: about}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "A unit cost export that is waited for when it is read. With `token` it is one that exists, from a resource or from elsewhere; " +
			"with `cost_report_token` **a new export is made at each read**, which Terraform does in every plan, or in the apply when something it depends on is known only then. " +
			"The addresses of the files are asked for at each read, and the API may sign them anew: what depends on them should use the resource, which keeps them.",
		Attributes: map[string]schema.Attribute{
			"token": schema.StringAttribute{
				Optional: true, Computed: true, Validators: exportTokens(),
				MarkdownDescription: aboutToken + " When it is given, that export is waited for and none is made. Exactly one of `token` and `cost_report_token` is given.",
			},
			"cost_report_token": schema.StringAttribute{
				Optional: true, Validators: notEmpty(),
				MarkdownDescription: aboutCostReportToken + " When it is given, a new export is made at each read. Exactly one of `token` and `cost_report_token` is given.",
			},
			"workspace_token": option(aboutWorkspaceToken, notEmpty()),
			"start_date":      option(aboutStartDate, dates()),
			"end_date":        option(aboutEndDate, dates()),
			"date_bin":        option(aboutDateBin, dateBins()),
			"id":              computed(aboutID),
			"status":          computed(aboutStatus),
			"created_at":      computed(aboutCreatedAt),
			"export_type":     computed(aboutExportType),
			"manifest": schema.SingleNestedAttribute{
				Computed: true, MarkdownDescription: aboutManifest,
				Attributes: map[string]schema.Attribute{
					"files":        schema.ListAttribute{Computed: true, Sensitive: true, ElementType: types.StringType, MarkdownDescription: aboutFiles},
					"completed_at": computed(aboutCompletedAt),
					"valid_until":  computed(aboutValidUntil),
				},
			},
			"attributes": schema.DynamicAttribute{Computed: true, MarkdownDescription: aboutAttributes},
		},
		Blocks: map[string]schema.Block{
			"timeouts": timeouts.BlockWithOpts(ctx, timeouts.Opts{
				ReadDescription: "How long making the export, where one is made, and waiting for it may take, as a duration such as `45m`. Default: `30m`.",
			}),
		},
	}
}

// ConfigValidators implements datasource.DataSourceWithConfigValidators.
func (d *DataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{
		datasourcevalidator.ExactlyOneOf(path.MatchRoot("token"), path.MatchRoot("cost_report_token")),
	}
}

// ValidateConfig implements datasource.DataSourceWithValidateConfig.
func (d *DataSource) ValidateConfig(ctx context.Context, req datasource.ValidateConfigRequest, resp *datasource.ValidateConfigResponse) {
	var config dataSourceModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(checkDateOrder(config.StartDate, config.EndDate)...)
	resp.Diagnostics.Append(checkTimeout(ctx, "read", config.Timeouts.Read)...)
}

var (
	waiting = operation{verb: "read", whenTimedOut: "The export %s goes on at the server. Run Terraform again to wait on, with a longer `read` in the data source's timeouts block if need be."}
	making  = operation{verb: "make", arguments: true, whenTimedOut: "The export %s goes on at the server. Running Terraform again makes another one; to have this one, give the data source " +
		"`token = \"%s\"` in place of cost_report_token, or set a longer `read` in its timeouts block before the next."}
)

// Read implements datasource.DataSource.
func (d *DataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var data dataSourceModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &data)...)
	timeout, diags := data.Timeouts.Read(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	o, makesOne := waiting, data.Token.IsNull()
	if makesOne {
		o = making
	}
	if d.client == nil {
		resp.Diagnostics.Append(errNotConfigured(o))
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	var err error
	export := &vantage.DataExport{Token: data.Token.ValueString()}
	if makesOne {
		export, err = d.client.CreateDataExport(ctx, data.request())
	}
	if err == nil {
		export, err = d.client.WaitForDataExport(ctx, export, nil)
	}
	if err != nil {
		resp.Diagnostics.Append(o.failure(err))
		return
	}
	data.exported, diags = o.handOn(export)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, data)...)
}
