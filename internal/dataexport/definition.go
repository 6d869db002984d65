// Package dataexport implements the lifecycle of a data export for all export types: create, poll, store, renew, import
// and download. The package of an export type declares its names, its arguments and its request.
package dataexport

import (
	"context"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"

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
	NewResource   func() Model[ResourcePart]
	NewDataSource func() Model[DataSourcePart]
	NewAction     func() Model[ActionPart]
}

// Arguments are the decoded arguments of an export type.
type Arguments interface {
	// Request returns the request for an export.
	Request() vantage.ExportRequest
	// SetFromImport sets the arguments that the API reports in the attributes of an imported export.
	SetFromImport(attributes map[string]any)
}

// Model is the arguments of an export type together with the ResourcePart, DataSourcePart or ActionPart that it embeds.
type Model[Part any] interface {
	Arguments
	Part() *Part
}

// replacing returns the names of the resource's arguments whose change replaces it, in order.
func (d Definition) replacing() []string {
	names := append(slices.Collect(maps.Keys(d.Arguments)), "triggers")
	return slices.Sorted(slices.Values(slices.AppendSeq(names, maps.Keys(d.Blocks))))
}

// change is an argument that defines the export and has a new value.
type change struct {
	name          string
	before, after attr.Value
}

// changes returns the arguments that define the export and differ.
func (d Definition) changes(ctx context.Context, before tfsdk.State, after tfsdk.Plan) ([]change, diag.Diagnostics) {
	var changes []change
	var diags diag.Diagnostics
	for _, name := range d.replacing() {
		c := change{name: name}
		diags.Append(before.GetAttribute(ctx, path.Root(name), &c.before)...)
		diags.Append(after.GetAttribute(ctx, path.Root(name), &c.after)...)
		if !diags.HasError() && !c.after.Equal(c.before) {
			changes = append(changes, c)
		}
	}
	return changes, diags
}
