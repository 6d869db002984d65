package dataexport

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	resourceschema "github.com/hashicorp/terraform-plugin-framework/resource/schema"

	"terraform-provider-vantage/internal/argument"
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
	o := waiting("read", resumeHint, "`read` in the timeouts block")
	resp.Diagnostics.Append(providerdata.Decode(ctx, d.Client, o.summary(), req.Config, &data)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, argument.Timeout(data.Timeouts, "read", defaultTimeout))
	defer cancel()

	export, err := d.Client.WaitForDataExport(ctx, &vantage.DataExport{Token: data.Token.ValueString()}, nil)
	if err != nil && !isExpiredStatus(err) {
		resp.Diagnostics.Append(o.failure(err))
		return
	}
	data.exported = newExported(export)
	switch {
	case err != nil || expiredAsOf(export):
		resp.Diagnostics.AddWarning("The data export has expired", expiredText(export)+
			" Its attributes are known, but its URLs no longer work. "+newExportHint)
	case len(export.Manifest.Files) == 0:
		resp.Diagnostics.Append(o.warnNoFiles(export.Token))
	}
	resp.Diagnostics.Append(o.warnUnreadable(export)...)
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
	o := d.definition.creating("Run Terraform again", "`read` in the timeouts block")
	resp.Diagnostics.Append(providerdata.Decode(ctx, d.Client, o.summary(), req.Config, model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	data := model.Part()
	ctx, cancel := context.WithTimeout(ctx, argument.Timeout(data.Timeouts, "read", defaultTimeout))
	defer cancel()

	export, err := d.Client.CreateDataExport(ctx, model.Request())
	if err != nil {
		resp.Diagnostics.Append(o.failure(err))
		return
	}
	resp.Diagnostics.Append(data.await(ctx, d.Client, o, export)...)
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
	}
}

// existingAttributes are the attributes of an existing export that is read by its token.
func existingAttributes() map[string]resourceschema.Attribute {
	return mergeMaps(exportedAttributes(), map[string]resourceschema.Attribute{
		"token": tokenAttribute(""),
	})
}

// tokenAttribute is the token of an existing export.
func tokenAttribute(note string) resourceschema.StringAttribute {
	return resourceschema.StringAttribute{
		Required:            true,
		MarkdownDescription: tokenDescription + " The export can have any export type." + note,
		Validators:          argument.ExportTokens(),
	}
}

// await waits for an export whose URLs must work, and stores it. It returns an error if the export has expired.
func (p *DataSourcePart) await(
	ctx context.Context, client *vantage.Client, o operation, export *vantage.DataExport,
) diag.Diagnostics {
	export, diags := o.await(ctx, client, export, func(string, ...any) {})
	if diags.HasError() {
		return diags
	}
	p.exported = newExported(export)
	if expiredAsOf(export) {
		diags.Append(o.errExpired(export))
	}
	return append(diags, o.warnUnreadable(export)...)
}

// expiredAsOf reports whether the URLs in a response had expired, by the clock of the API.
func expiredAsOf(e *vantage.DataExport) bool {
	return hasPassed(newExported(e).statedExpiry(), e.AsOf)
}

func expiredText(e *vantage.DataExport) string {
	if until := newExported(e).statedExpiry(); !until.IsZero() && e.Completed() {
		return fmt.Sprintf("The export %s expired at %s.", e.Token, until.Format(time.RFC3339))
	}
	return fmt.Sprintf("The API reports the export %s as expired.", e.Token)
}
