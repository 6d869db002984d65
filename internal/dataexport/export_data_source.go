package dataexport

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"

	"terraform-provider-vantage/internal/argument"
)

var _ datasource.DataSourceWithConfigure = (*ExportDataSource)(nil)

// ExportDataSource creates an export at each read. Definitions.DataSources returns it.
type ExportDataSource struct {
	configured
	definition Definition
}

// Metadata implements datasource.DataSource.
func (d *ExportDataSource) Metadata(
	_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse,
) {
	resp.TypeName = req.ProviderTypeName + "_" + d.definition.Name
}

// Configure implements datasource.DataSourceWithConfigure.
func (d *ExportDataSource) Configure(
	_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse,
) {
	resp.Diagnostics.Append(d.configure(req.ProviderData)...)
}

// Schema implements datasource.DataSource.
func (d *ExportDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "A " + d.definition.Noun + ` that is created **at each read**: in every plan, or in an apply.
Each read returns another token and other URLs. Use the resource to keep an export.`,
		Attributes: dataSourceAttributes(mergeMaps(d.definition.Arguments, exportedAttributes())),
		Blocks: dataSourceBlocks(mergeMaps(d.definition.Blocks, timeoutsBlock(map[string]string{
			"read": "Timeout for creating the export and waiting for it, as a duration such as `45m`. Defaults to `30m`.",
		}))),
	}
}

// Read implements datasource.DataSource.
func (d *ExportDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	model := d.definition.NewDataSource()
	resp.Diagnostics.Append(req.Config.Get(ctx, model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	o := d.creating()
	if d.client == nil {
		resp.Diagnostics.Append(o.errNotConfigured())
		return
	}
	data := model.Part()
	ctx, cancel := context.WithTimeout(ctx, argument.Timeout(data.Timeouts, "read", defaultTimeout))
	defer cancel()

	export, err := d.client.CreateDataExport(ctx, model.Request())
	if err == nil {
		export, err = d.client.WaitForDataExport(ctx, export, nil)
	}
	if err != nil {
		resp.Diagnostics.Append(o.failure(err))
		return
	}
	resp.Diagnostics.Append(data.setLive(o, export, "Read the data source again to create a new export.")...)
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
	}
}

func (d *ExportDataSource) creating() operation {
	return operation{
		verb: "create", noun: d.definition.Noun, report: d.definition.Report, whenEmpty: d.definition.WhenEmpty,
		unfinished: "The export is still running. Running Terraform again creates another export. " +
			"To use this export, read the data source vantage_data_export with its token. " +
			"If the timeout is too short, set a longer `read` in the timeouts block.",
		failed: "Run Terraform again to create a new export. " + checkReport,
	}
}
