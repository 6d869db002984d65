package dataexport

import (
	"context"
	"fmt"

	"terraform-provider-vantage/internal/argument"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

var (
	_ datasource.DataSourceWithConfigure      = (*ExportDataSource)(nil)
	_ datasource.DataSourceWithValidateConfig = (*ExportDataSource)(nil)
)

// ExportDataSource makes an export of one kind each time it is read. Definitions.DataSources makes it.
type ExportDataSource struct {
	configured
	definition Definition
}

// DataSourcePart is what the data sources of all definitions have beside a kind's arguments.
type DataSourcePart struct {
	exported
	Timeouts types.Object `tfsdk:"timeouts"`
}

// Part returns the part itself, from the model that it is embedded in.
func (p *DataSourcePart) Part() *DataSourcePart { return p }

// Metadata implements datasource.DataSource.
func (d *ExportDataSource) Metadata(
	_ context.Context,
	req datasource.MetadataRequest,
	resp *datasource.MetadataResponse,
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
		MarkdownDescription: "A " + d.definition.Noun + " that is made and waited for **at each read**, which Terraform " +
			"does " +
			"in every " +
			"plan, or in the apply when something it depends on is known only then. Each read gives another token and other " +
			"URLs: what depends on them should use the resource, which keeps its export.",
		Attributes: dataSourceAttributes(mergeMaps(d.definition.Arguments, exportedAttributes())),
		Blocks: dataSourceBlocks(mergeMaps(d.definition.Blocks, timeoutsBlock(map[string]string{
			"read": "How long making the export and waiting for it may take, as a duration such as `45m`. Default: `30m`.",
		}))),
	}
}

// ValidateConfig implements datasource.DataSourceWithValidateConfig.
func (d *ExportDataSource) ValidateConfig(
	ctx context.Context, req datasource.ValidateConfigRequest, resp *datasource.ValidateConfigResponse,
) {
	config := d.definition.NewDataSource()
	resp.Diagnostics.Append(req.Config.Get(ctx, config)...)
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(config.Validate()...)
	}
}

func (d *ExportDataSource) making() operation {
	o := d.definition.operation("make")
	o.creates = true
	o.timedOut = func(token string) string {
		return fmt.Sprintf("The export %s goes on at the server. Running Terraform again makes another one; to have this "+
			"one, "+
			"read the data source vantage_data_export with `token = %q`, or set a longer `read` in the timeouts block before "+
			"the next.", token, token)
	}
	o.failed = "Run Terraform again to have another one made; if that fails too, the server's words and the report in " +
		"the " +
		"Vantage console tell more."
	return o
}

// Read implements datasource.DataSource.
func (d *ExportDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	config := d.definition.NewDataSource()
	resp.Diagnostics.Append(req.Config.Get(ctx, config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if d.client == nil {
		resp.Diagnostics.Append(d.making().errNotConfigured())
		return
	}
	data := config.Part()
	ctx, cancel := context.WithTimeout(ctx, argument.Timeout(data.Timeouts, "read", defaultTimeout))
	defer cancel()

	export, err := d.client.CreateDataExport(ctx, config.Request())
	if err == nil {
		export, err = d.client.WaitForDataExport(ctx, export, nil)
	}
	if err != nil {
		resp.Diagnostics.Append(d.making().failure(err))
		return
	}
	resp.Diagnostics.Append(data.fill(d.making(), export)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, config)...)
}
