package dataexport

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"

	"terraform-provider-vantage/internal/argument"
	"terraform-provider-vantage/internal/diagnostics"
	"terraform-provider-vantage/internal/providerdata"
	"terraform-provider-vantage/internal/vantage"
)

var (
	_ datasource.DataSourceWithConfigure = (*existingDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*exportDataSource)(nil)
)

// NewDataSource returns the data source vantage_data_export.
func NewDataSource() datasource.DataSource {
	return &existingDataSource{providerdata.DataSource{Name: "data_export"}}
}

// existingDataSource waits for an existing export of any export type.
type existingDataSource struct{ providerdata.DataSource }

func (d *existingDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: `Waits for an existing data export of any export type, and reads its files.
The API can sign new URLs at each read. For URLs that must not change, use the resource that created the export.`,
		Attributes: dataSourceAttributes(existingAttributes()),
		Blocks: dataSourceBlocks(timeoutsBlock(map[string]string{
			"read": "Timeout for waiting for the export. Defaults to `30m`.",
		})),
	}
}

// Read warns about an expired export, so that plan and destroy succeed.
func (d *existingDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var data DataSourcePart
	const op = diagnostics.ReadExisting
	resp.Diagnostics.Append(providerdata.Decode(ctx, d.Client, op, diagnostics.Existing, req.Config, &data)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, argument.Timeout(data.Timeouts, "read", defaultTimeout))
	defer cancel()

	export, err := d.Client.WaitForDataExport(ctx, &vantage.DataExport{Token: data.Token.ValueString()}, nil)
	if err != nil && !isExpiredStatus(err) {
		resp.Diagnostics.Append(diagnostics.Failure(op, diagnostics.Existing, err))
		return
	}
	data.exported = newExported(export)
	switch expiry, expired := expiryOf(export, export.AsOf); {
	case err != nil:
		resp.Diagnostics.Append(warnExpired(diagnostics.Existing, diagnostics.Expiry{Token: export.Token}))
	case expired:
		resp.Diagnostics.Append(warnExpired(diagnostics.Existing, expiry))
		resp.Diagnostics.Append(warnUnreadable(diagnostics.Existing, export)...)
	default:
		resp.Diagnostics.Append(warnCompleted(diagnostics.Existing, export)...)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, data)...)
}

// exportDataSource creates an export at each read. Definition.DataSource returns it.
type exportDataSource struct {
	providerdata.DataSource
	definition Definition
}

// DataSource returns the data source that creates an export at each read.
func (d Definition) DataSource() datasource.DataSource {
	return &exportDataSource{providerdata.DataSource{Name: d.Name}, d}
}

func (d *exportDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Creates a " + d.definition.Noun + ` **at each read** and waits until it completes.
Terraform reads the data source in every plan, or in the apply if an argument is unknown in the plan.`,
		Attributes: dataSourceAttributes(mergeMaps(d.definition.Arguments, exportedAttributes())),
		Blocks: dataSourceBlocks(mergeMaps(d.definition.Blocks, timeoutsBlock(map[string]string{
			"read": "Timeout for creating the export and waiting for it. Defaults to `30m`.",
		}))),
	}
}

func (d *exportDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	model := d.definition.NewDataSource()
	const op = diagnostics.CreateDataSource
	subject := d.definition.subject()
	resp.Diagnostics.Append(providerdata.Decode(ctx, d.Client, op, subject, req.Config, model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	data := model.Part()
	ctx, cancel := context.WithTimeout(ctx, argument.Timeout(data.Timeouts, "read", defaultTimeout))
	defer cancel()

	export, err := d.Client.CreateDataExport(ctx, model.Request())
	if err != nil {
		resp.Diagnostics.Append(diagnostics.Failure(op, subject, err))
		return
	}
	resp.Diagnostics.Append(data.await(ctx, d.Client, op, subject, export)...)
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
	}
}

// await waits for an export whose URLs must work, and stores it. It returns an error if they have expired.
func (p *DataSourcePart) await(
	ctx context.Context, client *vantage.Client, op diagnostics.Operation, subject diagnostics.Subject,
	export *vantage.DataExport,
) diag.Diagnostics {
	export, diags := await(ctx, client, op, subject, export, func(string, ...any) {})
	if diags.HasError() {
		return diags
	}
	p.exported = newExported(export)
	if expiry, ok := expiryOf(export, export.AsOf); ok {
		diags.Append(diagnostics.Expired(op, subject, expiry))
	}
	return diags
}
