// Package dataexport implements the lifecycle of a data export for all export types: create, poll, store, renew, import
// and download. The package of an export type declares its names, its arguments and its request.
package dataexport

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"

	"terraform-provider-vantage/internal/clientdiag"
	"terraform-provider-vantage/internal/vantage"
)

// Definition declares an export type: a resource, a data source and an action, all named vantage_<Name>.
type Definition struct {
	// Name completes the type name, such as "unit_cost_export".
	Name string
	// Noun names an export of this type within a sentence, such as "unit cost export".
	Noun string
	// ExportType is the prefix of the API's export_type. Its values are not documented: a mismatch is only a warning.
	ExportType string
	// Report is the argument that a 404 is about when an export is created.
	Report string
	// WhenEmpty says what to check if an export has no files.
	WhenEmpty string
	// Arguments define what is exported. A change replaces the resource.
	Arguments map[string]schema.Attribute
	// Blocks are further arguments. They are blocks because Terraform ignores an unknown name in an object.
	Blocks map[string]schema.SingleNestedBlock

	// NewResource, NewDataSource and NewAction return empty models to decode a configuration into.
	NewResource   func() ResourceModel
	NewDataSource func() DataSourceModel
	NewAction     func() ActionModel
}

// Arguments are the decoded arguments of an export type.
type Arguments interface {
	// Request returns the request for an export.
	Request() vantage.ExportRequest
	// SetFromImport sets the arguments that the API reports in the attributes of an imported export.
	SetFromImport(attributes map[string]any)
}

// ResourceModel is the arguments of an export type with a ResourcePart.
type ResourceModel interface {
	Arguments
	Part() *ResourcePart
}

// DataSourceModel is the arguments of an export type with a DataSourcePart.
type DataSourceModel interface {
	Arguments
	Part() *DataSourcePart
}

// ActionModel is the arguments of an export type with an ActionPart.
type ActionModel interface {
	Arguments
	Part() *ActionPart
}

// replacing returns the names of the resource's arguments whose change replaces it, in order.
func (d Definition) replacing() []string {
	names := append(slices.Collect(maps.Keys(d.Arguments)), "triggers")
	return slices.Sorted(slices.Values(slices.AppendSeq(names, maps.Keys(d.Blocks))))
}

// Definitions are the definitions of all export types.
type Definitions []Definition

// Resources returns a resource for each export type.
func (definitions Definitions) Resources() []func() resource.Resource {
	var out []func() resource.Resource
	for _, d := range definitions {
		out = append(out, func() resource.Resource { return &exportResource{definition: d, definitions: definitions} })
	}
	return out
}

// DataSources returns a data source for each export type.
func (definitions Definitions) DataSources() []func() datasource.DataSource {
	var out []func() datasource.DataSource
	for _, definition := range definitions {
		out = append(out, func() datasource.DataSource { return &exportDataSource{definition: definition} })
	}
	return out
}

// Actions returns an action for each export type.
func (definitions Definitions) Actions() []func() action.Action {
	var out []func() action.Action
	for _, definition := range definitions {
		out = append(out, func() action.Action { return &exportAction{definition: definition} })
	}
	return out
}

// find returns the definition with the export type that the API reports.
func (definitions Definitions) find(exportType string) (Definition, bool) {
	for _, definition := range definitions {
		if definition.ExportType != "" && strings.HasPrefix(strings.ToLower(exportType), definition.ExportType) {
			return definition, true
		}
	}
	return Definition{}, false
}

// configured holds the client of a resource, data source or action.
type configured struct {
	client *vantage.Client // nil while the provider configuration is unknown
}

func (c *configured) configure(data any) (diags diag.Diagnostics) {
	c.client, diags = clientdiag.Client(data)
	return diags
}

// start decodes the configuration or plan of an operation that sends requests. It returns an error without a client.
func (c *configured) start(
	ctx context.Context, o operation, config interface {
		Get(context.Context, any) diag.Diagnostics
	}, model any,
) diag.Diagnostics {
	diags := config.Get(ctx, model)
	if !diags.HasError() && c.client == nil {
		diags.Append(clientdiag.ErrNotConfigured(o.summary()))
	}
	return diags
}
