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
	"terraform-provider-vantage/internal/vantage"
)

var _ datasource.DataSourceWithConfigure = (*DataSource)(nil)

// NewDataSource returns the data source vantage_data_export.
func NewDataSource() datasource.DataSource { return &DataSource{} }

// DataSource waits for an export that exists, of any kind.
type DataSource struct{ configured }

// Metadata implements datasource.DataSource.
func (d *DataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_data_export"
}

// Configure implements datasource.DataSourceWithConfigure.
func (d *DataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	resp.Diagnostics.Append(d.configure(req.ProviderData)...)
}

// Schema implements datasource.DataSource.
func (d *DataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "A data export that exists, of any kind, from a resource or from elsewhere: it is waited " +
			"for when " +
			"it is read, and none is made. The API may sign the URLs of its files anew at each read: what depends on them " +
			"should use the resource, which keeps them.",
		Attributes: dataSourceAttributes(followedAttributes("The export is of any kind.")),
		Blocks: dataSourceBlocks(timeoutsBlock(map[string]string{
			"read": "How long waiting for the export may take, as a duration such as `45m`. Default: `30m`.",
		})),
	}
}

// followedAttributes are those of a surface that follows an export by its token.
func followedAttributes(about string) map[string]resourceschema.Attribute {
	return mergeMaps(exportedAttributes(), map[string]resourceschema.Attribute{"token": tokenAttribute(about)})
}

// tokenAttribute names an export that exists.
func tokenAttribute(about string) resourceschema.StringAttribute {
	return resourceschema.StringAttribute{
		Required:            true,
		MarkdownDescription: aboutToken + " " + about,
		Validators:          argument.ExportTokens(),
	}
}

func waiting(verb string) operation {
	return operation{
		verb: verb,
		noun: "data export",
		timedOut: func(token string) string {
			return fmt.Sprintf("The export %s goes on at the server. Run Terraform again to wait on, with a longer `%s` in the "+
				"timeouts block if need be.", token, verb)
		},
		failed: "Have another one made, by the resource or whatever else it comes from.",
	}
}

// Read implements datasource.DataSource.
func (d *DataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var data DataSourcePart
	resp.Diagnostics.Append(req.Config.Get(ctx, &data)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, argument.Timeout(data.Timeouts, "read", defaultTimeout))
	defer cancel()
	resp.Diagnostics.Append(data.await(ctx, waiting("read"), d.client)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, data)...)
}

// await waits for the export of the token and takes what the API tells of it.
func (p *DataSourcePart) await(ctx context.Context, o operation, client *vantage.Client) diag.Diagnostics {
	if client == nil {
		return diag.Diagnostics{o.errNotConfigured()}
	}
	export, err := client.WaitForDataExport(ctx, &vantage.DataExport{Token: p.Token.ValueString()}, nil)
	if err != nil {
		return diag.Diagnostics{o.failure(err)}
	}
	return p.fill(o, export)
}

// fill takes what the API tells of a completed export that is not kept: an expired one is of no use.
func (p *DataSourcePart) fill(o operation, e *vantage.DataExport) diag.Diagnostics {
	var diags diag.Diagnostics
	p.exported = newExported(e)
	if until, expired := expiry(p.Manifest, asOf(e)); expired {
		diags.Append(o.errExpired(e.Token, until))
	}
	diags.Append(o.warnIgnoredFields(e)...)
	if len(e.Manifest.Files) == 0 {
		diags.Append(o.warnNoFiles(e.Token))
	}
	return diags
}

func (o operation) errExpired(token string, until time.Time) diag.Diagnostic {
	remedy := "Read it again for a new one."
	if !o.creates {
		remedy = "Have a new export made and use its token: where a resource made it, apply with -replace and that " +
			"resource's " +
			"address, or give the resource renew_before_expiry. To destroy all the same, use -refresh=false."
	}
	return diag.NewErrorDiagnostic(o.summary(), fmt.Sprintf("The URLs of the files of the export %s expired at %s. %s",
		token, until.Format(time.RFC3339), remedy))
}
