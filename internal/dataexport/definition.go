// Package dataexport is the life of a data export in Terraform, the same for every kind: it is made, waited for, kept,
// renewed, imported and downloaded. A kind, in a package of its own, declares its names and its arguments, and how
// these become a request; the requests and the waiting are the client's.
package dataexport

import (
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"

	"terraform-provider-vantage/internal/vantage"
)

// Definition declares an export type. It becomes a resource, a data source and an action, all named vantage_<Name>.
type Definition struct {
	// Name completes the type name, such as "unit_cost_export".
	Name string
	// Noun is what an export of this kind is called in a sentence, after an "a", such as "unit cost export".
	Noun string
	// ExportType is how the API's export_type begins for this kind. Its values are not documented, so it is good for a
	// warning and no more.
	ExportType string
	// Report is the argument that a 404 is about when an export is made.
	Report string
	// WhenEmpty says what to check when an export has no files.
	WhenEmpty string
	// Arguments say what is exported. The data source and the action have the same ones; the resource is replaced when one
	// of them changes.
	Arguments map[string]schema.Attribute
	// Blocks are further arguments of that kind, each a set of them. They are blocks since Terraform says nothing of an
	// unknown name in an object, and a setting with a typing error must not be passed over. Default: none.
	Blocks map[string]schema.SingleNestedBlock

	// NewResource, NewDataSource and NewAction return empty models, to decode a configuration into.
	NewResource   func() ResourceModel
	NewDataSource func() DataSourceModel
	NewAction     func() ActionModel
}

// Arguments are the decoded arguments of one kind.
type Arguments interface {
	// Request returns the request for an export.
	Request() vantage.ExportRequest
	// Validate returns what is wrong with the arguments taken mergeMaps; each alone is checked by its validators. Values
	// that are not known yet are let through.
	Validate() diag.Diagnostics
	// SetFromImport sets the arguments that are null to what the API tells of an imported export.
	SetFromImport(attributes map[string]any)
}

// ResourceModel is a kind's arguments with a ResourcePart.
type ResourceModel interface {
	Arguments
	Part() *ResourcePart
}

// DataSourceModel is a kind's arguments with a DataSourcePart.
type DataSourceModel interface {
	Arguments
	Part() *DataSourcePart
}

// ActionModel is a kind's arguments with an ActionPart.
type ActionModel interface {
	Arguments
	Part() *ActionPart
}

// Definitions are all definitions that the provider has.
type Definitions []Definition

// Resources returns a resource for each kind.
func (definitions Definitions) Resources() []func() resource.Resource {
	var out []func() resource.Resource
	for _, definition := range definitions {
		out = append(out, func() resource.Resource { return &Resource{definition: definition, definitions: definitions} })
	}
	return out
}

// DataSources returns a data source for each kind, which makes an export at each read.
func (definitions Definitions) DataSources() []func() datasource.DataSource {
	var out []func() datasource.DataSource
	for _, definition := range definitions {
		out = append(out, func() datasource.DataSource { return &ExportDataSource{definition: definition} })
	}
	return out
}

// Actions returns an action for each kind.
func (definitions Definitions) Actions() []func() action.Action {
	var out []func() action.Action
	for _, definition := range definitions {
		out = append(out, func() action.Action { return &Action{definition: definition} })
	}
	return out
}

// of returns the kind that the API's export_type names, if it plainly names one.
func (definitions Definitions) of(exportType string) (Definition, bool) {
	for _, definition := range definitions {
		if definition.ExportType != "" && strings.HasPrefix(strings.ToLower(exportType), definition.ExportType) {
			return definition, true
		}
	}
	return Definition{}, false
}
