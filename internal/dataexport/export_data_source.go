package dataexport

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-vantage/internal/argument"
)

var _ datasource.DataSourceWithConfigure = (*ExportDataSource)(nil)

// ExportDataSource creates an export at each read. Definitions.DataSources returns it.
type ExportDataSource struct {
	configured
	definition Definition
}

// DataSourcePart is what the data sources of all export types have in addition to the arguments of the export type.
type DataSourcePart struct {
	exported
	Timeouts types.Object `tfsdk:"timeouts"`
}

// Part returns the part of the model that embeds it.
func (p *DataSourcePart) Part() *DataSourcePart { return p }

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
		MarkdownDescription: "A " + d.definition.Noun + ` that is created **at each read**: in every plan, or in the apply
if a value that it depends on is known only then. Each read returns another token and other URLs. Use the resource to
keep an export.`,
		Attributes: dataSourceAttributes(mergeMaps(d.definition.Arguments, exportedAttributes())),
		Blocks: dataSourceBlocks(mergeMaps(d.definition.Blocks, timeoutsBlock(map[string]string{
			"read": "Timeout for creating the export and waiting for it. Defaults to `30m`.",
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
	o := d.definition.operation("create")
	o.creates = true
	o.timedOut = func(token string) string {
		return fmt.Sprintf("The export %s is still running. "+
			"Running Terraform again creates another export: set a longer `read` in the timeouts block before. "+
			"To use this export, read the data source vantage_data_export with `token = %q`.", token, token)
	}
	o.failed = "Run Terraform again to create a new export. " +
		"If that fails too, check the report in the Vantage console."
	return o
}
